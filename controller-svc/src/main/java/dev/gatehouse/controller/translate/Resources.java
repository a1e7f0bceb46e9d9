package dev.gatehouse.controller.translate;

import com.google.protobuf.Message;
import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.collections.Source;
import dev.gatehouse.controller.backend.ClusterSettings;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.ClusterSpec.SlicesOwner;
import dev.gatehouse.controller.backend.InjectedCredential;
import dev.gatehouse.controller.backend.NameCache;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.backend.TelemetryClusters;
import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.callout.CalloutResources;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.client.ClientPolicy;
import dev.gatehouse.controller.client.ClientTrust;
import dev.gatehouse.controller.envoy.AccessResources;
import dev.gatehouse.controller.envoy.ClusterResources;
import dev.gatehouse.controller.envoy.ListenerResources;
import dev.gatehouse.controller.envoy.ListenerResources.PortKey;
import dev.gatehouse.controller.envoy.RouteEntry;
import dev.gatehouse.controller.envoy.RouteResources;
import dev.gatehouse.controller.envoy.SecretName;
import dev.gatehouse.controller.envoy.SecretResources;
import dev.gatehouse.controller.envoy.StreamRoute;
import dev.gatehouse.controller.envoy.WafResources;
import dev.gatehouse.controller.envoy.cluster.UpstreamFilters;
import dev.gatehouse.controller.envoy.filter.FilterNeeds;
import dev.gatehouse.controller.envoy.filter.RateLimitResources;
import dev.gatehouse.controller.extension.Extensions;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.ListenerState.Protocol;
import dev.gatehouse.controller.gateway.PreRouting;
import dev.gatehouse.controller.gateway.ServingGateway;
import dev.gatehouse.controller.policy.EffectivePolicies;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.Bytes;
import dev.gatehouse.gatewayapi.CredentialInjection;
import dev.gatehouse.gatewayapi.EndpointSlice;
import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.RouteSpec;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.gatewayapi.SecretDiscovery;
import dev.gatehouse.gatewayapi.traffic.BackendSettings;
import dev.gatehouse.gatewayapi.traffic.Compressor;
import dev.gatehouse.gatewayapi.traffic.LoadBalancer;
import dev.gatehouse.gatewayapi.traffic.StatNames;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The resources, as collections derived from the {@link Model}. */
final class Resources {
    /** Identifies a cluster of a fleet. */
    private record ClusterKey(String fleet, String name) implements Comparable<ClusterKey> {
        private static final Comparator<ClusterKey> ORDER =
                Comparator.comparing(ClusterKey::fleet).thenComparing(ClusterKey::name);

        @Override
        public int compareTo(ClusterKey other) {
            return ORDER.compare(this, other);
        }
    }

    /** A cluster, and one of the routes that use it. */
    private record UsedCluster(ClusterSpec spec, ObjectRef user) {}

    private final Inputs inputs;
    private final Model model;
    private final Settings settings;
    private final Patches patches;
    private final List<Collection<ResourceId, Output>> all;

    /** The effective policies of each rule of a route on a listener, by the rules' names. */
    private final Collection<BindingKey, Map<Optional<String>, RulePolicies>> rulePolicies;

    private final ListenerPolicies listenerPolicies;

    private final Collection<BindingKey, Contribution> contributions;

    private final RouteTables routeTables;

    /** The filters that a listener needs for the policies of its routes. */
    private final Collection<ListenerKey, SortedMap<BindingKey, FilterNeeds>> filterNeeds;

    /** The filters that a listener needs besides those for policies that may be refused. */
    private final Collection<ListenerKey, SortedMap<BindingKey, FilterNeeds>> ownNeeds;

    /** The contributions that are held back ({@link Hold}). */
    private final Source<RoutePart, Hold> held;

    /** The parts that are held back, by route. */
    private final Collection<BindingKey, SortedMap<RoutePart, Hold>> heldByRoute;

    /** The last accepted contributions. */
    private final Source<RoutePart, Contribution> lastGood;

    /** The rules of a route on a listener that Envoy would refuse. These rules are closed. */
    private final Collection<BindingKey, List<ResolvedRoute.InvalidRule>> refusals;

