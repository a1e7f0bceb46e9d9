package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.collections.Source;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.envoy.AccessResources;
import dev.gatehouse.controller.envoy.WafResources;
import dev.gatehouse.controller.gateway.FleetAddresses;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.OverlappingTls;
import dev.gatehouse.controller.gateway.ProxyParameters;
import dev.gatehouse.controller.infrastructure.Infrastructure;
import dev.gatehouse.controller.policy.PolicyIndex;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.route.RouteAttacher;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.status.FleetState;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.controller.status.SupportedFeatures;
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
import dev.gatehouse.gatewayapi.UnservedPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The statuses, as collections derived from the {@link Model} and from what the fleets say. */
final class Statuses {
    private final Inputs inputs;
    private final Model model;
    private final Source<String, FleetState> fleetStates;
    private final Collection<String, Infrastructure> infrastructure;
    private final Source<String, String> refusals;
    private final Collection<ObjectRef, SortedMap<String, String>> failed;
    private final Collection<BindingKey, List<ResolvedRoute.InvalidRule>> refusedRules;
    private final List<Collection<ObjectRef, ObjectStatus>> all;
    private final String controllerName;
    private final Collection<ObjectKey, FleetAddresses> addresses;
    private final Collection<ObjectRef, Served> served;

    Statuses(
            Graph graph,
            Inputs inputs,
            Model model,
            Source<String, FleetState> fleetStates,
            Collection<String, Infrastructure> infrastructure,
            Source<String, String> refusals,
            FailedObjects failed,
            Collection<BindingKey, List<ResolvedRoute.InvalidRule>> refusedRules,
            Settings settings) {
        this.refusedRules = refusedRules;
        this.failed = failed.messages();
        this.infrastructure = infrastructure;
        this.refusals = refusals;
        this.controllerName = settings.controllerName();
        this.inputs = inputs;
        this.model = model;
        this.fleetStates = fleetStates;
        addresses = new Infrastructures(graph, inputs, model, settings.infrastructure()).addresses();
        this.served = graph.expand("served", model.gateways, this::served);
        List<Collection<ObjectRef, ObjectStatus>> unserved = new ArrayList<>();
        model.unserved.forEach((kind, policies) -> unserved.add(keyed(
                graph,
                "status." + kind.name(),
                kind,
                policies,
                (_, _, policy) -> Optional.of(unserved(kind, policy)))));
        List<Collection<ObjectRef, ObjectStatus>> served = List.of(
                // Comes before what is said of the last good version of an object that an edit broke.
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
                        "status.security",
                        Kinds.SECURITY_POLICY,
                        model.securities,
                        (reads, key, policy) -> policy(
                                reads,
                                Kinds.SECURITY_POLICY,
                                policy,
                                policy.spec().targets(),
                                target -> rival(reads, model.securityPolicies, target, key),
                                target -> reads.get(model.securityPolicies, target)
                                        .isPresent(),
                                _ -> false,
                                reads.get(model.access, key).orElse(new AccessResources.Outcome.Invalid("not compiled"))
                                                instanceof AccessResources.Outcome.Invalid invalid
                                        ? Optional.of(invalid.message())
                                        : Optional.empty(),
                                reads.get(model.access, key).orElse(null)
                                                instanceof AccessResources.Outcome.Enforced enforced
                                        ? enforced.warnings()
                                        : List.of(),
                                Fleets.AUTHZ)),
                keyed(
                        graph,
                        "status.traffic",
                        Kinds.BACKEND_TRAFFIC_POLICY,
                        model.traffics,
                        (reads, key, policy) -> policy(
                                reads,
                                Kinds.BACKEND_TRAFFIC_POLICY,
                                policy,
                                policy.spec().targets(),
                                target -> rival(reads, model.trafficPolicies, target, key),
                                target ->
                                        reads.get(model.trafficPolicies, target).isPresent(),
                                _ -> false,
                                reads.get(model.trafficProblems, key),
                                policy.spec().passedOver().stream()
                                        .map(field -> "spec." + field + " is not served and has no effect")
                                        .toList(),
                                Fleets.RATE_LIMIT)),
                keyed(
                        graph,
                        "status.waf",
                        Kinds.WAF_POLICY,
                        model.wafs,
                        (reads, key, policy) -> policy(
                                reads,
                                Kinds.WAF_POLICY,
                                policy,
                                policy.spec().targets(),
                                target -> rival(reads, model.wafPolicies, target, key),
                                target -> reads.get(model.wafPolicies, target).isPresent(),
                                target -> model.isMerged(reads, target),
                                reads.get(model.wafOutcomes, key)
                                        .flatMap(outcome -> outcome instanceof WafResources.Outcome.Invalid invalid
                                                ? Optional.of(invalid.message())
                                                : Optional.empty()),
                                List.of(),
                                Fleets.WAF)),
                // Counts for an object that has no other status.
                graph.map("status.failed", this.failed, this::failed));
        all = Stream.concat(unserved.stream(), served.stream()).toList();
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
                listeners(reads, state, ref, gateway.metadata().generation()),
                accepted ? addresses(reads, state).addresses() : List.of(),
                OptionalInt.of((int) state.listenerSets().values().stream()
                        .filter(Condition::holds)
                        .count()));
    }

    /** What the Gateway's EnvoyProxy asks for in vain, where all else is as it asks. */
    private Optional<Condition> warning(Reads reads, GatewayState state) {
        if (!(state.proxy() instanceof ProxyParameters.Usable usable)) {
            return Optional.empty();
        }
        List<String> warnings = new ArrayList<>(usable.warnings());
        reads.get(model.telemetry, state.fleet()).ifPresent(telemetry -> warnings.addAll(telemetry.problems()));
        reads.get(model.fleets, state.fleet())
                .flatMap(fleet -> exposure(state, fleet))
                .ifPresent(warnings::add);
        return warnings.isEmpty()
                ? Optional.empty()
                : Optional.of(Condition.isTrue(Conditions.WARNING, "PassedOver", String.join("; ", warnings)));
    }

    /** A Gateway that is for the cluster only, among others that are not: their proxies, and so their addresses, are its own. */
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

    /** A fleet whose objects cannot be made, or that Kubernetes refuses, is one that its EnvoyProxy asks for wrongly. */
    private List<Condition> withInfrastructure(Reads reads, GatewayState state) {
        List<Condition> conditions = new ArrayList<>(state.conditions());
        Optional<String> problem = reads.get(infrastructure, state.fleet())
                .flatMap(each -> switch (each) {
                    case Infrastructure.Desired _ -> Optional.<String>empty();
                    case Infrastructure.Invalid invalid -> Optional.of(invalid.message());
                    case Infrastructure.Kept _ -> Optional.<String>empty();
                })
                .or(() -> reads.get(refusals, state.fleet()));
        if (problem.isPresent()) {
            conditions.replaceAll(condition -> condition.type().equals(Conditions.ACCEPTED) && condition.holds()
                    ? Condition.isFalse(Conditions.ACCEPTED, "InvalidParameters", problem.get())
                    : condition);
        }
        return conditions;
    }

    private Condition programmed(Reads reads, GatewayState state, ObjectRef ref, long generation) {
        Optional<Condition> problem = addresses(reads, state).problem();
        if (problem.isPresent()) {
            return problem.get();
        }
        return reads.get(fleetStates, state.fleet())
                .orElse(FleetState.UNKNOWN)
                .programmed(ref, generation, state.merged() ? own(reads, state) : _ -> true);
    }

    /** What is served for a Gateway: it, its ListenerSets, and the routes on their listeners. */
    private Predicate<ObjectRef> own(Reads reads, GatewayState state) {
        Set<ObjectRef> own = new HashSet<>();
        own.add(ObjectRef.of(Kinds.GATEWAY, state.gateway().key()));
        state.listenerSets().keySet().forEach(set -> own.add(ObjectRef.of(Kinds.LISTENER_SET, set)));
        for (ListenerState listener : state.listeners()) {
            reads.get(model.bindingsByListener, listener.key())
                    .ifPresent(bindings -> bindings.keySet().forEach(binding -> own.add(binding.route())));
        }
        return own::contains;
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
                                    .toList())
                    .ifPresent(conditions::add);
            int attached = reads.get(model.bindingsByListener, listener.key())
                    .map(SortedMap::size)
                    .orElse(0);
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

    /** The status of an object that cannot be read: its problems, for whoever it concerns. */
    private Optional<ObjectStatus> broken(Reads reads, ObjectRef ref, BrokenObject object) {
        long generation = object.metadata().generation();
        String message = object.message();
        return switch (ref.kind()) {
            case "GatewayClass" -> Optional.empty();
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
                List<ObjectStatus.ParentStatus> ancestors = model.targets(reads, ref, object).stream()
                        .map(target -> new ObjectStatus.ParentStatus(
                                ancestor(target, ref.namespace()),
                                controllerName,
                                List.of(Condition.isFalse(Conditions.ACCEPTED, "Invalid", message))))
                        .toList();
                yield ancestors.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new ObjectStatus.Ancestors(generation, ancestors));
            }
        };
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

    /** A policy's target, as its status names it. */
    private static ParentReference ancestor(PolicyTarget target, String namespace) {
        return new ParentReference(
                target.group(),
                target.kind(),
                Optional.of(namespace),
                target.name(),
                target.sectionName(),
                Optional.empty());
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

    /** The Gateway of ours that {@code parent} leads to, seen from {@code from}. */
    private Optional<GatewayState> gatewayOf(Reads reads, ParentReference parent, ObjectRef from) {
        ObjectKey key = parent.key(from.namespace());
        return switch (parent.kind()) {
            case "Gateway" -> reads.get(model.gateways, key);
            case "ListenerSet" ->
                reads.get(inputs.of(Kinds.LISTENER_SET), key)
                        .flatMap(set ->
                                reads.get(model.gateways, set.spec().parent().key(set.namespace())));
            default -> Optional.empty();
        };
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
                conditions.add(resolvedRefs(served));
            }
            partlyInvalid(served).ifPresent(conditions::add);
            parent.bindings().stream()
                    .flatMap(binding ->
                            reads.get(model.gateways, binding.listener().gateway()).stream())
                    .map(GatewayState::fleet)
                    .distinct()
                    .flatMap(fleet -> reads.get(fleetStates, fleet).stream())
                    .flatMap(fleet -> Optional.ofNullable(fleet.rejections().get(ref)).stream())
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
                "PartiallyInvalid", route.invalidRules().getFirst().reason(), "Dropped Rule: " + invalidRules(route)));
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

    private Optional<ObjectStatus> policy(
            Reads reads,
            Kind<?> kind,
            Resource<?> policy,
            List<PolicyTarget> targets,
            Function<TargetKey, Optional<ObjectKey>> rival,
            Predicate<TargetKey> hasPolicy,
            Predicate<TargetKey> merges,
            Optional<String> invalid,
            List<String> warnings,
            String calloutFleet) {
        String rejection = reads.get(fleetStates, calloutFleet)
                .map(state -> state.rejections().get(ObjectRef.of(kind, policy.key())))
                .orElse(null);
        Optional<SortedMap<String, String>> failures = reads.get(failed, ObjectRef.of(kind, policy.key()));
        List<ObjectStatus.ParentStatus> ancestors = new ArrayList<>();
        for (PolicyTarget target : targets) {
            TargetKey key = TargetKey.of(target, policy.namespace());
            Optional<String> missing = missing(reads, kind, target, key);
            Optional<ObjectKey> winner = rival.apply(key);
            Condition condition;
            if (missing.isPresent()) {
                condition = Condition.isFalse(Conditions.ACCEPTED, "TargetNotFound", missing.get());
            } else if (winner.isPresent()) {
                condition = Condition.isFalse(
                        Conditions.ACCEPTED,
                        "Conflicted",
                        kind.name() + " " + winner.get() + " is for " + key + " too, and comes first.");
            } else if (failures.isPresent()) {
                condition = translationFailed(FailedObjects.message(failures.get()));
            } else if (invalid.isPresent()) {
                condition = Condition.isFalse(Conditions.ACCEPTED, "Invalid", invalid.get() + ".");
            } else if (rejection != null) {
                condition = Condition.isFalse(Conditions.ACCEPTED, "Invalid", rejection);
            } else {
                condition = Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The policy is accepted.");
            }
            ancestors.add(new ObjectStatus.ParentStatus(
                    ancestor(target, policy.namespace()),
                    controllerName,
                    condition.holds()
                            ? Stream.of(
                                            Stream.of(condition),
                                            overridden(reads, kind, key, hasPolicy, merges).stream(),
                                            warning(warnings).stream())
                                    .flatMap(each -> each)
                                    .toList()
                            : List.of(condition)));
        }
        return Optional.of(new ObjectStatus.Ancestors(policy.metadata().generation(), ancestors));
    }

    private static Optional<Condition> warning(List<String> warnings) {
        return warnings.isEmpty()
                ? Optional.empty()
                : Optional.of(Condition.isTrue(Conditions.WARNING, "PassedOver", String.join("; ", warnings)));
    }

    /** The status of a policy that is not served: what it is for is closed where it protects. */
    private ObjectStatus unserved(Kind<UnservedPolicy> kind, Resource<UnservedPolicy> policy) {
        String message = kind.name() + " is not served by Gatehouse and has no effect"
                + (policy.spec().protects()
                        ? "; requests to its targets are answered with 500, since it asks for protection."
                        : ".");
        return new ObjectStatus.Ancestors(
                policy.metadata().generation(),
                policy.spec().targets().stream()
                        .map(target -> new ObjectStatus.ParentStatus(
                                ancestor(target, policy.namespace()),
                                controllerName,
                                List.of(Condition.isFalse(Conditions.ACCEPTED, "Invalid", message))))
                        .toList());
    }

    /** For a policy on a Gateway or ListenerSet: the routes there that have one of their own, which counts instead or goes before. */
    private List<Condition> overridden(
            Reads reads, Kind<?> kind, TargetKey target, Predicate<TargetKey> hasPolicy, Predicate<TargetKey> merges) {
        if (!target.kind().equals("Gateway") && !target.kind().equals("ListenerSet")) {
            return List.of();
        }
        Optional<GatewayState> state = target.kind().equals("Gateway")
                ? reads.get(model.gateways, target.object())
                : reads.get(inputs.of(Kinds.LISTENER_SET), target.object())
                        .flatMap(set ->
                                reads.get(model.gateways, set.spec().parent().key(set.namespace())));
        SortedSet<String> replacing = new TreeSet<>();
        SortedSet<String> merging = new TreeSet<>();
        for (ListenerState listener : state.map(GatewayState::listeners).orElse(List.of())) {
            ObjectRef owner = listener.key().owner();
            // What is for a Gateway as a whole is for the listeners that ListenerSets add, too.
            boolean covered = target.section().isEmpty() && target.kind().equals("Gateway")
                    || owner.kind().equals(target.kind())
                            && owner.key().equals(target.object())
                            && target.section()
                                    .map(listener.key().name()::equals)
                                    .orElse(true);
            if (covered) {
                reads.get(model.bindingsByListener, listener.key())
                        .ifPresent(bindings -> bindings.keySet().stream()
                                .map(BindingKey::route)
                                .map(route -> new TargetKey(route.kind(), route.key(), Optional.empty()))
                                .filter(hasPolicy)
                                .forEach(route -> (merges.test(route) ? merging : replacing)
                                        .add(route.kind() + " " + route.object())));
            }
        }
        List<Condition> conditions = new ArrayList<>();
        if (!replacing.isEmpty()) {
            conditions.add(Condition.isTrue(
                    Conditions.OVERRIDDEN,
                    "Overridden",
                    "Routes with a " + kind.name() + " of their own, which counts instead: "
                            + String.join(", ", replacing) + "."));
        }
        if (!merging.isEmpty()) {
            conditions.add(Condition.isTrue(
                    Conditions.MERGED,
                    "Merged",
                    "Routes with a " + kind.name() + " of their own, which this one is merged with: "
                            + String.join(", ", merging) + "."));
        }
        return conditions;
    }

    private Optional<String> missing(Reads reads, Kind<?> policy, PolicyTarget target, TargetKey key) {
        boolean known = target.group().equals(Kinds.GATEWAY_GROUP);
        List<String> kinds = policy.equals(Kinds.BACKEND_TRAFFIC_POLICY)
                ? List.of("Gateway", "ListenerSet", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute", "GRPCRoute")
                : List.of("Gateway", "ListenerSet", "HTTPRoute", "GRPCRoute");
        if (!known || !kinds.contains(target.kind())) {
            return Optional.of("Kind \"" + target.kind() + "\" of group \"" + target.group()
                    + "\" cannot be a target (expected: "
                    + String.join(", ", kinds.subList(0, kinds.size() - 1)) + " or " + kinds.getLast() + " of "
                    + Kinds.GATEWAY_GROUP + ").");
        }
        boolean there = switch (target.kind()) {
            case "Gateway" ->
                reads.get(model.gateways, key.object())
                        .map(state -> hasListener(state, ObjectRef.of(Kinds.GATEWAY, key.object()), key))
                        .orElse(false);
            case "ListenerSet" ->
                reads.get(inputs.of(Kinds.LISTENER_SET), key.object())
                        .flatMap(set ->
                                reads.get(model.gateways, set.spec().parent().key(set.namespace())))
                        .map(state -> hasListener(state, ObjectRef.of(Kinds.LISTENER_SET, key.object()), key))
                        .orElse(false);
            default ->
                reads.get(
                                model.routes,
                                new ObjectRef(
                                        target.kind(),
                                        key.object().namespace(),
                                        key.object().name()))
                        .map(route -> key.section().isEmpty()
                                || route.rules().stream()
                                        .anyMatch(rule -> rule.name().equals(key.section())))
                        .orElse(false);
        };
        return there ? Optional.empty() : Optional.of(key + " is not there.");
    }

    private static boolean hasListener(GatewayState state, ObjectRef owner, TargetKey key) {
        return key.section().isEmpty()
                || state.listeners().stream()
                        .anyMatch(listener -> listener.key().owner().equals(owner)
                                && listener.key().name().equals(key.section().get()));
    }

    /** The policy that counts for {@code target} instead of {@code own}, if there is one. */
    private static <S> Optional<ObjectKey> rival(
            Reads reads,
            Collection<TargetKey, SortedMap<ObjectKey, Resource<S>>> policies,
            TargetKey target,
            ObjectKey own) {
        return reads.get(policies, target)
                .flatMap(each -> PolicyIndex.winner(each.values()))
                .map(Resource::key)
                .filter(key -> !key.equals(own));
    }
}
