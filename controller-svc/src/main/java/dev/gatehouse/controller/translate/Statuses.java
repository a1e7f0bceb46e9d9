package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.collections.Source;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.envoy.WafResources;
import dev.gatehouse.controller.gateway.FleetAddresses;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.OverlappingTls;
import dev.gatehouse.controller.gateway.ProxyParameters;
import dev.gatehouse.controller.gateway.ServingGateway;
import dev.gatehouse.controller.infrastructure.Infrastructure;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.route.RouteAttacher;
import dev.gatehouse.controller.security.SecurityOutcome;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.status.FleetState;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.controller.status.SupportedFeatures;
import dev.gatehouse.controller.translate.PolicyStatuses.Verdict;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.gatewayapi.BrokenObject;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ListenerSet;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ParentReference;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.RouteSpec;
import dev.gatehouse.gatewayapi.TargetedPolicy;
import dev.gatehouse.gatewayapi.client.ClientTrafficPolicy;
import dev.gatehouse.gatewayapi.traffic.LoadBalancer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The statuses, as collections derived from the {@link Model} and from the fleets' reports. */
final class Statuses {
    private static final String NO_RULES =
            "spec.authorization.dryRun has no effect: no SecurityPolicy with authorization counts where this policy"
                    + " does";

    private static final String NO_REQUESTS = "an extension is for HTTP requests, and its target has none";

    private final Inputs inputs;
    private final Model model;
    private final Source<String, FleetState> fleetStates;
    private final Rejections rejections;
    private final ProxyStatuses proxies;
    private final Source<String, Change.Applied> applied;
    private final Source<String, ExtensionTrouble> troubles;
    private final Collection<ObjectRef, SortedMap<String, String>> failed;
    private final Collection<BindingKey, List<ResolvedRoute.InvalidRule>> refusedRules;
    private final List<Collection<ObjectRef, ObjectStatus>> all;
    private final PolicyStatuses policies;
    private final PolicedRoutes policedRoutes;
    private final Collection<ObjectKey, FleetAddresses> addresses;
    private final Collection<ObjectRef, Served> served;
    private final ClientPolicyStatuses clientStatuses;