    Resources(Graph graph, Inputs inputs, Model model, Infrastructures infrastructures, Settings settings) {
        this.inputs = inputs;
        this.model = model;
        this.settings = settings;
        Collection<PortKey, ServingPort> ports = graph.expand("ports", model.fleets, (_, _, fleet) -> ports(fleet));
        held = graph.source("held");
        lastGood = graph.source("lastGood");
        heldByRoute = graph.group("heldByRoute", held, (part, _) -> Set.of(part.binding()));
        rulePolicies = graph.map("rulePolicies", model.bindings, this::rulePolicies);
        listenerPolicies = new ListenerPolicies(
                model.clients.holds,
                new PolicyHolds<>(
                        graph,
                        "securities.holds",
                        graph.expand(
                                "securities.wishes",
                                rulePolicies,
                                (_, _, rules) -> wishes(rules.values(), RulePolicies::security))),
                new PolicyHolds<>(
                        graph,
                        "extensions.holds",
                        graph.expand(
                                "extensions.wishes",
                                rulePolicies,
                                (_, _, rules) -> wishes(rules.values(), RulePolicies::extensions))),
                model.fleetTelemetry.holds);
        contributions = graph.expand("contributions", model.bindings, this::contributions, this::failing);
        refusals = graph.map(
                "refusedRules",
                contributions,
                (_, _, each) -> each.refusals().isEmpty() ? Optional.empty() : Optional.of(each.refusals()));
        Collection<ClusterKey, UsedCluster> clusters = graph.expand("clusters", model.attachments, this::clustersOf);
        Collection<ClusterKey, UsedCluster> telemetry =
                graph.expand("telemetryClusters", model.telemetry, this::telemetryClusters);
        filterNeeds = graph.group(
                "filterNeedsByListener",
                graph.expand("filterNeeds", contributions, this::filterNeeds),
                (key, _) -> Set.of(key.listener()));
        ownNeeds = graph.group(
                "ownNeedsByListener",
                graph.map(
                        "ownNeeds",
                        contributions,
                        (_, _, each) -> Optional.of(each.ownNeeds()).filter(needs -> !needs.equals(FilterNeeds.NONE))),
                (key, _) -> Set.of(key.listener()));
        Collection<ClusterKey, UsedCluster> policies =
                graph.expand("policyClusters", contributions, this::policyClusters);
        Collection<ClusterKey, UsedCluster> filters =
                graph.expand("filterClusters", model.listeners, this::filterClusters);

        routeTables = new RouteTables(graph, model, settings, new TableSources(), ports, contributions, held, lastGood);
        List<Collection<ResourceId, Output>> others = List.of(
                graph.expand("cds", clusters, this::cluster),
                graph.expand("cds.telemetry", telemetry, this::cluster),
                graph.expand("cds.filters", filters, this::cluster),
                graph.expand("cds.policies", policies, this::cluster),
                graph.expand("callouts", model.fleets, (_, _, fleet) -> callouts(fleet, settings)),
                graph.expand("eds", clusters, this::endpoints),
                infrastructures.localClusters(),
                graph.expand("eds.telemetry", telemetry, this::endpoints),
                graph.expand("eds.filters", filters, this::endpoints),
                graph.expand("eds.policies", policies, this::endpoints),
                graph.expand("sds.listeners", model.listeners, this::listenerSecrets),
                graph.expand("sds.clients", model.clients.effective, this::clientSecrets),
                graph.expand("sds.gateways", model.gateways, this::gatewaySecrets),
                graph.expand("sds.backends", clusters, this::backendSecrets),
                graph.expand("sds.telemetry", telemetry, this::backendSecrets),
                graph.expand("sds.filters", filters, this::backendSecrets),
                graph.expand("sds.policies", policies, this::backendSecrets),
                graph.expand("lds", ports, this::listener),
                graph.expand("ratelimit", contributions, (_, key, each) -> rateLimits(key, each.limits())),
                graph.expand("access", inputs.of(Kinds.SECURITY_POLICY), this::accessPolicy),
                graph.expand("access.merged", contributions, (_, _, each) -> mergedAccess(each)),
                graph.expand(
                        "waf",
                        model.wafOutcomes,
                        (_, key, outcome) -> waf(outcome, Set.of(ObjectRef.of(Kinds.WAF_POLICY, key)))),
                graph.expand("waf.merged", contributions, (reads, _, each) -> mergedWafs(reads, each)),
                graph.expand(
                        "waf.configMap",
                        model.wafConfigMap,
                        (_, key, outcome) -> waf(outcome, Set.of(ObjectRef.of(Kinds.CONFIG_MAP, key)))));
        List<Collection<ResourceId, Output>> made =
                Stream.concat(others.stream(), routeTables.resources().stream()).toList();
        patches = new Patches(graph, inputs, model, settings, new PatchNames(), made);
        all = Stream.concat(Stream.of(patches.patched()), made.stream()).toList();
    }

    /** The inputs of route tables besides the model. */
    private final class TableSources implements RouteTables.Sources {
        @Override
        public FilterNeeds needs(Reads reads, List<ListenerState> listeners) {
            return Resources.needs(reads, filterNeeds, listeners);
        }

        @Override
        public boolean isRefused(Reads reads, Contribution contribution) {
            return contribution.isRefused(reads, listenerPolicies);
        }
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
                if (!fleet(reads, binding.listener().gateway()).equals(fleet)) {
                    continue;
                }
                route(reads, new BindingKey(binding.listener(), ref), binding)
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
                                specs.add(udpCluster(ref, rule));
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
        return refusals;
    }

    Collection<ObjectKey, GatewayState> gateways() {
        return model.gateways;
    }

    void hold(Graph.Writes writes, OutputPart part, Optional<Hold> hold) {
        switch (part) {
            case RoutePart route ->
                hold.ifPresentOrElse(each -> writes.put(held, route, each), () -> writes.remove(held, route));
            case PolicyPart policy -> listenerPolicies.hold(writes, policy, hold);
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
            case RoutePart route ->
                contributions
                        .get(route.binding())
                        .filter(each -> each.fingerprint() == fingerprint)
                        .ifPresent(each -> writes.put(lastGood, route, each));
            case PolicyPart policy -> listenerPolicies.accept(writes, policy, fingerprint);
            case PatchPart _, HookPart _ -> {
                // A refused patch is left out: no earlier form of it is needed.
            }
        }
    }

