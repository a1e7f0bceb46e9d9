package dev.gatehouse.controller.translate;

import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.callout.CalloutResources;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.envoy.AccessResources;
import dev.gatehouse.controller.envoy.ListenerResources.PortKey;
import dev.gatehouse.controller.envoy.WafResources;
import dev.gatehouse.controller.envoy.filter.RateLimitResources;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.ListenerState.Protocol;
import dev.gatehouse.controller.policy.EffectivePolicies;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The resources, as collections derived from the {@link Model}. */
final class Resources {
    private final Inputs inputs;
    private final Model model;
    private final ListenerRoutes routes;
    private final Contributions contributions;
    private final RouteTables routeTables;
    private final Patches patches;
    private final List<Collection<ResourceId, Output>> all;

    Resources(Graph graph, Inputs inputs, Model model, Infrastructures infrastructures, Settings settings) {
        this.inputs = inputs;
        this.model = model;
        routes = new ListenerRoutes(model);
        Collection<PortKey, ServingPort> ports = graph.expand("ports", model.fleets, (_, _, fleet) -> ports(fleet));
        contributions = new Contributions(graph, inputs, model, routes, settings);
        Secrets secrets = new Secrets(graph, inputs, model, routes);
        Clusters clusters = new Clusters(graph, model, routes, secrets, contributions.all());
        routeTables = new RouteTables(graph, model, settings, ports, contributions);
        PortListeners listeners = new PortListeners(graph, inputs, model, routes, contributions, secrets, ports);
        Collection<BindingKey, Contribution> ofRoutes = contributions.all();
        List<Collection<ResourceId, Output>> made = Stream.of(
                        clusters.resources(),
                        Stream.of(
                                graph.expand("callouts", model.fleets, (_, _, fleet) -> callouts(fleet, settings)),
                                infrastructures.localClusters()),
                        secrets.resources().stream(),
                        clusters.secrets().stream(),
                        Stream.of(
                                listeners.resources(),
                                graph.expand("ratelimit", ofRoutes, (_, key, each) -> rateLimits(key, each.limits())),
                                graph.expand("access", inputs.of(Kinds.SECURITY_POLICY), this::accessPolicy),
                                graph.expand("access.merged", ofRoutes, (_, _, each) -> mergedAccess(each)),
                                graph.expand(
                                        "waf",
                                        model.wafs.outcomes(),
                                        (_, key, outcome) -> waf(outcome, Set.of(ObjectRef.of(Kinds.WAF_POLICY, key)))),
                                graph.expand("waf.merged", ofRoutes, (reads, _, each) -> mergedWafs(reads, each)),
                                graph.expand(
                                        "waf.configMap",
                                        model.wafs.configMap(),
                                        (_, key, outcome) ->
                                                waf(outcome, Set.of(ObjectRef.of(Kinds.CONFIG_MAP, key))))),
                        routeTables.resources().stream())
                .flatMap(each -> each)
                .toList();
        patches = new Patches(graph, inputs, model, settings, new PatchNames(), made);
        all = Stream.concat(Stream.of(patches.patched()), made.stream()).toList();
    }

    /** The names of resources, for patches. */
    private final class PatchNames implements PatchTargets.Names {
        @Override
        public Optional<String> table(Reads reads, ListenerState listener) {
            return routeTables.name(reads, listener.key());
        }

        @Override
        public List<ClusterSpec> clusters(Reads reads, String fleet, ObjectRef ref, OptionalInt index) {
            List<ClusterSpec> specs = new ArrayList<>();
            List<Attachments.Parent> parents =
                    reads.get(model.attachments, ref).map(Attachments::parents).orElse(List.of());
            for (Attachments.Binding binding : parents.stream()
                    .flatMap(parent -> parent.bindings().stream())
                    .toList()) {
                if (!routes.fleet(reads, binding.listener().gateway()).equals(fleet)) {
                    continue;
                }
                routes
                        .route(reads, new BindingKey(binding.listener(), ref), binding)
                        .map(ResolvedRoute::rules)
                        .orElse(List.of())
                        .stream()
                        .filter(rule -> index.isEmpty() || rule.index() == index.getAsInt())
                        .forEach(rule -> {
                            for (WeightedTarget target : rule.targets()) {
                                if (target.target() instanceof Target.Found found) {
                                    specs.add(found.cluster());
                                }
                            }
                            if (ref.kind().equals("UDPRoute")) {
                                specs.add(ListenerRoutes.udpCluster(ref, rule));
                            }
                        });
            }
            return specs;
        }
    }

    Patches patches() {
        return patches;
    }

    /**
     * All collections of resources. If several collections have a key (a certificate with two uses), the first
     * collection's value is used.
     */
    List<Collection<ResourceId, Output>> all() {
        return all;
    }

    Collection<BindingKey, List<ResolvedRoute.InvalidRule>> refusals() {
        return contributions.refusals();
    }

    Collection<ObjectKey, GatewayState> gateways() {
        return model.gateways;
    }

    void hold(Graph.Writes writes, OutputPart part, Optional<Hold> hold) {
        switch (part) {
            case RoutePart route -> contributions.hold(writes, route, hold);
            case PolicyPart policy -> contributions.policies().hold(writes, policy, hold);
            case PatchPart patch -> patches.hold(writes, patch, hold);
            case HookPart _ -> {
                // Extension servers change the resources after the translation.
            }
        }
    }