    Statuses(
            Graph graph,
            Inputs inputs,
            Model model,
            Infrastructures infrastructures,
            Source<String, FleetState> fleetStates,
            Collection<String, Infrastructure> infrastructure,
            Source<String, Change.Applied> applied,
            Source<String, ExtensionTrouble> troubles,
            FailedObjects failed,
            Resources resources,
            Settings settings) {
        refusedRules = resources.refusals();
        rejections = new Rejections(graph, fleetStates);
        PatchStatuses patchStatuses = new PatchStatuses(model, resources.patches(), rejections, settings);
        this.failed = failed.messages();
        this.applied = applied;
        this.troubles = troubles;
        this.inputs = inputs;
        this.model = model;
        this.fleetStates = fleetStates;
        clientStatuses = new ClientPolicyStatuses(model);
        proxies = new ProxyStatuses(graph, model, rejections, infrastructure);
        addresses = infrastructures.addresses();
        this.served = graph.expand("served", model.gateways, this::served);
        policedRoutes = new PolicedRoutes(graph, model.attachments);
        policies = new PolicyStatuses(inputs, model, policedRoutes, rejections, this.failed, settings.controllerName());
        List<Collection<ObjectRef, ObjectStatus>> own = List.of(
                // This status takes precedence over the status of the last good version of a broken object.
                graph.map("status.broken", inputs.broken(), this::broken),
                keyed(
                        graph,
                        "status.classes",
                        Kinds.GATEWAY_CLASS,
                        model.classes,
                        (reads, key, each) -> Optional.of(new ObjectStatus.OfClass(
                                each.metadata().generation(),
                                List.of(accepted(reads.get(model.classProxies, key))),
                                SupportedFeatures.NAMES))),
                keyed(
                        graph,
                        "status.gateways",
                        Kinds.GATEWAY,
                        model.gateways,
                        (reads, _, state) -> Optional.of(gateway(reads, state))),
                keyed(
                        graph,
                        "status.listenerSets",
                        Kinds.LISTENER_SET,
                        inputs.of(Kinds.LISTENER_SET),
                        this::listenerSet),
                graph.map("status.routes", model.attachments, this::route),
                keyed(
                        graph,
                        "status.tlsPolicies",
                        Kinds.BACKEND_TLS_POLICY,
                        inputs.of(Kinds.BACKEND_TLS_POLICY),
                        (reads, _, policy) -> model.backendTls.status(
                                reads, policy, model.backendUses.of(reads, BackendTls.backends(policy)))),
                keyed(
                        graph,
                        "status.backendPolicies",
                        Kinds.X_BACKEND_TRAFFIC_POLICY,
                        inputs.of(Kinds.X_BACKEND_TRAFFIC_POLICY),
                        (reads, _, policy) -> model.backendPolicies.status(
                                reads,
                                policy,
                                model.backendUses.of(reads, BackendPolicies.backends(policy)),
                                settings.controllerName())),
                keyed(graph, "status.proxies", Kinds.ENVOY_PROXY, inputs.of(Kinds.ENVOY_PROXY), proxies::ofProxy),
                keyed(
                        graph,
                        "status.backends",
                        Kinds.BACKEND,
                        inputs.of(Kinds.BACKEND),
                        (reads, key, backend) ->
                                Optional.of(ProxyStatuses.ofBackend(backend, model.backendProblem(reads, key)))),
                policies(
                        graph,
                        model.securities.attached(),
                        (reads, key) -> new Verdict<>(
                                reads.get(model.securities.attached().policies(), key)
                                        .flatMap(policy -> model.securities.problem(
                                                reads, policy, policies.httpListeners(reads, policy)))
                                        .or(() -> reads.get(
                                                        model.securities
                                                                .attached()
                                                                .policies(),
                                                        key)
                                                .flatMap(policy -> model.geo.problem(
                                                        reads,
                                                        policy.spec().settings(),
                                                        policies.httpListeners(reads, policy)))),
                                reads.get(model.securities.attached().policies(), key)
                                        .flatMap(policy -> Securities.streamProblem(
                                                policy.spec().settings())),
                                model.securities.outcome(reads, key) instanceof SecurityOutcome.Enforced enforced
                                        ? enforced.warnings()
                                        : List.of(),
                                Optional.of(Fleets.AUTHZ),
                                (merged, connections) -> model.securities
                                        .outcome(reads, merged)
                                        .problem()
                                        .or(() -> model.geo.problem(
                                                reads,
                                                merged.spec().settings(),
                                                policies.httpListeners(
                                                        reads, merged.members().getFirst())))
                                        .or(() -> connections
                                                ? Securities.streamProblem(
                                                        merged.spec().settings())
                                                : Optional.empty()))),
                keyed(
                        graph,
                        "status.sso",
                        Kinds.SSO_POLICY,
                        inputs.of(Kinds.SSO_POLICY),
                        (reads, _, policy) -> Optional.of(policies.of(
                                reads,
                                policy,
                                policy.spec().targets(),
                                target -> model.securities
                                        .ssoPolicies()
                                        .conditions(
                                                reads,
                                                policy,
                                                target,
                                                model.securities,
                                                each -> policies.httpListeners(reads, each))))),
                policies(
                        graph,
                        model.securities.accessPolicies().attached(),
                        (reads, key) -> new Verdict<>(
                                model.securities
                                        .accessProblem(reads, key)
                                        .or(() -> reads.get(
                                                        model.securities
                                                                .accessPolicies()
                                                                .attached()
                                                                .policies(),
                                                        key)
                                                .flatMap(policy -> model.certificateSources.problem(
                                                        reads,
                                                        policy.spec(),
                                                        policies.accessListeners(reads, policy)))),
                                Optional.empty(),
                                reads
                                        .get(
                                                model.securities
                                                        .accessPolicies()
                                                        .attached()
                                                        .policies(),
                                                key)
                                        .filter(policy -> policy.spec().dryRun())
                                        .filter(policy -> !policies.hasRulesToTry(reads, policy))
                                        .map(_ -> NO_RULES)
                                        .stream()
                                        .toList(),
                                Optional.of(Fleets.AUTHZ),
                                (_, _) -> Optional.empty())),
                policies(
                        graph,
                        model.traffic.attached(),
                        (reads, key) -> new Verdict<>(
                                model.traffic.problem(reads, key).or(() -> model.traffic.refusedSettings(reads, key)),
                                Optional.empty(),
                                Stream.concat(
                                                reads
                                                        .get(
                                                                model.traffic
                                                                        .attached()
                                                                        .policies(),
                                                                key)
                                                        .flatMap(policy -> policy.spec()
                                                                .settings()
                                                                .backend()
                                                                .loadBalancer())
                                                        .map(LoadBalancer::unserved)
                                                        .orElse(List.of())
                                                        .stream()
                                                        .map(field ->
                                                                "spec." + field + " is not served and has no effect"),
                                                model.unchecked.warnings(reads, key).stream())
                                        .toList(),
                                Optional.of(Fleets.RATE_LIMIT),
                                (merged, _) -> model.traffic
                                        .problem(reads, merged)
                                        .or(() -> model.traffic.refusedSettings(reads, merged)))),
                policies(
                        graph,
                        model.extensions.attached(),
                        (reads, key) -> new Verdict<>(
                                reads.get(model.extensions.attached().policies(), key)
                                        .flatMap(policy ->
                                                model.extensions.problem(reads, key, policies.gateways(reads, policy))),
                                reads.get(model.extensions.attached().policies(), key)
                                        .filter(policy ->
                                                policy.spec().settings().closes())
                                        .map(_ -> NO_REQUESTS),
                                List.of(),
                                Optional.empty(),
                                (merged, connections) -> model.extensions
                                        .problem(
                                                reads,
                                                merged,
                                                policies.gateways(
                                                        reads, merged.members().getFirst()))
                                        .or(() -> connections
                                                        && merged.spec()
                                                                .settings()
                                                                .closes()
                                                ? Optional.of(NO_REQUESTS)
                                                : Optional.empty()))),
                policies(
                        graph,
                        model.wafs.attached(),
                        (reads, key) -> new Verdict<>(
                                reads.get(model.wafs.outcomes(), key)
                                        .flatMap(outcome -> outcome instanceof WafResources.Outcome.Invalid invalid
                                                ? Optional.of(invalid.message())
                                                : Optional.empty()),
                                Optional.of("a WAFPolicy is for HTTP requests, and its target has none"),
                                List.of(),
                                Optional.of(Fleets.WAF),
                                (_, _) -> Optional.empty())),
                keyed(
                        graph,
                        "status.clients",
                        Kinds.CLIENT_TRAFFIC_POLICY,
                        model.clients.policies(),
                        (reads, _, policy) -> Optional.of(client(reads, policy))),
                keyed(
                        graph,
                        "status.patches",
                        Kinds.ENVOY_PATCH_POLICY,
                        inputs.of(Kinds.ENVOY_PATCH_POLICY),
                        (reads, _, policy) -> Optional.of(patchStatuses.of(reads, policy))),
                // This status is used for an object without any other status.
                graph.map("status.failed", this.failed, this::failed));
        all = Stream.concat(own.stream(), new ExtensionStatuses(model).all(graph).stream())
                .toList();
    }

