package dev.gatehouse.controller.console;

import dev.gatehouse.console.ConsoleSource;
import dev.gatehouse.console.LiveTraffic;
import dev.gatehouse.console.RefusedRequests;
import dev.gatehouse.console.model.ConditionLine;
import dev.gatehouse.console.model.Explanation;
import dev.gatehouse.console.model.GatewayEntry;
import dev.gatehouse.console.model.PolicyDetails;
import dev.gatehouse.console.model.PolicyEntry;
import dev.gatehouse.console.model.PolicyUse;
import dev.gatehouse.console.model.ProblemEntry;
import dev.gatehouse.console.model.ProxyEntry;
import dev.gatehouse.console.model.RouteDetails;
import dev.gatehouse.console.model.RouteEntry;
import dev.gatehouse.console.model.Shown;
import dev.gatehouse.console.model.State;
import dev.gatehouse.console.model.Tone;
import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.control.ControllerView;
import dev.gatehouse.controller.explain.Explainer;
import dev.gatehouse.controller.explain.Question;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.controller.translate.Translator;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ParentReference;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.RouteSpec;
import dev.gatehouse.gatewayapi.TargetedPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The console's view of the controller's objects. Thread-safe. */
public final class ControllerConsole implements ConsoleSource {
    private static final List<Kind<?>> POLICIES = List.of(
            Kinds.CLIENT_TRAFFIC_POLICY,
            Kinds.BACKEND_TRAFFIC_POLICY,
            Kinds.SECURITY_POLICY,
            Kinds.ENVOY_EXTENSION_POLICY,
            Kinds.ENVOY_PATCH_POLICY,
            Kinds.WAF_POLICY,
            Kinds.SSO_POLICY,
            Kinds.ACCESS_POLICY,
            Kinds.BACKEND_TLS_POLICY,
            Kinds.X_BACKEND_TRAFFIC_POLICY);

    /** The most listeners of a route for which policies are shown. */
    private static final int LISTENERS = 4;

    /** The most rules on listeners that are searched for a policy's effects. It is bounded, since the controller's thread searches them. */
    private static final int LOOKED_AT = 400;

    private static final int PLACES = 8;
    private static final int BRIEF = 160;

    private final Controller controller;
    private final Site site;

    public ControllerConsole(Controller controller, Site site) {
        this.controller = controller;
        this.site = site;
    }

    @Override
    public String instance() {
        return site.name();
    }

    @Override
    public Optional<LiveTraffic> traffic() {
        return site.traffic();
    }

    @Override
    public Optional<RefusedRequests> refusedRequests() {
        return site.refusedRequests();
    }

    @Override
    public List<GatewayEntry> gateways() {
        ControllerView view = controller.view();
        return view.gateways().values().stream()
                .sorted(Comparator.comparing(state -> state.gateway().key()))
                .map(state -> gateway(state, view))
                .toList();
    }

    private GatewayEntry gateway(GatewayState state, ControllerView view) {
        ObjectKey key = state.gateway().key();
        Optional<ObjectStatus.Listeners> status = listeners(view, ObjectRef.of(Kinds.GATEWAY, key));
        List<ConditionLine> conditions =
                lines(status.map(ObjectStatus.Listeners::conditions).orElse(state.conditions()));
        List<GatewayEntry.Listener> listeners = state.listeners().stream()
                .map(listener -> listener(listener, view))
                .toList();
        return new GatewayEntry(
                key.namespace(),
                key.name(),
                state.gateway().spec().gatewayClassName(),
                state.fleet(),
                status.map(ObjectStatus.Listeners::addresses).orElse(List.of()).stream()
                        .map(ObjectStatus.Address::value)
                        .toList(),
                worst(
                        Stream.concat(
                                        conditions.stream(),
                                        listeners.stream().flatMap(each -> each.conditions().stream()))
                                .toList(),
                        "serving"),
                listeners,
                conditions);
    }

    private GatewayEntry.Listener listener(ListenerState listener, ControllerView view) {
        ObjectRef owner = listener.key().owner();
        Optional<ObjectStatus.ListenerStatus> status = listeners(view, owner)
                .flatMap(all -> all.listeners().stream()
                        .filter(each -> each.name().equals(listener.key().name()))
                        .findFirst());
        List<ConditionLine> conditions =
                lines(status.map(ObjectStatus.ListenerStatus::conditions).orElse(listener.conditions()));
        State state = worst(conditions, listener.serving() ? "serving" : "not serving");
        return new GatewayEntry.Listener(
                listener.key().name(),
                owner.kind().equals(Kinds.GATEWAY.name()) ? "" : owner.toString(),
                listener.spec().protocol(),
                listener.spec().port()
                        + (listener.boundPort() == listener.spec().port()
                                ? ""
                                : " (Envoy: " + listener.boundPort() + ")"),
                listener.spec().hostname().orElse(""),
                listener.serving() ? site.url(listener).orElse("") : "",
                status.map(ObjectStatus.ListenerStatus::attachedRoutes).orElse(0),
                state,
                conditions);
    }