    /**
     * Records the present contribution as accepted if it still has {@code fingerprint}. It is served if a later
     * contribution is refused.
     */
    void accept(Graph.Writes writes, OutputPart part, int fingerprint) {
        switch (part) {
            case RoutePart route -> contributions.accept(writes, route, fingerprint);
            case PolicyPart policy -> contributions.policies().accept(writes, policy, fingerprint);
            case PatchPart _, HookPart _ -> {
                // A refused patch is left out: no earlier form of it is needed.
            }
        }
    }

    /** Forgets the accepted contribution of a removed part, so that a later contribution of the same name does not fall back to it. */
    void forget(Graph.Writes writes, OutputPart part) {
        switch (part) {
            case RoutePart route -> contributions.forget(writes, route);
            case PolicyPart policy -> contributions.policies().forget(writes, policy);
            case PatchPart _, HookPart _ -> {
                // Nothing was recorded.
            }
        }
    }

    private static Map<PortKey, ServingPort> ports(FleetMembers fleet) {
        Map<PortKey, List<ListenerState>> byPort = new HashMap<>();
        for (ListenerState listener : fleet.listeners()) {
            if (listener.serving()) {
                boolean udp = listener.protocol().orElseThrow() == Protocol.UDP;
                byPort.computeIfAbsent(new PortKey(fleet.name(), listener.spec().port(), udp), _ -> new ArrayList<>())
                        .add(listener);
            }
        }
        Map<PortKey, ServingPort> ports = new HashMap<>();
        byPort.forEach((key, listeners) -> ports.put(key, new ServingPort(fleet, List.copyOf(listeners))));
        return ports;
    }

    private static Map<ResourceId, Output> callouts(FleetMembers fleet, Settings settings) {
        Map<ResourceId, Output> clusters = new HashMap<>();
        Map<String, CalloutAddress> addresses = Map.of(
                Fleets.RATE_LIMIT, settings.callouts().rateLimit(),
                Fleets.WAF, settings.callouts().waf(),
                Fleets.AUTHZ, settings.callouts().authz());
        addresses.forEach((name, address) -> clusters.putAll(Output.one(
                fleet.name(),
                TypeUrls.CLUSTER,
                name,
                CalloutResources.cluster(name, address, settings.callouts().tls()),
                false,
                fleet.gateways().stream().map(GatewayState::ref).collect(Collectors.toSet()))));
        return clusters;
    }

    /**
     * The rate limits of a route on a listener, as a resource of their own, so that a change of another route does not
     * change the resource.
     */
    private static Map<ResourceId, Output> rateLimits(
            BindingKey key, SortedMap<String, EffectivePolicies.Traffic> limits) {
        Map<ResourceId, Output> resources = new HashMap<>();
        RateLimitConfig own = RateLimitResources.config(key.listener(), key.route(), limits);
        if (own.getDescriptorsCount() > 0) {
            resources.putAll(
                    Output.one(Fleets.RATE_LIMIT, TypeUrls.RATE_LIMIT, own.getName(), own, false, Set.of(key.route())));
        }
        limits.values().stream().distinct().forEach(traffic -> resources.putAll(shared(traffic)));
        return resources;
    }

    /** The rate limits that all targets of a policy share. Each targeted route makes an equal resource. */
    private static Map<ResourceId, Output> shared(EffectivePolicies.Traffic traffic) {
        Map<ResourceId, Output> resources = new HashMap<>();
        RateLimitResources.sharedConfigs(traffic.globalRules())
                .forEach((policy, config) -> resources.putAll(Output.one(
                        Fleets.RATE_LIMIT,
                        TypeUrls.RATE_LIMIT,
                        config.getName(),
                        config,
                        false,
                        Set.of(ObjectRef.of(Kinds.BACKEND_TRAFFIC_POLICY, policy)))));
        return resources;
    }

    private Map<ResourceId, Output> accessPolicy(Reads reads, ObjectKey key, Resource<?> policy) {
        Optional<AccessResources.Outcome> outcome = reads.get(model.securities.access(), key);
        if (outcome.isEmpty()) {
            return Map.of();
        }
        return switch (outcome.get()) {
            case AccessResources.Outcome.Enforced enforced ->
                Output.one(
                        Fleets.AUTHZ,
                        TypeUrls.ACCESS,
                        key.toString(),
                        enforced.policy(),
                        true,
                        Set.of(ObjectRef.of(Kinds.SECURITY_POLICY, policy.key())));
            case AccessResources.Outcome.Invalid _ -> Map.of();
        };
    }

    private static Map<ResourceId, Output> mergedAccess(Contribution contribution) {
        Map<ResourceId, Output> resources = new HashMap<>();
        contribution
                .access()
                .forEach(each -> resources.putAll(Output.one(
                        Fleets.AUTHZ, TypeUrls.ACCESS, each.policy().getName(), each.policy(), true, each.owners())));
        return resources;
    }

    private static Map<ResourceId, Output> waf(WafResources.Outcome outcome, Set<ObjectRef> owners) {
        return switch (outcome) {
            case WafResources.Outcome.Enforced enforced ->
                Output.one(Fleets.WAF, TypeUrls.WAF, enforced.policy().getName(), enforced.policy(), false, owners);
            case WafResources.Outcome.Invalid _ -> Map.of();
        };
    }

    private Map<ResourceId, Output> mergedWafs(Reads reads, Contribution contribution) {
        Map<ResourceId, Output> resources = new HashMap<>();
        for (EffectivePolicies.Waf each : contribution.wafs()) {
            // The first policy owns the merged policy. Problems of the other policies alone are reported by their own
            // resources.
            ObjectKey first = each.members().getFirst();
            resources.putAll(waf(
                    model.wafs.resource(reads, each.name(), first, each.spec()),
                    Set.of(ObjectRef.of(Kinds.WAF_POLICY, first))));
        }
        return resources;
    }
}