    private <S extends TargetedPolicy<S>> Collection<ObjectRef, ObjectStatus> policies(
            Graph graph, Attached<S> attached, BiFunction<Reads, ObjectKey, Verdict<S>> verdict) {
        policedRoutes.follow(attached);
        return keyed(
                graph,
                "status." + attached.kind().name(),
                attached.kind(),
                attached.policies(),
                (reads, key, policy) -> policies.of(reads, attached, policy, verdict.apply(reads, key)));
    }

    /** The generation of each Gateway and ListenerSet that a fleet serves. */
    Collection<ObjectRef, Served> served() {
        return served;
    }

    private Map<ObjectRef, Served> served(Reads reads, ObjectKey key, GatewayState state) {
        Map<ObjectRef, Served> each = new HashMap<>();
        each.put(
                ObjectRef.of(Kinds.GATEWAY, key),
                new Served(state.fleet(), state.gateway().metadata().generation()));
        for (ObjectKey set : state.listenerSets().keySet()) {
            reads.get(inputs.of(Kinds.LISTENER_SET), set)
                    .ifPresent(resource -> each.put(
                            ObjectRef.of(Kinds.LISTENER_SET, set),
                            new Served(state.fleet(), resource.metadata().generation())));
        }
        return each;
    }

    /** The statuses by object, a collection for each kind of object. */
    List<Collection<ObjectRef, ObjectStatus>> all() {
        return all;
    }