    private static Optional<ObjectStatus.Listeners> listeners(ControllerView view, ObjectRef owner) {
        return view.statuses().get(owner) instanceof ObjectStatus.Listeners status
                ? Optional.of(status)
                : Optional.empty();
    }

    @Override
    public List<RouteEntry> routes() throws InterruptedException {
        Map<ObjectRef, Resource<? extends RouteSpec>> routes =
                controller.ask(translator -> Map.copyOf(translator.routes()));
        Map<ObjectRef, ObjectStatus> statuses = controller.view().statuses();
        List<RouteEntry> entries = new ArrayList<>();
        new TreeMap<>(routes).forEach((ref, route) -> entries.add(entry(ref, route, statuses)));
        return entries;
    }

    private static RouteEntry entry(
            ObjectRef ref, Resource<? extends RouteSpec> route, Map<ObjectRef, ObjectStatus> statuses) {
        List<Attached> attached = attached(ref, statuses);
        Set<String> parents = new LinkedHashSet<>();
        route.spec().parents().forEach(parent -> parents.add(reference(parent, ref)));
        attached.forEach(each -> parents.add(each.name()));
        return new RouteEntry(
                ref.kind(),
                ref.namespace(),
                ref.name(),
                route.spec().hostnames(),
                List.copyOf(parents),
                RuleTexts.count(route.spec()),
                attached.isEmpty()
                        ? new State(Tone.WARNING, "not attached: no Gateway that is served here is its parent")
                        : worst(
                                attached.stream()
                                        .flatMap(each -> each.lines().stream())
                                        .toList(),
                                "accepted"));
    }

    @Override
    public Optional<RouteDetails> route(String kind, String namespace, String name) throws InterruptedException {
        ObjectRef ref = new ObjectRef(kind, namespace, name);
        Map<ObjectRef, ObjectStatus> statuses = controller.view().statuses();
        return controller.ask(translator -> Optional.ofNullable(
                        translator.routes().get(ref))
                .map(route -> {
                    List<ListenerKey> listeners = translator.listeners(ref);
                    List<ListenerKey> shown = listeners.subList(0, Math.min(LISTENERS, listeners.size()));
                    return new RouteDetails(
                            entry(ref, route, statuses),
                            new RuleTexts(namespace).of(route.spec(), index -> uses(translator, ref, index, shown)),
                            attached(ref, statuses).stream()
                                    .map(each -> new RouteDetails.Attachment(each.name(), each.lines()))
                                    .toList(),
                            listeners.size() - shown.size());
                }));
    }

    /** The effective policies of a rule; if they differ between listeners, each with its listener. */
    private static List<PolicyUse> uses(
            Translator translator, ObjectRef route, int index, List<ListenerKey> listeners) {
        Map<dev.gatehouse.controller.translate.PolicyUse, List<String>> places = new LinkedHashMap<>();
        for (ListenerKey listener : listeners) {
            translator
                    .policies(listener, route, translator.ruleName(route, index))
                    .forEach(use ->
                            places.computeIfAbsent(use, _ -> new ArrayList<>()).add(listener.toString()));
        }
        List<PolicyUse> uses = new ArrayList<>();
        places.forEach((use, at) ->
                uses.add(use(use, at.size() == listeners.size() ? "" : "on " + String.join(", ", at))));
        return uses;
    }

    private static PolicyUse use(dev.gatehouse.controller.translate.PolicyUse use, String place) {
        return new PolicyUse(
                use.kind(),
                use.policy().namespace(),
                use.policy().name(),
                use.target().toString(),
                place,
                use.others().stream().map(ObjectKey::toString).toList(),
                use.fields().stream()
                        .map(field -> new PolicyUse.Field(
                                field.path(),
                                Explanations.value(field.value()),
                                String.join(
                                        ", ",
                                        field.from().stream()
                                                .map(ObjectKey::toString)
                                                .toList())))
                        .toList(),
                use.problems());
    }

    @Override
    public List<PolicyEntry> policies() throws InterruptedException {
        Map<ObjectRef, Object> specs = controller.ask(translator -> {
            Map<ObjectRef, Object> found = new HashMap<>();
            POLICIES.forEach(kind -> translator
                    .objects(kind)
                    .forEach((key, resource) -> found.put(ObjectRef.of(kind, key), resource.spec())));
            return found;
        });
        Map<ObjectRef, ObjectStatus> statuses = controller.view().statuses();
        Set<ObjectRef> refs = new TreeSet<>(specs.keySet());
        statuses.forEach((ref, status) -> {
            if (status instanceof ObjectStatus.Ancestors) {
                refs.add(ref);
            }
        });
        return refs.stream()
                .map(ref -> entry(ref, Optional.ofNullable(specs.get(ref)), statuses))
                .toList();
    }