    /** Forgets the accepted contribution of a removed part, so that a later contribution of the same name does not fall back to it. */
    void forget(Graph.Writes writes, OutputPart part) {
        switch (part) {
            case RoutePart route -> writes.remove(lastGood, route);
            case PolicyPart policy -> listenerPolicies.forget(writes, policy);
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

    /** The name of the fleet that serves a Gateway. */
    private String fleet(Reads reads, ObjectKey gateway) {
        return reads.get(model.serving, gateway).map(ServingGateway::fleet).orElse(gateway.toString());
    }

    /**
     * A route as a listener serves it. Its clusters have the Gateway's client certificate and the settings of each
     * rule's BackendTrafficPolicy.
     */
    private Optional<ResolvedRoute> route(Reads reads, BindingKey key, Attachments.Binding binding) {
        Optional<ResolvedRoute> route = reads.get(model.routes, key.route());
        if (route.isEmpty()) {
            return Optional.empty();
        }
        // Names of statistics may have the names of all backends of a rule.
        List<ResolvedRoute.Rule> rules = route.get().rules();
        ResolvedRoute served = route.get().together(rule -> triesOthers(reads, key, rule));
        Optional<ObjectKey> certificate =
                reads.get(model.serving, key.listener().gateway()).flatMap(ServingGateway::backendClientCertificate);
        return Optional.of(certificate
                .map(served::presenting)
                .orElse(served)
                .with(rule -> clusterSettings(reads, key, binding, rules.get(rule.index()))));
    }

    /**
     * Whether another backend of a rule is to get what one does not answer: there are retries or health checks. Within
     * one cluster zones, and the loads that endpoints report, would count for more than the backends' weights.
     */
    private boolean triesOthers(Reads reads, BindingKey key, ResolvedRoute.Rule.Http rule) {
        BackendSettings settings = model.trafficSettings(reads, key.listener(), key.route(), rule.name())
                .backend();
        return (rule.retry().isPresent()
                        || settings.retry().isPresent()
                        || settings.healthCheck().isPresent())
                && settings.loadBalancer()
                        .filter(balancer -> balancer.type() == LoadBalancer.Type.BackendUtilization
                                || balancer.preferLocal().isPresent()
                                || !balancer.weightedZones().isEmpty())
                        .isEmpty();
    }

    private ClusterSettings clusterSettings(
            Reads reads, BindingKey key, Attachments.Binding binding, ResolvedRoute.Rule rule) {
        ClusterSettings traffic =
                trafficSettings(reads, key, binding, rule).of(RouteResources.ruleName(key.route(), rule.index()));
        if (!(rule instanceof ResolvedRoute.Rule.Http)) {
            return traffic;
        }
        ClusterSettings own = reads.get(model.clients.http1, key.listener())
                .map(traffic::speaking)
                .orElse(traffic);
        return settings(reads, fleet(reads, key.listener().gateway()))
                .telemetry()
                .metrics()
                .clusterStatName()
                .map(pattern -> own.countedAs(statName(pattern, key.route(), rule)))
                .orElse(own);
    }

    private static String statName(String pattern, ObjectRef route, ResolvedRoute.Rule rule) {
        return StatNames.ofCluster(
                pattern,
                route,
                rule.name(),
                rule.index(),
                rule.targets().stream()
                        .map(target -> target.target()
                                .reference()
                                .key(route.namespace())
                                .toString())
                        .toList());
    }

    private ClusterSettings trafficSettings(
            Reads reads, BindingKey key, Attachments.Binding binding, ResolvedRoute.Rule rule) {
        ClusterSettings all = model.clusterSettings(
                reads,
                key.listener(),
                key.route(),
                rule.name(),
                () -> binding.hostnames().stream()
                        .filter(host -> !host.startsWith("*"))
                        .findFirst()
                        .orElse(key.route().key().name() + "."
                                + key.route().key().namespace()));
        return key.route().kind().equals("UDPRoute") && !all.equals(ClusterSettings.NONE) ? all.forDatagrams() : all;
    }

    private Optional<Contribution> contribution(Reads reads, BindingKey key, Attachments.Binding binding) {
        Optional<ListenerState> listener = reads.get(model.listeners, key.listener());
        Optional<ResolvedRoute> route = route(reads, key, binding);
        Optional<Resource<? extends RouteSpec>> object = reads.get(inputs.routes(), key.route());
        if (listener.isEmpty()
                || route.isEmpty()
                || object.isEmpty()
                || !listener.get().serving()) {
            return Optional.empty();
        }
        Protocol protocol = listener.get().protocol().orElseThrow();
        if (!protocol.http()) {
            return Optional.empty();
        }
        RouteResources maker = new RouteResources(
                key.listener(),
                protocol,
                settings.clientPort(listener.get()),
                () -> model.clients.of(reads, key.listener()).settings());
        List<RouteEntry> entries = new ArrayList<>();
        SortedMap<String, EffectivePolicies.Traffic> limits = new TreeMap<>();
        Set<Compressor> compressors = new HashSet<>();
        Set<EffectivePolicies.Waf> wafs = new HashSet<>();
        Set<Security> securities = new HashSet<>();
        Set<Securities.MergedAccess> access = new HashSet<>();
        Set<Extensions> extensions = new HashSet<>();
        Set<Security.Authorizer> authorizers = new HashSet<>();
        Set<NameCache> caches = new HashSet<>();
        List<ResolvedRoute.InvalidRule> refusals = new ArrayList<>();
        List<RulePolicies> rules = new ArrayList<>();
        Map<Optional<String>, RulePolicies> ofRules = reads.get(rulePolicies, key)
                .orElseThrow(() -> new IllegalStateException("the policies of " + key + " are not there"));
        Map<String, HookContext.OfRule> hooks = new HashMap<>();
        for (ResolvedRoute.Rule rule : route.get().rules()) {
            if (rule instanceof ResolvedRoute.Rule.Http http) {
                RulePolicies ofRule = Objects.requireNonNull(ofRules.get(http.name()), http::toString)
                        .served(reads, listenerPolicies);
                if (ofRule.security().isPresent() || ofRule.extensions().isPresent()) {
                    rules.add(ofRule);
                }
                EffectivePolicies policies = ofRule.policies();
                policies.security().filter(_ -> !policies.broken()).ifPresent(securities::add);
                model.securities
                        .mergedAccess(reads, key.listener(), key.route(), http.name())
                        .ifPresent(access::add);
                policies.extensions().filter(_ -> !policies.broken()).ifPresent(extensions::add);
                http.filters().externalAuth().ifPresent(authorizers::add);
                for (WeightedTarget target : http.targets()) {
                    if (target.target() instanceof Target.Found found
                            && found.cluster().resolved().isPresent()) {
                        caches.add(NameCache.of(found.cluster()));
                    }
                }
                RouteResources.Made made =
                        maker.entries(key.route(), object.get().metadata(), http, policies);
                entries.addAll(made.entries());
                made.refusal()
                        .ifPresent(refusal -> refusals.add(new ResolvedRoute.InvalidRule(
                                http.index(),
                                "UnsupportedValue",
                                "spec.rules[" + http.index() + "]: Envoy would refuse what it becomes: " + refusal)));
                HookContext.OfRule hook =
                        model.served.ofRule(reads, key.route(), object.get().spec(), http.index(), http.name());
                if (!hook.isEmpty()) {
                    hooks.put(RouteResources.ruleName(key.route(), http.index()), hook);
                }
                policies.waf().filter(EffectivePolicies.Waf::merged).ifPresent(wafs::add);
                policies.traffic()
                        .filter(traffic -> traffic.settings().globalLimit().isPresent())
                        .ifPresent(traffic -> limits.put(RouteResources.ruleName(key.route(), http.index()), traffic));
                policies.settings().compressors().stream()
                        .filter(compressor -> compressor.minBytes().isPresent())
                        .forEach(compressors::add);
            }
        }
        Map<String, List<RouteEntry>> byHost = new HashMap<>();
        for (Attachments.Place place : binding.places()) {
            byHost.put(
                    place.hostname(),
                    entries.stream().map(entry -> entry.from(place.origin())).toList());
        }
        return Optional.of(new Contribution(
                byHost,
                limits,
                compressors,
                wafs,
                securities,
                access,
                extensions,
                authorizers,
                caches,
                List.copyOf(refusals),
                List.copyOf(rules),
                new HookContext(List.of(), hooks)));
    }

    /** The effective policies of a route's rules on a listener; empty: the route is not served there by HTTP. */
    private Optional<Map<Optional<String>, RulePolicies>> rulePolicies(
            Reads reads, BindingKey key, Attachments.Binding binding) {
        Optional<ListenerState> listener = reads.get(model.listeners, key.listener())
                .filter(each -> each.protocol().map(Protocol::http).orElse(false));
        Optional<PortKey> port = model.port(reads, key.listener());
        Optional<ResolvedRoute> route = reads.get(model.routes, key.route());
        if (listener.isEmpty() || port.isEmpty() || route.isEmpty()) {
            return Optional.empty();
        }
        Optional<ObjectKey> certificate =
                reads.get(model.serving, key.listener().gateway()).flatMap(ServingGateway::backendClientCertificate);
        Map<Optional<String>, RulePolicies> policies = new HashMap<>();
        for (ResolvedRoute.Rule rule : route.get().rules()) {
            policies.computeIfAbsent(
                    rule.name(),
                    name -> RulePolicies.of(
                            new PolicyPlace(key.listener(), Optional.of(key.route()), name),
                            port.get(),
                            model.policies(reads, key.listener(), key.route(), name)
                                    .presenting(certificate)
                                    .after(listener.get().filters()),
                            model.owners(reads, key.listener(), key.route(), name)));
        }
        return Optional.of(policies);
    }

    private static <S> Map<PolicyPlace, PolicyWish<S>> wishes(
            java.util.Collection<RulePolicies> rules, Function<RulePolicies, Optional<PolicyWish<S>>> which) {
        Map<PolicyPlace, PolicyWish<S>> wishes = new HashMap<>();
        rules.forEach(rule -> which.apply(rule).ifPresent(each -> wishes.put(rule.place(), each)));
        return wishes;
    }

    private Map<BindingKey, Contribution> contributions(Reads reads, BindingKey key, Attachments.Binding binding) {
        return contribution(reads, key, binding).map(each -> Map.of(key, each)).orElse(Map.of());
    }

    /** The contribution of a route whose translation failed: the route's hostnames, closed. */
    private Map<BindingKey, Contribution> failing(BindingKey key, Attachments.Binding binding, Throwable failure) {
        Map<String, List<RouteEntry>> closed = new HashMap<>();
        for (Attachments.Place place : binding.places()) {
            closed.put(
                    place.hostname(),
                    List.of(RouteResources.failing(key.route()).from(place.origin())));
        }
        return Map.of(
                key,
                new Contribution(
                        closed,
                        new TreeMap<>(),
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        List.of(),
                        List.of(),
                        HookContext.NONE));
    }

    private static Map<ResourceId, Output> waf(WafResources.Outcome outcome, Set<ObjectRef> owners) {
        return switch (outcome) {
            case WafResources.Outcome.Enforced enforced ->
                one(Fleets.WAF, TypeUrls.WAF, enforced.policy().getName(), enforced.policy(), false, owners);
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
                    model.waf(reads, each.name(), first, each.spec()), Set.of(ObjectRef.of(Kinds.WAF_POLICY, first))));
        }
        return resources;
    }