    private static <W> Collection<ObjectRef, ObjectStatus> keyed(
            Graph graph,
            String name,
            Kind<?> kind,
            Collection<ObjectKey, W> primary,
            Graph.Mapping<ObjectKey, W, ObjectStatus> status) {
        return graph.expand(
                name,
                primary,
                (reads, key, value) -> status.map(reads, key, value)
                        .map(each -> Map.of(ObjectRef.of(kind, key), each))
                        .orElse(Map.of()));
    }

    private static Condition accepted(Optional<ProxyParameters> proxy) {
        return switch (proxy.orElse(ProxyParameters.DEFAULT)) {
            case ProxyParameters.Usable _ ->
                Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The GatewayClass is served by Gatehouse.");
            case ProxyParameters.Unusable unusable ->
                Condition.isFalse(Conditions.ACCEPTED, "InvalidParameters", unusable.message());
        };
    }

    private ObjectStatus gateway(Reads reads, GatewayState state) {
        Resource<Gateway> gateway = state.gateway();
        List<Condition> conditions = withInfrastructure(reads, state);
        reads.get(failed, ObjectRef.of(Kinds.GATEWAY, gateway.key()))
                .ifPresent(failures ->
                        conditions.replaceAll(condition -> condition.type().equals(Conditions.ACCEPTED)
                                ? translationFailed(FailedObjects.message(failures))
                                : condition));
        boolean accepted = conditions.stream()
                .filter(condition -> condition.type().equals(Conditions.ACCEPTED))
                .allMatch(Condition::holds);
        ObjectRef ref = ObjectRef.of(Kinds.GATEWAY, gateway.key());
        if (!accepted) {
            conditions.add(Condition.isFalse(
                    Conditions.PROGRAMMED, "Invalid", "The Gateway is not accepted; nothing is served for it."));
        } else {
            conditions.add(programmed(reads, state, ref, gateway.metadata().generation()));
            addresses(reads, state).assigned().ifPresent(conditions::add);
        }
        warning(reads, state).ifPresent(conditions::add);
        return new ObjectStatus.Listeners(
                gateway.metadata().generation(),
                conditions,
                // As Envoy Gateway: of a Gateway whose parameters cannot be used nothing more is said.
                state.proxy() instanceof ProxyParameters.Unusable
                        ? List.of()
                        : listeners(reads, state, ref, gateway.metadata().generation()),
                accepted ? addresses(reads, state).addresses() : List.of(),
                OptionalInt.of((int) state.listenerSets().values().stream()
                        .filter(Condition::holds)
                        .count()));
    }

    /** The warning about settings of the Gateway's valid EnvoyProxy that have no effect; empty: there are none. */
    private Optional<Condition> warning(Reads reads, GatewayState state) {
        if (!(state.proxy() instanceof ProxyParameters.Usable usable)) {
            return Optional.empty();
        }
        List<String> warnings = new ArrayList<>(usable.warnings());
        reads.get(model.telemetry, state.fleet()).ifPresent(telemetry -> warnings.addAll(telemetry.problems()));
        proxies.refusal(reads, state)
                .ifPresent(
                        problem -> warnings.add("EnvoyProxy " + usable.object().orElseThrow() + ": " + problem));
        reads.get(model.fleets, state.fleet())
                .flatMap(fleet -> exposure(state, fleet))
                .ifPresent(warnings::add);
        reads.get(troubles, state.fleet())
                .filter(trouble -> !trouble.closed())
                .ifPresent(trouble -> warnings.add(trouble.message() + " What it would change passes unchanged"));
        return warnings.isEmpty()
                ? Optional.empty()
                : Optional.of(Condition.isTrue(Conditions.WARNING, "PassedOver", String.join("; ", warnings)));
    }