    private static PolicyEntry entry(ObjectRef ref, Optional<Object> spec, Map<ObjectRef, ObjectStatus> statuses) {
        List<Attached> attached = attached(ref, statuses);
        Set<String> targets = new LinkedHashSet<>();
        if (spec.orElse(ref) instanceof TargetedPolicy<?> policy) {
            policy.targets()
                    .forEach(target -> targets.add(target.kind() + " "
                            + new ObjectKey(target.namespace().orElse(ref.namespace()), target.name())
                            + target.sectionName()
                                    .map(name -> ", section “" + name + "”")
                                    .orElse("")));
            policy.selectors().forEach(selector -> targets.add("each " + selector.kind() + " with its labels"));
        }
        if (targets.isEmpty()) {
            attached.stream()
                    .map(Attached::name)
                    .filter(name -> !name.isEmpty())
                    .forEach(targets::add);
        }
        return new PolicyEntry(
                ref.kind(),
                ref.namespace(),
                ref.name(),
                List.copyOf(targets),
                attached.isEmpty()
                        ? new State(Tone.WARNING, "counts nowhere: nothing that is served here is its target")
                        : worst(
                                attached.stream()
                                        .flatMap(each -> each.lines().stream())
                                        .toList(),
                                "accepted"));
    }

    @Override
    public Optional<PolicyDetails> policy(String kind, String namespace, String name) throws InterruptedException {
        Optional<PolicyEntry> entry = policies().stream()
                .filter(each -> each.kind().equals(kind)
                        && each.namespace().equals(namespace)
                        && each.name().equals(name))
                .findFirst();
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        Looked looked = controller.ask(translator -> look(translator, kind, new ObjectKey(namespace, name)));
        return Optional.of(new PolicyDetails(
                entry.get(),
                attached(new ObjectRef(kind, namespace, name), controller.view().statuses()).stream()
                        .map(each -> new PolicyDetails.Ancestor(each.name(), each.lines()))
                        .toList(),
                looked.effects(),
                looked.complete()));
    }

    private record Looked(List<PolicyDetails.Effect> effects, boolean complete) {}

    private static Looked look(Translator translator, String kind, ObjectKey policy) {
        Map<dev.gatehouse.controller.translate.PolicyUse, List<String>> places = new LinkedHashMap<>();
        int left = LOOKED_AT;
        Map<ObjectRef, Resource<? extends RouteSpec>> routes = new TreeMap<>(translator.routes());
        named(translator, kind, policy).ifPresent(routes.keySet()::retainAll);
        for (Map.Entry<ObjectRef, Resource<? extends RouteSpec>> route : routes.entrySet()) {
            for (ListenerKey listener : translator.listeners(route.getKey())) {
                for (int index : IntStream.range(
                                0, RuleTexts.count(route.getValue().spec()))
                        .toArray()) {
                    if (left-- == 0) {
                        return new Looked(effects(places), false);
                    }
                    Optional<String> rule = translator.ruleName(route.getKey(), index);
                    for (dev.gatehouse.controller.translate.PolicyUse use :
                            translator.policies(listener, route.getKey(), rule)) {
                        if (use.kind().equals(kind)
                                && (use.policy().equals(policy) || use.others().contains(policy))) {
                            places.computeIfAbsent(use, _ -> new ArrayList<>())
                                    .add(route.getKey() + ", rule " + index
                                            + rule.map(each -> " “" + each + "”")
                                                    .orElse("") + ", on " + listener);
                        }
                    }
                }
            }
        }
        return new Looked(effects(places), true);
    }

    /** The routes that a policy targets, if it targets routes only; empty: all routes must be searched. */
    private static Optional<Set<ObjectRef>> named(Translator translator, String kind, ObjectKey policy) {
        return POLICIES.stream()
                .filter(each -> each.name().equals(kind))
                .flatMap(each -> Optional.ofNullable(translator.objects(each).get(policy)).stream())
                .map(Resource::spec)
                .<TargetedPolicy<?>>mapMulti((spec, found) -> {
                    if (spec instanceof TargetedPolicy<?> targeted) {
                        found.accept(targeted);
                    }
                })
                .filter(spec -> spec.selectors().isEmpty()
                        && spec.targets().stream()
                                .allMatch(target -> target.kind().endsWith("Route")))
                .map(spec -> spec.targets().stream()
                        .map(target -> new ObjectRef(
                                target.kind(), target.namespace().orElse(policy.namespace()), target.name()))
                        .collect(Collectors.toSet()))
                .findFirst();
    }