    private Map<ClusterKey, UsedCluster> clustersOf(Reads reads, ObjectRef ref, Attachments attached) {
        Map<ClusterKey, UsedCluster> clusters = new HashMap<>();
        Map<BindingKey, Attachments.Binding> bindings = new LinkedHashMap<>();
        for (Attachments.Parent parent : attached.parents()) {
            parent.bindings()
                    .forEach(binding -> bindings.putIfAbsent(new BindingKey(binding.listener(), ref), binding));
        }
        bindings.forEach((key, binding) -> {
            String fleet = fleet(reads, key.listener().gateway());
            route(reads, key, binding).ifPresent(route -> {
                List<ClusterSpec> specs = new ArrayList<>(route.clusters());
                if (ref.kind().equals("UDPRoute")) {
                    route.rules().forEach(rule -> specs.add(udpCluster(ref, rule)));
                }
                for (ClusterSpec spec : specs) {
                    clusters.putIfAbsent(new ClusterKey(fleet, spec.name()), new UsedCluster(spec, ref));
                }
            });
        });
        return clusters;
    }

    /** The filters that a contribution needs; if it is held back, also the filters that its replacement needs. */
    private Map<BindingKey, FilterNeeds> filterNeeds(Reads reads, BindingKey key, Contribution contribution) {
        FilterNeeds own = contribution.filterNeeds();
        FilterNeeds needs = own;
        for (RoutePart part : reads.get(heldByRoute, key).map(SortedMap::keySet).orElse(Set.of())) {
            needs = reads.get(lastGood, part)
                    .filter(good -> !good.isRefused(reads, listenerPolicies))
                    .map(Contribution::filterNeeds)
                    .map(needs::and)
                    .orElse(needs);
        }
        return needs.equals(FilterNeeds.NONE) ? Map.of() : Map.of(key, needs);
    }