    /**
     * The warning about a Gateway with cluster addresses only, if it shares proxies with Gateways that have other
     * addresses: clients reach its listeners at those addresses too.
     */
    private static Optional<String> exposure(GatewayState state, FleetMembers fleet) {
        if (!state.gateway().spec().onlyInCluster()) {
            return Optional.empty();
        }
        String others = fleet.gateways().stream()
                .filter(each -> !each.gateway().spec().onlyInCluster())
                .map(each -> each.gateway().key().toString())
                .collect(Collectors.joining(", "));
        return others.isEmpty()
                ? Optional.empty()
                : Optional.of("spec.addresses: asks for cluster addresses only, and shares its proxies with " + others
                        + ", at whose addresses its listeners are reached too");
    }

    /**
     * The Gateway's conditions. If the fleet's objects are invalid or Kubernetes refuses them, the cause is the
     * EnvoyProxy, and Accepted is false with InvalidParameters.
     */
    private List<Condition> withInfrastructure(Reads reads, GatewayState state) {
        List<Condition> conditions = new ArrayList<>(state.conditions());
        if (state.gateway().spec().isDefault()) {
            conditions.add(Condition.isTrue(
                    Conditions.DEFAULT_GATEWAY,
                    "DefaultGateway",
                    "Routes with useDefaultGateways attach, as far as allowedRoutes lets them."));
        }
        Optional<String> problem = proxies.unmade(reads, state)
                .or(() -> reads.get(applied, state.fleet()).flatMap(Change.Applied::refusal));
        if (problem.isPresent()) {
            conditions.replaceAll(condition -> condition.type().equals(Conditions.ACCEPTED) && condition.holds()
                    ? Condition.isFalse(Conditions.ACCEPTED, "InvalidParameters", problem.get())
                    : condition);
        }
        return conditions;
    }

    private Condition programmed(Reads reads, GatewayState state, ObjectRef ref, long generation) {
        Optional<Condition> problem = addresses(reads, state)
                .problem()
                .map(each -> withCause(reads, state, each))
                .or(() -> reads.get(troubles, state.fleet())
                        .filter(ExtensionTrouble::closed)
                        .map(trouble -> Condition.isFalse(
                                Conditions.PROGRAMMED,
                                "ExtensionServerFailed",
                                trouble.message()
                                        + " The last good configuration stays; what had none is not served.")));
        if (problem.isPresent()) {
            return problem.get();
        }
        return reads.get(fleetStates, state.fleet())
                .orElse(FleetState.UNKNOWN)
                .programmed(ref, generation, state.merged() ? own(reads, state) : _ -> true);
    }

    /** Says why no proxy is ready, where the cluster says so. */
    private Condition withCause(Reads reads, GatewayState state, Condition problem) {
        return problem.reason().equals(FleetAddresses.NO_PROXY)
                ? reads.get(applied, state.fleet())
                        .flatMap(Change.Applied::unmadePods)
                        .map(cause ->
                                Condition.isFalse(problem.type(), problem.reason(), problem.message() + " " + cause))
                        .orElse(problem)
                : problem;
    }

    /** Matches the objects that are served for a Gateway: the Gateway, its ListenerSets, and the routes on their listeners. */
    private Predicate<ObjectRef> own(Reads reads, GatewayState state) {
        return object -> object.equals(state.ref())
                || object.kind().equals(Kinds.LISTENER_SET.name())
                        && state.listenerSets().containsKey(object.key())
                || state.listeners().stream()
                        .anyMatch(listener -> reads.get(model.bindings, new BindingKey(listener.key(), object))
                                .isPresent());
    }

    private FleetAddresses addresses(Reads reads, GatewayState state) {
        return reads.get(addresses, state.gateway().key()).orElse(FleetAddresses.NONE);
    }