    private static List<PolicyDetails.Effect> effects(
            Map<dev.gatehouse.controller.translate.PolicyUse, List<String>> places) {
        List<PolicyDetails.Effect> effects = new ArrayList<>();
        places.forEach((use, at) -> effects.add(new PolicyDetails.Effect(
                use(use, ""), at.subList(0, Math.min(PLACES, at.size())), Math.max(0, at.size() - PLACES))));
        return effects;
    }

    @Override
    public List<ProxyEntry> proxies() {
        return site.proxies(controller.view());
    }

    /** Problems with a place come first. The conditions of their objects are left out, since they would repeat the problems. */
    @Override
    public List<ProblemEntry> problems() {
        ControllerView view = controller.view();
        List<ProblemEntry> problems = new ArrayList<>(site.problems(view));
        Set<String> told = new HashSet<>();
        problems.forEach(each -> told.add(each.object()));
        new TreeMap<>(view.statuses()).forEach((ref, status) -> {
            if (!told.contains(ref.toString())) {
                Set<String> said = new HashSet<>();
                for (Attached each : attached(ref, status)) {
                    for (ConditionLine line : each.lines()) {
                        if ((line.tone() == Tone.BAD || line.tone() == Tone.WARNING)
                                && said.add(line.type() + line.message())) {
                            problems.add(new ProblemEntry(
                                    line.tone(),
                                    "",
                                    ref.toString(),
                                    "",
                                    line.type() + " is " + line.status() + ", " + line.reason() + ": " + line.message(),
                                    line.remedy(),
                                    path(ref)));
                        }
                    }
                }
            }
        });
        problems.sort(Comparator.comparing((ProblemEntry each) -> each.tone() != Tone.BAD));
        return problems;
    }

    /** The path of an object's page; empty: the object has no page. */
    public static String path(ObjectRef ref) {
        if (ref.kind().equals(Kinds.GATEWAY.name())) {
            return Shown.ROOT + "gateways";
        }
        if (POLICIES.stream().anyMatch(kind -> kind.name().equals(ref.kind()))) {
            return Shown.path("policies", ref.kind(), ref.namespace(), ref.name());
        }
        return ref.kind().endsWith("Route") ? Shown.path("routes", ref.kind(), ref.namespace(), ref.name()) : "";
    }

    @Override
    public Explanation explain(String method, String url, List<String> headers, Optional<String> source)
            throws InterruptedException {
        Question question = Question.of(method, url, headers, source);
        return Explanations.of(controller.ask(translator -> new Explainer(translator).explain(question)));
    }

    /** The conditions of a parent, ancestor or listener. */
    private record Attached(String name, List<ConditionLine> lines) {}

    private static List<Attached> attached(ObjectRef ref, Map<ObjectRef, ObjectStatus> statuses) {
        return Optional.ofNullable(statuses.get(ref))
                .map(status -> attached(ref, status))
                .orElse(List.of());
    }

    private static List<Attached> attached(ObjectRef ref, ObjectStatus status) {
        Function<ObjectStatus.ParentStatus, Attached> parent =
                each -> new Attached(reference(each.reference(), ref), lines(each.conditions()));
        return switch (status) {
            case ObjectStatus.OfClass of -> List.of(new Attached("", lines(of.conditions())));
            case ObjectStatus.Own own -> List.of(new Attached("", lines(own.conditions())));
            case ObjectStatus.Listeners all ->
                Stream.concat(
                                Stream.of(new Attached("", lines(all.conditions()))),
                                all.listeners().stream()
                                        .map(each -> new Attached("listener " + each.name(), lines(each.conditions()))))
                        .toList();
            case ObjectStatus.Parents parents ->
                parents.parents().stream().map(parent).toList();
            case ObjectStatus.Ancestors ancestors ->
                ancestors.ancestors().stream().map(parent).toList();
        };
    }

    private static String reference(ParentReference reference, ObjectRef from) {
        return reference.kind() + " " + reference.key(from.namespace())
                + reference.sectionName().map(name -> "/" + name).orElse("")
                + reference.port().map(port -> ":" + port).orElse("");
    }

    private static List<ConditionLine> lines(List<Condition> conditions) {
        return conditions.stream().map(Remedies::line).toList();
    }

    /** The first bad condition, otherwise the first doubtful one, in one line; {@code well} if all conditions are good. */
    private static State worst(List<ConditionLine> conditions, String well) {
        return Stream.of(Tone.BAD, Tone.WARNING)
                .flatMap(tone -> conditions.stream().filter(each -> each.tone() == tone))
                .findFirst()
                .map(each -> new State(each.tone(), brief(each.reason() + ": " + each.message())))
                .orElse(new State(well.startsWith("not") ? Tone.BAD : Tone.GOOD, well));
    }

    private static String brief(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.length() <= BRIEF ? line : line.substring(0, BRIEF - 1) + "…";
    }
}