    private static FilterNeeds needs(
            Reads reads,
            Collection<ListenerKey, SortedMap<BindingKey, FilterNeeds>> ofRoutes,
            List<ListenerState> listeners) {
        FilterNeeds needs = FilterNeeds.NONE;
        for (ListenerState listener : listeners) {
            for (FilterNeeds each :
                    reads.get(ofRoutes, listener.key()).map(SortedMap::values).orElse(List.of())) {
                needs = needs.and(each);
            }
        }
        return needs;
    }

    private Map<ClusterKey, UsedCluster> policyClusters(Reads reads, BindingKey key, Contribution contribution) {
        Map<ClusterKey, UsedCluster> clusters = new HashMap<>();
        List<ClusterSpec> specs = Stream.concat(
                        contribution.securities().stream().flatMap(security -> security.clusters().stream()),
                        contribution.extensions().stream().flatMap(each -> each.clusters().stream()))
                .toList();
        if (!specs.isEmpty()) {
            String fleet = fleet(reads, key.listener().gateway());
            specs.forEach(spec -> clusters.put(new ClusterKey(fleet, spec.name()), new UsedCluster(spec, key.route())));
        }
        return clusters;
    }

    /** The backends of a UDPRoute's rule as one cluster, since Envoy's UDP proxy cannot split. */
    private static ClusterSpec udpCluster(ObjectRef route, ResolvedRoute.Rule rule) {
        List<ClusterSpec.Share> shares = new ArrayList<>();
        ClusterSettings settings = ClusterSettings.NONE;
        for (WeightedTarget target : rule.targets()) {
            if (target.weight() > 0 && target.target() instanceof Target.Found each) {
                if (rule.targets().size() == 1) {
                    return each.cluster();
                }
                shares.add(new ClusterSpec.Share(each.cluster().endpoints(), target.weight(), false));
                settings = each.cluster().settings();
            }
        }
        return new ClusterSpec(
                        "udproute/" + route.key() + "/rule",
                        new ClusterSpec.Endpoints.Weighted(shares),
                        ClusterSpec.Protocol.HTTP1)
                .with(settings);
    }

    private Map<ClusterKey, UsedCluster> telemetryClusters(Reads reads, String fleet, TelemetryClusters telemetry) {
        Map<ClusterKey, UsedCluster> clusters = new HashMap<>();
        reads.get(model.fleets, fleet)
                .map(members -> ref(members.gateways().getFirst()))
                .ifPresent(user -> telemetry
                        .all()
                        .forEach(
                                spec -> clusters.put(new ClusterKey(fleet, spec.name()), new UsedCluster(spec, user))));
        return clusters;
    }

    private Map<ClusterKey, UsedCluster> filterClusters(Reads reads, ListenerKey key, ListenerState listener) {
        Map<ClusterKey, UsedCluster> clusters = new HashMap<>();
        if (listener.serving()) {
            String fleet = fleet(reads, key.gateway());
            for (PreRouting filter : listener.filters()) {
                if (filter instanceof PreRouting.ExternalAuth auth) {
                    clusters.put(
                            new ClusterKey(fleet, auth.cluster().name()), new UsedCluster(auth.cluster(), key.owner()));
                }
            }
        }
        return clusters;
    }