    private List<ObjectStatus.ListenerStatus> listeners(
            Reads reads, GatewayState state, ObjectRef owner, long generation) {
        List<ObjectStatus.ListenerStatus> statuses = new ArrayList<>();
        for (ListenerState listener : state.listeners()) {
            if (!listener.key().owner().equals(owner)) {
                continue;
            }
            List<Condition> conditions = new ArrayList<>(listener.conditions());
            conditions.add(
                    listener.serving() && !listener.closed()
                            ? programmed(reads, state, owner, generation)
                            : Condition.isFalse(
                                    Conditions.PROGRAMMED,
                                    conflict(listener).orElse("Invalid"),
                                    listener.closed() && listener.serving()
                                            ? "The listener's filters cannot run: every request is answered with 503."
                                            : "The listener is not valid; it is not served."));
            OverlappingTls.of(
                            listener,
                            reads.get(model.fleets, state.fleet())
                                    .map(FleetMembers::listeners)
                                    .orElse(state.listeners()),
                            each -> each.certificates().stream()
                                    .flatMap(secret -> reads.get(model.certificateNames, secret).stream())
                                    .flatMap(List::stream)
                                    .toList(),
                            each -> each.certificates().stream()
                                    .anyMatch(secret ->
                                            model.discoveries.of(reads, secret).isPresent()))
                    .ifPresent(conditions::add);
            int attached = reads.get(model.bindingsByListener, listener.key())
                            .map(SortedMap::size)
                            .orElse(0)
                    + model.brokenRoutes.on(reads, listener.key());
            statuses.add(new ObjectStatus.ListenerStatus(
                    listener.key().name(), listener.supportedKinds(), attached, conditions));
        }
        return statuses;
    }

    /** The reason of a listener's conflict with another. */
    private static Optional<String> conflict(ListenerState listener) {
        return listener.conditions().stream()
                .filter(condition -> condition.type().equals(Conditions.CONFLICTED) && condition.holds())
                .map(Condition::reason)
                .findFirst();
    }

    private Optional<ObjectStatus> listenerSet(Reads reads, ObjectKey key, Resource<ListenerSet> set) {
        Optional<GatewayState> state =
                reads.get(model.gateways, set.spec().parent().key(set.namespace()));
        if (state.isEmpty()) {
            return Optional.empty();
        }
        ObjectRef ref = ObjectRef.of(Kinds.LISTENER_SET, key);
        long generation = set.metadata().generation();
        Condition accepted = state.get().listenerSets().get(key);
        List<Condition> conditions = new ArrayList<>();
        if (accepted == null) {
            return Optional.empty();
        }
        conditions.add(accepted);
        conditions.add(
                accepted.holds()
                        ? programmed(reads, state.get(), ref, generation)
                        : Condition.isFalse(Conditions.PROGRAMMED, accepted.reason(), accepted.message()));
        return Optional.of(new ObjectStatus.Listeners(
                generation, conditions, listeners(reads, state.get(), ref, generation), List.of()));
    }

    /** The status of an unreadable object: its problems, for each parent or ancestor of the object. */
    private Optional<ObjectStatus> broken(Reads reads, ObjectRef ref, BrokenObject object) {
        long generation = object.metadata().generation();
        String message = object.message();
        return switch (ref.kind()) {
            case "GatewayClass" -> Optional.empty();
            case "Backend" ->
                Optional.of(new ObjectStatus.Own(
                        generation, List.of(Condition.isFalse(Conditions.ACCEPTED, "Invalid", message))));
            case "Gateway" ->
                object.owner()
                        .flatMap(name -> reads.get(model.classes, new ObjectKey("", name)))
                        .map(_ -> unusable(generation, message));
            case "ListenerSet" ->
                object.parents().stream()
                        .findFirst()
                        .flatMap(parent -> gatewayOf(reads, parent, ref))
                        .map(_ -> unusable(generation, message));
            default -> {
                Optional<ObjectStatus> route = model.brokenRoutes.status(reads, ref, generation, message);
                if (route.isPresent()) {
                    yield route;
                }
                List<ObjectStatus.ParentStatus> parents = new ArrayList<>();
                for (ParentReference parent : object.parents()) {
                    gatewayOf(reads, parent, ref)
                            .ifPresent(state -> parents.add(new ObjectStatus.ParentStatus(
                                    parent,
                                    state.controllerName(),
                                    List.of(Condition.isFalse(Conditions.ACCEPTED, "UnsupportedValue", message)))));
                }
                if (!parents.isEmpty()) {
                    yield Optional.of(new ObjectStatus.Parents(generation, parents));
                }
                List<PolicyTarget> targets = model.brokenPolicies.targets(reads, ref, object);
                yield targets.isEmpty()
                        ? Optional.empty()
                        : Optional.of(policies.of(
                                reads,
                                new Resource<>(object.metadata(), object),
                                targets,
                                _ -> invalid(message, object.deprecated())));
            }
        };
    }

    private static List<Condition> invalid(String message, List<String> deprecated) {
        List<Condition> conditions = new ArrayList<>();
        conditions.add(Condition.isFalse(Conditions.ACCEPTED, "Invalid", message));
        if (!deprecated.isEmpty()) {
            conditions.add(Condition.isTrue(Conditions.WARNING, "DeprecatedField", String.join("; ", deprecated)));
        }
        return conditions;
    }

    /** The status of an object whose translation failed before there was anything else to say of it. */
    private Optional<ObjectStatus> failed(Reads reads, ObjectRef ref, SortedMap<String, String> failures) {
        String message = FailedObjects.message(failures);
        return switch (ref.kind()) {
            case "Gateway" ->
                reads.get(inputs.of(Kinds.GATEWAY), ref.key())
                        .map(gateway -> unusable(gateway.metadata().generation(), message));
            case "ListenerSet" ->
                reads.get(inputs.of(Kinds.LISTENER_SET), ref.key())
                        .map(set -> unusable(set.metadata().generation(), message));
            default ->
                reads.get(inputs.routes(), ref)
                        .map(route -> new ObjectStatus.Parents(
                                route.metadata().generation(),
                                route.spec().parents().stream()
                                        .flatMap(parent -> gatewayOf(reads, parent, ref)
                                                .map(gateway -> new ObjectStatus.ParentStatus(
                                                        parent,
                                                        gateway.controllerName(),
                                                        List.of(translationFailed(message))))
                                                .stream())
                                        .toList()));
        };
    }

    private static Condition translationFailed(String message) {
        return Condition.isFalse(Conditions.ACCEPTED, "TranslationFailed", message);
    }

    private static ObjectStatus unusable(long generation, String message) {
        return new ObjectStatus.Listeners(
                generation,
                List.of(
                        Condition.isFalse(Conditions.ACCEPTED, "Invalid", message),
                        Condition.isFalse(Conditions.PROGRAMMED, "Invalid", message)),
                List.of(),
                List.of());
    }

    /** The served Gateway that {@code parent} leads to, as seen from {@code from}. */
    private Optional<ServingGateway> gatewayOf(Reads reads, ParentReference parent, ObjectRef from) {
        return model.gatewayOf(reads, parent.kind(), parent.key(from.namespace()));
    }

    private Optional<ObjectStatus> route(Reads reads, ObjectRef ref, Attachments attached) {
        Optional<Resource<? extends RouteSpec>> route = reads.get(inputs.routes(), ref);
        Optional<ResolvedRoute> resolved = reads.get(model.routes, ref);
        if (route.isEmpty() || resolved.isEmpty() || attached.parents().isEmpty()) {
            return Optional.empty();
        }
        List<ObjectStatus.ParentStatus> parents = new ArrayList<>();
        for (Attachments.Parent parent : attached.parents()) {
            List<Condition> conditions = new ArrayList<>();
            ResolvedRoute served = resolved.get()
                    .refusing(parent.bindings().stream()
                            .flatMap(binding ->
                                    reads.get(refusedRules, new BindingKey(binding.listener(), ref)).stream())
                            .flatMap(List::stream)
                            .toList());
            conditions.add(reads.get(failed, ref)
                    .map(failures -> translationFailed(FailedObjects.message(failures)))
                    .orElse(accepted(parent, served)));
            if (!parent.accepted().reason().equals(RouteAttacher.INVALID_RULE)) {
                conditions.add(terminatedNames(reads, parent, served).orElseGet(() -> resolvedRefs(served)));
            }
            partlyInvalid(served).ifPresent(conditions::add);
            model.availability.condition(reads, served).ifPresent(conditions::add);
            model.overlaps.condition(reads, ref, parent).ifPresent(conditions::add);
            parent.bindings().stream()
                    .flatMap(binding ->
                            reads.get(model.serving, binding.listener().gateway()).stream())
                    .map(ServingGateway::fleet)
                    .distinct()
                    .flatMap(fleet -> rejections.of(reads, fleet, ref).stream())
                    .findFirst()
                    .ifPresent(rejection -> conditions.add(
                            Condition.isFalse(Conditions.PROGRAMMED, "Invalid", "A proxy refused it: " + rejection)));
            parents.add(new ObjectStatus.ParentStatus(parent.reference(), parent.controllerName(), conditions));
        }
        return Optional.of(new ObjectStatus.Parents(route.get().metadata().generation(), parents));
    }