    private Map<ResourceId, Output> cluster(Reads reads, ClusterKey key, UsedCluster used) {
        return one(
                key.fleet(),
                TypeUrls.CLUSTER,
                key.name(),
                ClusterResources.cluster(
                        used.spec(),
                        settings(reads, key.fleet()),
                        owner -> slices(reads, key.fleet(), used.spec(), owner),
                        secrets(reads)),
                false,
                owners(used),
                model.served.ofCluster(reads, used.spec()));
    }

    private EnvoyProxySpec settings(Reads reads, String fleet) {
        return reads.get(model.fleetSettings, fleet).orElse(EnvoyProxySpec.DEFAULT);
    }

    private Map<ResourceId, Output> endpoints(Reads reads, ClusterKey key, UsedCluster used) {
        Function<SlicesOwner, java.util.Collection<EndpointSlice>> slices =
                owner -> slices(reads, key.fleet(), used.spec(), owner);
        return ClusterResources.hasEndpointResource(used.spec(), slices)
                ? one(
                        key.fleet(),
                        TypeUrls.ENDPOINTS,
                        used.spec().endpointsName(),
                        ClusterResources.endpoints(used.spec(), slices),
                        false,
                        owners(used))
                : Map.of();
    }

    /**
     * The EndpointSlices by which proxies reach a Service: the Service's own, or one with the cluster IP if a policy or
     * the fleet's EnvoyProxy sets this routing type.
     */
    private List<EndpointSlice> slices(Reads reads, String fleet, ClusterSpec cluster, SlicesOwner owner) {
        boolean byService = cluster.settings()
                .routingType()
                .map(type -> type == TrafficSettings.RoutingType.Service)
                .orElseGet(() -> settings(reads, fleet).routingType() == EnvoyProxySpec.RoutingType.Service);
        Optional<EndpointSlice> clusterIp = byService ? model.clusterIp(reads, owner) : Optional.empty();
        return clusterIp.map(List::of).orElseGet(() -> model.endpointSlices(reads, owner));
    }

    /** Tells which secrets come from SDS servers beside the proxies. */
    private SecretName.Sources secrets(Reads reads) {
        return name -> switch (name) {
            case SecretName.System _ -> Optional.empty();
            case SecretName.Certificate certificate -> model.discoveries.of(reads, certificate.secret());
            case SecretName.Authorities authorities ->
                model.discoveries.of(
                        reads,
                        model.authoritiesOf(reads, authorities.owner()),
                        authorities.owner().namespace());
            case SecretName.Frontend frontend ->
                reads.get(model.gateways, frontend.gateway())
                        .flatMap(state -> state.gateway().spec().frontendTls())
                        .flatMap(tls -> tls.on(frontend.port()))
                        .flatMap(validation -> model.discoveries.of(
                                reads,
                                model.usableAuthorities(
                                        reads, frontend.gateway().namespace(), validation),
                                frontend.gateway().namespace()));
            case SecretName.Clients clients ->
                reads.get(model.clients.checked, clients.policy())
                        .flatMap(ClientPolicies.Checked::trust)
                        .flatMap(ClientTrust::server);
        };
    }

    /** CAs as a resource; if an SDS server beside the proxies has the CAs, the cluster of that server. */
    private Map<ResourceId, Output> authorities(
            Reads reads, String fleet, SecretName name, Supplier<Message> made, Set<ObjectRef> owners) {
        return secrets(reads)
                .of(name)
                .map(server -> server(fleet, server))
                .orElseGet(() -> one(fleet, TypeUrls.SECRET, name.resource(), made.get(), false, owners));
    }

    private static Map<ResourceId, Output> server(String fleet, SecretDiscovery discovery) {
        Cluster cluster = SecretResources.server(discovery);
        return one(fleet, TypeUrls.CLUSTER, cluster.getName(), cluster, false, Set.of());
    }

    private Map<ResourceId, Output> backendSecrets(Reads reads, ClusterKey key, UsedCluster used) {
        Map<ResourceId, Output> secrets = new HashMap<>();
        for (ClusterSpec.Tls tls : used.spec().tls()) {
            switch (tls.trust()) {
                case ClusterSpec.Trust.System _ ->
                    secrets.putAll(one(
                            key.fleet(),
                            TypeUrls.SECRET,
                            SecretResources.SYSTEM,
                            SecretResources.systemAuthorities(),
                            false,
                            Set.of()));
                case ClusterSpec.Trust.Authorities authorities ->
                    secrets.putAll(authorities(reads, key.fleet(), authorities.owner()));
                case ClusterSpec.Trust.Anything _ -> {}
            }
            tls.clientCertificate()
                    .ifPresent(
                            certificate -> secrets.putAll(certificate(reads, key.fleet(), certificate, used.user())));
        }
        for (InjectedCredential credential : used.spec().credentials()) {
            String name = UpstreamFilters.credentialName(credential);
            reads.get(inputs.of(Kinds.SECRET), credential.secret())
                    .flatMap(secret -> CredentialInjection.value(secret.spec()))
                    .ifPresent(value -> secrets.putAll(one(
                            key.fleet(),
                            TypeUrls.SECRET,
                            name,
                            SecretResources.credential(name, value),
                            true,
                            owners(used))));
        }
        return secrets;
    }

    private Map<ResourceId, Output> authorities(Reads reads, String fleet, ObjectRef owner) {
        SecretName name = new SecretName.Authorities(owner);
        return authorities(
                reads,
                fleet,
                name,
                () -> SecretResources.authorities(name.resource(), model.authorities(reads, owner)),
                Set.of(owner));
    }