    private static Condition accepted(Attachments.Parent parent, ResolvedRoute route) {
        long broken = route.invalidRules().stream()
                .map(ResolvedRoute.InvalidRule::index)
                .distinct()
                .count();
        if (parent.accepted().holds() && broken > 0 && broken == route.rules().size()) {
            return Condition.isFalse(
                    Conditions.ACCEPTED, route.invalidRules().getFirst().reason(), invalidRules(route));
        }
        return parent.accepted();
    }

    private static Optional<Condition> partlyInvalid(ResolvedRoute route) {
        long broken = route.invalidRules().stream()
                .map(ResolvedRoute.InvalidRule::index)
                .distinct()
                .count();
        if (broken == 0 || broken == route.rules().size()) {
            return Optional.empty();
        }
        return Optional.of(Condition.isTrue(
                Conditions.PARTIALLY_INVALID,
                route.invalidRules().getFirst().reason(),
                "Dropped Rule: " + invalidRules(route)));
    }

    /**
     * The condition of a TLSRoute with a backend of type DynamicResolver on a listener that terminates TLS: the backend
     * needs the connection's SNI, which ends with TLS.
     */
    private Optional<Condition> terminatedNames(Reads reads, Attachments.Parent parent, ResolvedRoute route) {
        boolean named = route.rules().stream()
                .anyMatch(rule -> rule instanceof ResolvedRoute.Rule.Stream
                        && rule.targets().stream()
                                .anyMatch(each -> each.target() instanceof Target.Found found
                                        && found.cluster().resolved().isPresent()));
        boolean terminated = named
                && parent.bindings().stream()
                        .flatMap(binding -> reads.get(model.listeners, binding.listener()).stream())
                        .anyMatch(listener -> listener.protocol()
                                .filter(protocol -> protocol == ListenerState.Protocol.TLS_TERMINATE)
                                .isPresent());
        return terminated
                ? Optional.of(Condition.isFalse(
                        Conditions.RESOLVED_REFS,
                        "UnsupportedValue",
                        "A Backend of type DynamicResolver is reached by the SNI of connections that are passed through"
                                + " (expected: a listener with tls.mode: Passthrough)."))
                : Optional.empty();
    }

    private static Condition resolvedRefs(ResolvedRoute route) {
        if (route.problems().isEmpty()) {
            return Condition.isTrue(Conditions.RESOLVED_REFS, "ResolvedRefs", "All references are resolved.");
        }
        return Condition.isFalse(
                Conditions.RESOLVED_REFS,
                route.problems().getFirst().reason(),
                route.problems().stream().map(ResolvedRoute.Problem::message).collect(Collectors.joining("\n")));
    }

    private static String invalidRules(ResolvedRoute route) {
        return route.invalidRules().stream()
                .map(ResolvedRoute.InvalidRule::message)
                .collect(Collectors.joining("\n"));
    }

    private ObjectStatus client(Reads reads, Resource<ClientTrafficPolicy> policy) {
        ObjectRef ref = ObjectRef.of(Kinds.CLIENT_TRAFFIC_POLICY, policy.key());
        return policies.of(reads, policy, policy.spec().targets(), key -> {
            Optional<String> refused = reads.get(failed, ref)
                    .map(FailedObjects::message)
                    .or(() -> clientStatuses
                            .fleet(reads, key)
                            .flatMap(fleet -> rejections.of(reads, fleet, ref))
                            .map(rejection -> "A proxy refused it: " + rejection));
            return clientStatuses.isThere(reads, key)
                    ? clientStatuses.conditions(reads, policy, key, refused)
                    : List.of(Condition.isFalse(
                            Conditions.ACCEPTED,
                            "TargetNotFound",
                            key + " is not there (expected: a Gateway or ListenerSet of " + Kinds.GATEWAY_GROUP
                                    + ", or a listener of one)."));
        });
    }
}