    private static Map<ResourceId, Output> callouts(FleetMembers fleet, Settings settings) {
        Map<ResourceId, Output> clusters = new HashMap<>();
        Map<String, CalloutAddress> addresses = Map.of(
                Fleets.RATE_LIMIT, settings.callouts().rateLimit(),
                Fleets.WAF, settings.callouts().waf(),
                Fleets.AUTHZ, settings.callouts().authz());
        addresses.forEach((name, address) -> clusters.putAll(one(
                fleet.name(),
                TypeUrls.CLUSTER,
                name,
                CalloutResources.cluster(name, address, settings.callouts().tls()),
                false,
                fleet.gateways().stream().map(Resources::ref).collect(Collectors.toSet()))));
        return clusters;
    }

    private Map<ResourceId, Output> listenerSecrets(Reads reads, ListenerKey key, ListenerState listener) {
        Map<ResourceId, Output> secrets = new HashMap<>();
        if (listener.serving()) {
            String fleet = fleet(reads, key.gateway());
            for (ObjectKey certificate : listener.certificates()) {
                secrets.putAll(certificate(reads, fleet, certificate, key.owner()));
            }
        }
        return secrets;
    }

    private Map<ResourceId, Output> clientSecrets(Reads reads, ListenerKey key, ClientPolicies.Effective effective) {
        Optional<ObjectKey> policy =
                effective.policy().trusted() ? effective.policy().owner() : Optional.empty();
        return policy.flatMap(owner -> reads.get(model.clients.checked, owner)
                        .flatMap(ClientPolicies.Checked::trust)
                        .map(trust -> authorities(
                                reads,
                                fleet(reads, key.gateway()),
                                new SecretName.Clients(owner),
                                () -> SecretResources.clientTrust(owner, trust),
                                Set.of(ObjectRef.of(Kinds.CLIENT_TRAFFIC_POLICY, owner)))))
                .orElse(Map.of());
    }

    private Map<ResourceId, Output> gatewaySecrets(Reads reads, ObjectKey key, GatewayState state) {
        Map<ResourceId, Output> secrets = new HashMap<>();
        String fleet = state.fleet();
        state.backendClientCertificate()
                .ifPresent(certificate -> secrets.putAll(certificate(reads, fleet, certificate, ref(state))));
        for (ListenerState listener : state.listeners()) {
            int port = listener.spec().port();
            Optional<Gateway.Validation> validation =
                    state.gateway().spec().frontendTls().flatMap(frontend -> frontend.of(listener.spec()));
            if (listener.serving() && validation.isPresent()) {
                StringBuilder pem = new StringBuilder();
                for (ObjectReference reference : model.usableAuthorities(reads, key.namespace(), validation.get())) {
                    model.bundle(reads, reference.kind(), reference.authoritiesKey(key.namespace()))
                            .ifPresent(text -> pem.append(text).append('\n'));
                }
                SecretName name = new SecretName.Frontend(key, port);
                secrets.putAll(authorities(
                        reads,
                        fleet,
                        name,
                        () -> SecretResources.authorities(name.resource(), pem.toString()),
                        Set.of(ref(state))));
            }
        }
        return secrets;
    }

    private Map<ResourceId, Output> certificate(Reads reads, String fleet, ObjectKey key, ObjectRef owner) {
        Optional<Secret> secret = reads.get(inputs.of(Kinds.SECRET), key).map(Resource::spec);
        if (secret.isEmpty()) {
            return Map.of();
        }
        Optional<SecretDiscovery> server = model.discoveries.of(reads, key);
        if (server.isPresent()) {
            return server(fleet, server.get());
        }
        Bytes chain = secret.get().data().get("tls.crt");
        Bytes privateKey = secret.get().data().get("tls.key");
        return chain == null || privateKey == null
                ? Map.of()
                : one(
                        fleet,
                        TypeUrls.SECRET,
                        new SecretName.Certificate(key).resource(),
                        SecretResources.certificate(key, chain, privateKey),
                        true,
                        Set.of(owner));
    }

    private Map<ResourceId, Output> listener(Reads reads, PortKey key, ServingPort port) {
        Set<ObjectRef> owners = new HashSet<>(port.owners());
        HookContext hooks = model.served.ofListeners(reads, port.listeners());
        Map<ResourceId, Output> listeners = new HashMap<>();
        List<PortKey> keys = key.udp() ? List.of(key) : List.of(key, key.overQuic());
        for (PortKey each : keys) {
            boolean quic = !each.equals(key);
            Function<ListenerKey, ClientPolicy> client = listener -> model.clients.of(reads, listener);
            ProxyTelemetry telemetry = model.fleetTelemetry.of(
                    reads, port.fleet(), port.listeners().getFirst());
            message(reads, each, quic, port, owners, client, filterNeeds, telemetry)
                    .ifPresent(listener -> {
                        ResourceId id = new ResourceId(each.fleet(), TypeUrls.LISTENER, each.listenerName());
                        Output output = new Output(listener, false, owners).with(hooks);
                        listeners.put(
                                id,
                                listenerPolicies.describe(
                                        reads,
                                        each,
                                        () -> message(
                                                        reads,
                                                        each,
                                                        quic,
                                                        port,
                                                        owners,
                                                        _ -> ClientPolicy.NONE,
                                                        ownNeeds,
                                                        FleetTelemetry.DEFAULT)
                                                .hashCode(),
                                        name -> !quic || client.apply(name).http3() == ClientPolicy.Http3.SERVED,
                                        output));
                    });
        }
        return listeners;
    }

    /**
     * The Envoy listener of a port.
     *
     * @param quic whether it is the one beside the TCP port's that serves HTTP/3
     * @param owners gets the routes that it is made from
     */
    private Optional<Listener> message(
            Reads reads,
            PortKey key,
            boolean quic,
            ServingPort port,
            Set<ObjectRef> owners,
            Function<ListenerKey, ClientPolicy> clients,
            Collection<ListenerKey, SortedMap<BindingKey, FilterNeeds>> needs,
            ProxyTelemetry logs) {
        ListenerResources.Telemetry telemetry = new ListenerResources.Telemetry(
                logs, reads.get(model.telemetry, key.fleet()).orElse(TelemetryClusters.NONE)::collector);
        return quic
                ? ListenerResources.quic(
                        key,
                        port.fleet(),
                        port.listeners(),
                        clients,
                        each -> needs(reads, needs, each),
                        telemetry,
                        secrets(reads))
                : ListenerResources.listener(
                        key,
                        port.fleet(),
                        port.listeners(),
                        listener -> streams(reads, listener, owners),
                        clients,
                        each -> needs(reads, needs, each),
                        telemetry,
                        secrets(reads));
    }

    private List<StreamRoute> streams(Reads reads, ListenerKey listener, Set<ObjectRef> owners) {
        record Stream(Resource<?> object, ObjectRef ref, Attachments.Binding binding, ResolvedRoute route) {}
        List<Stream> attached = new ArrayList<>();
        reads.get(model.bindingsByListener, listener)
                .ifPresent(bindings -> bindings.forEach((key, binding) -> {
                    Optional<ResolvedRoute> route = route(reads, key, binding);
                    Optional<Resource<? extends RouteSpec>> object = reads.get(inputs.routes(), key.route());
                    if (route.isPresent() && object.isPresent()) {
                        attached.add(new Stream(object.get(), key.route(), binding, route.get()));
                    }
                }));
        attached.sort((a, b) -> {
            int order = a.object().compareTo(b.object());
            return order != 0 ? order : a.ref().compareTo(b.ref());
        });
        List<StreamRoute> streams = new ArrayList<>();
        for (Stream each : attached) {
            Model.Connections connections = model.connections(
                    reads,
                    listener,
                    each.ref(),
                    each.route().rules().stream().findFirst().flatMap(ResolvedRoute.Rule::name));
            Optional<ResolvedRoute.Rule> first =
                    connections.closed() || model.clients.of(reads, listener).closed()
                            ? Optional.of(new ResolvedRoute.Rule.Stream(0, Optional.empty(), List.of()))
                            : each.route().rules().stream().findFirst();
            first.ifPresent(rule -> {
                owners.add(each.ref());
                String udp = each.ref().kind().equals("UDPRoute")
                        ? udpCluster(each.ref(), rule).name()
                        : "";
                String name = RouteResources.ruleName(each.ref(), 0);
                TrafficSettings traffic = model.trafficSettings(reads, listener, each.ref(), rule.name());
                ObjectRef ref = each.ref();
                streams.add(new StreamRoute(
                        name,
                        traffic.routeStatName()
                                .map(pattern -> StatNames.of(pattern, ref, rule.name()))
                                .orElse(name),
                        each.binding().places(),
                        rule.targets(),
                        connections.admission(),
                        udp,
                        traffic.backend()
                                .loadBalancer()
                                .flatMap(LoadBalancer::consistentHash)
                                .filter(hash -> hash.input() instanceof LoadBalancer.HashInput.SourceIp)
                                .isPresent()));
            });
        }
        return streams;
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
                    one(Fleets.RATE_LIMIT, TypeUrls.RATE_LIMIT, own.getName(), own, false, Set.of(key.route())));
        }
        limits.values().stream().distinct().forEach(traffic -> resources.putAll(shared(traffic)));
        return resources;
    }

    /** The rate limits that all targets of a policy share. Each targeted route makes an equal resource. */
    private static Map<ResourceId, Output> shared(EffectivePolicies.Traffic traffic) {
        Map<ResourceId, Output> resources = new HashMap<>();
        RateLimitResources.sharedConfigs(traffic.globalRules())
                .forEach((policy, config) -> resources.putAll(one(
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
                one(
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
                .forEach(each -> resources.putAll(one(
                        Fleets.AUTHZ, TypeUrls.ACCESS, each.policy().getName(), each.policy(), true, each.owners())));
        return resources;
    }

    private static Set<ObjectRef> owners(UsedCluster used) {
        return Set.of(used.user());
    }

    private static ObjectRef ref(GatewayState state) {
        return ObjectRef.of(Kinds.GATEWAY, state.gateway().key());
    }

    private static Map<ResourceId, Output> one(
            String fleet, String typeUrl, String name, Message message, boolean secret, Set<ObjectRef> owners) {
        return one(fleet, typeUrl, name, message, secret, owners, HookContext.NONE);
    }

    private static Map<ResourceId, Output> one(
            String fleet,
            String typeUrl,
            String name,
            Message message,
            boolean secret,
            Set<ObjectRef> owners,
            HookContext hooks) {
        return Map.of(new ResourceId(fleet, typeUrl, name), new Output(message, secret, owners).with(hooks));
    }
}
