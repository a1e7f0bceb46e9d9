package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.BackendAddresses;
import dev.gatehouse.controller.backend.BackendResolver;
import dev.gatehouse.controller.backend.BackendWishes;
import dev.gatehouse.controller.backend.ClusterSettings;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.ClusterSpec.SlicesOwner;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.backend.TelemetryClusters;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.envoy.ClusterResources;
import dev.gatehouse.controller.envoy.ListenerResources.PortKey;
import dev.gatehouse.controller.envoy.StreamRoute;
import dev.gatehouse.controller.envoy.WafResources;
import dev.gatehouse.controller.extension.ExtensionOutcome;
import dev.gatehouse.controller.extensionserver.ExtensionReference;
import dev.gatehouse.controller.extensionserver.ExtensionServers;
import dev.gatehouse.controller.gateway.Certificates;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.GatewayClaims;
import dev.gatehouse.controller.gateway.GatewayResolver;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ListenerConflicts;
import dev.gatehouse.controller.gateway.ListenerFilters;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.PreRouting;
import dev.gatehouse.controller.gateway.ProxyParameters;
import dev.gatehouse.controller.gateway.ProxyResolver;
import dev.gatehouse.controller.gateway.ServingGateway;
import dev.gatehouse.controller.gateway.TableForm;
import dev.gatehouse.controller.policy.Effective;
import dev.gatehouse.controller.policy.EffectivePolicies;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.controller.policy.RateLimitMerge;
import dev.gatehouse.controller.policy.WafConfigMap;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.route.RouteAttacher;
import dev.gatehouse.controller.route.RouteResolver;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.controller.security.SecurityOutcome;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.BackendTlsSettings;
import dev.gatehouse.gatewayapi.BrokenObject;
import dev.gatehouse.gatewayapi.ConfigMap;
import dev.gatehouse.gatewayapi.CredentialInjection;
import dev.gatehouse.gatewayapi.EndpointSlice;
import dev.gatehouse.gatewayapi.EnvoyPatchPolicy;
import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.GatewayClass;
import dev.gatehouse.gatewayapi.HttpRouteFilter;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.Listener;
import dev.gatehouse.gatewayapi.ListenerSet;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.Policy;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.gatewayapi.SecretDiscovery;
import dev.gatehouse.gatewayapi.Service;
import dev.gatehouse.gatewayapi.ServiceImport;
import dev.gatehouse.gatewayapi.WafPolicy;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The domain as collections: Gateways with their listeners, routes with their attachments and backends, policies. */
final class Model {
    /** A Gateway that this controller serves, its fleet, and the ports and hostnames that it claims there. */
    private record Membership(
            Resource<Gateway> gateway,
            Resource<GatewayClass> itsClass,
            ProxyResolver.Placement placement,
            GatewayClaims claims) {}

    private final Inputs inputs;

    final Collection<ObjectKey, Resource<GatewayClass>> classes;
    final Collection<ObjectKey, ProxyParameters> classProxies;
    final Collection<ObjectKey, GatewayState> gateways;
    /** The part of each Gateway that routes and policies depend on. */
    final Collection<ObjectKey, ServingGateway> serving;

    final Collection<String, FleetMembers> fleets;

    /** The settings of each fleet's proxies. */
    final Collection<String, EnvoyProxySpec> fleetSettings;

    /** The DNS names of each Secret's certificate. */
    final Collection<ObjectKey, List<String>> certificateNames;

    final FleetTelemetry fleetTelemetry;
    final Collection<String, TelemetryClusters> telemetry;
    final Collection<ListenerKey, ListenerState> listeners;

    /** The default Gateways, which routes attach to without naming them (GEP-3793), under {@link #ALL}. */
    private final Collection<String, SortedMap<ObjectKey, Boolean>> defaultGateways;

    private static final String ALL = "";
    final Collection<ObjectRef, Attachments> attachments;
    final Collection<ObjectRef, ResolvedRoute> routes;
    final Collection<BindingKey, Attachments.Binding> bindings;
    final Collection<ListenerKey, SortedMap<BindingKey, Attachments.Binding>> bindingsByListener;
    final Collection<SlicesOwner, SortedMap<ObjectKey, Resource<EndpointSlice>>> slices;
    final Securities securities;
    final GeoSources geo;
    final CertificateSources certificateSources;
    final Attached<Policy<TrafficSettings>> traffic;
    final Attached<WafPolicy> wafs;
    final ExtensionPolicies extensions;

    /** The reasons why Envoy would refuse BackendTrafficPolicies. */
    final Collection<ObjectKey, String> trafficProblems;

    /** The reasons why Envoy would refuse clusters with the settings of BackendTrafficPolicies. */
    private final Collection<ObjectKey, String> refusedSettings;

    final ClientPolicies clients;

    final ServedExtensions served;

    final Collection<ObjectKey, WafResources.Outcome> wafOutcomes;

    /** The WAF policy of TEG's ConfigMap, under the ConfigMap's name; absent: there is no ConfigMap, or it has no settings. */
    final Collection<ObjectKey, WafResources.Outcome.Enforced> wafConfigMap;

    private final ObjectKey wafConfigMapKey;

    /** Gatehouse's policy kinds whose unreadable policies close the targeted routes. */
    private static final Set<String> CLOSING = Set.of(
            Kinds.SECURITY_POLICY.name(),
            Kinds.BACKEND_TRAFFIC_POLICY.name(),
            Kinds.ENVOY_EXTENSION_POLICY.name(),
            Kinds.WAF_POLICY.name(),
            Kinds.ACCESS_POLICY.name());

    /** The unreadable policies that close routes, by target. */
    private final Collection<TargetKey, SortedMap<ObjectRef, Set<TargetKey>>> brokenPolicies;

    private final PolicySelection selection;

    private final Collection<ObjectKey, GatewayResolver.CertificateCheck> certificates;
    final Discoveries discoveries;
    final BackendPolicies backendPolicies;
    final BackendTls backendTls;
    final Availability availability;
    final BrokenRoutes brokenRoutes;
    final Overlaps overlaps;
    final BackendUses backendUses;
    final UncheckedBackends unchecked;
    private final BackendAddresses backendAddresses;
    private final ExtensionServers servers;

    Model(Graph graph, Inputs inputs, Settings settings) {
        this.inputs = inputs;
        backendAddresses = settings.backendAddresses();
        servers = settings.extensions().servers();
        classes = graph.map(
                "classes",
                inputs.of(Kinds.GATEWAY_CLASS),
                (_, _, each) -> settings.controllerNames().contains(each.spec().controllerName())
                        ? Optional.of(each)
                        : Optional.empty());
        discoveries = new Discoveries(graph, inputs, settings.extensions().discovery());
        certificates = graph.map(
                "certificates",
                inputs.of(Kinds.SECRET),
                (_, _, secret) -> Optional.of(discoveries.certificate(secret.spec())));
        certificateNames = graph.map("certificateNames", inputs.of(Kinds.SECRET), (_, _, secret) -> {
            List<String> names = Certificates.dnsNames(secret.spec());
            return names.isEmpty() ? Optional.empty() : Optional.of(names);
        });
        selection = new PolicySelection(graph, inputs);
        Collection<ObjectRef, Set<TargetKey>> brokenTargets =
                graph.map("brokenTargets", inputs.broken(), (reads, ref, broken) -> {
                    // A policy that an edit broke stays effective in its last good version.
                    if (inputs.isReadable(reads, ref) || !closesRoutes(ref)) {
                        return Optional.empty();
                    }
                    Set<TargetKey> targets = new HashSet<>();
                    selection
                            .targets(reads, ref, group(ref), broken.targets(), broken.selectors())
                            .forEach(target -> targets.add(TargetKey.of(target, ref.namespace())));
                    return targets.isEmpty() ? Optional.empty() : Optional.of(targets);
                });
        brokenPolicies = graph.group("brokenPolicies", brokenTargets, (_, targets) -> targets);
        backendPolicies = new BackendPolicies(graph, inputs);
        backendTls = new BackendTls(graph, inputs, this::authorities);
        trafficProblems = graph.map(
                "trafficProblems",
                inputs.of(Kinds.BACKEND_TRAFFIC_POLICY),
                (reads, key, policy) -> TrafficPolicies.problem(
                        policy.spec().settings(), name -> body(reads, new ObjectKey(key.namespace(), name))));
        refusedSettings = graph.map(
                "refusedSettings",
                inputs.of(Kinds.BACKEND_TRAFFIC_POLICY),
                (_, _, policy) -> refusal(policy.spec().settings()));
        slices = graph.group("slices", inputs.of(Kinds.ENDPOINT_SLICE), (key, slice) -> {
            Set<SlicesOwner> owners = new HashSet<>();
            Map<String, String> labels = slice.metadata().labels();
            Optional.ofNullable(labels.get(EndpointSlice.SERVICE_NAME))
                    .ifPresent(name -> owners.add(new SlicesOwner(false, new ObjectKey(key.namespace(), name))));
            Optional.ofNullable(labels.get(ServiceImport.SERVICE_NAME))
                    .ifPresent(name -> owners.add(new SlicesOwner(true, new ObjectKey(key.namespace(), name))));
            return owners;
        });
        securities = new Securities(graph, inputs, this, selection, backendAddresses);
        geo = new GeoSources(this);
        certificateSources = new CertificateSources(this);
        traffic = new Attached<>(graph, selection, Kinds.BACKEND_TRAFFIC_POLICY);
        wafs = new Attached<>(graph, selection, Kinds.WAF_POLICY);
        extensions = new ExtensionPolicies(graph, inputs, this, selection, backendAddresses, settings.extensions());
        wafOutcomes = graph.map(
                "wafOutcomes",
                wafs.policies(),
                (reads, key, policy) -> Optional.of(waf(reads, key.toString(), key, policy.spec())),
                (_, failure) -> Optional.of(new WafResources.Outcome.Invalid(failure.toString())));
        Collection<ObjectKey, SortedMap<ObjectKey, Resource<ListenerSet>>> listenerSets = graph.group(
                "listenerSets",
                inputs.of(Kinds.LISTENER_SET),
                (_, set) -> Set.of(set.spec().parent().key(set.namespace())));
        classProxies = graph.map(
                "classProxies",
                classes,
                (reads, key, each) -> Optional.of(new ProxyResolver(
                                reference -> reads.get(inputs.of(Kinds.ENVOY_PROXY), reference),
                                Fleets.ALL,
                                settings.configured().proxy(),
                                settings.configured().tracing())
                        .ofClass(each)));
        Collection<ObjectKey, Membership> memberships =
                graph.map("memberships", inputs.of(Kinds.GATEWAY), (reads, key, gateway) -> {
                    ObjectKey className = new ObjectKey("", gateway.spec().gatewayClassName());
                    return reads.get(classes, className).map(itsClass -> {
                        List<Resource<ListenerSet>> sets = reads.get(listenerSets, key)
                                .map(each -> List.copyOf(each.values()))
                                .orElse(List.of());
                        return new Membership(
                                gateway,
                                itsClass,
                                new ProxyResolver(
                                                reference -> reads.get(inputs.of(Kinds.ENVOY_PROXY), reference),
                                                Fleets.ALL,
                                                settings.configured().proxy(),
                                                settings.configured().tracing())
                                        .ofGateway(gateway, itsClass),
                                new GatewayResolver(gatewayWorld(reads), settings.boundPort()).claims(gateway, sets));
                    });
                });
        Collection<String, SortedMap<ObjectKey, Membership>> membershipsByFleet = graph.group(
                "membershipsByFleet",
                memberships,
                (_, each) -> Set.of(each.placement().fleet()));
        Collection<String, Map<ListenerKey, Condition>> conflicts = graph.map(
                "conflicts",
                membershipsByFleet,
                (_, _, members) -> Optional.of(ListenerConflicts.among(
                        members.values().stream()
                                .sorted(Comparator.comparing(Membership::gateway))
                                .map(Membership::claims)
                                .toList(),
                        boundPort(
                                settings,
                                members.firstEntry().getValue().placement().proxy()))));
        gateways = graph.map(
                "gateways",
                memberships,
                (reads, key, each) -> Optional.of(new GatewayResolver(
                                gatewayWorld(reads),
                                boundPort(settings, each.placement().proxy()))
                        .resolve(
                                each.gateway(),
                                each.itsClass(),
                                each.placement(),
                                each.claims(),
                                reads.get(conflicts, each.placement().fleet()).orElse(Map.of()))));
        Collection<ObjectRef, SortedMap<ObjectKey, Resource<EnvoyPatchPolicy>>> patchedTables = graph.group(
                "tablePatches",
                inputs.of(Kinds.ENVOY_PATCH_POLICY),
                (key, policy) -> policy.spec().patches().stream()
                                .anyMatch(patch -> patch.typeUrl().equals(TypeUrls.ROUTES))
                        ? Set.of(patched(policy.spec().target(), key.namespace()))
                        : Set.of());
        serving = graph.map("serving", gateways, (_, _, state) -> Optional.of(ServingGateway.of(state)));
        fleets = graph.map(
                "fleets",
                graph.group("gatewaysByFleet", gateways, (_, state) -> Set.of(state.fleet())),
                (reads, name, members) -> Optional.of(new FleetMembers(
                        name,
                        members.values().stream()
                                .sorted(Comparator.comparing(GatewayState::gateway))
                                .toList(),
                        settings.configured().limits(),
                        tables(reads, name, members.values(), patchedTables, settings))));
        fleetSettings = graph.map("fleetSettings", fleets, (_, _, fleet) -> Optional.of(fleet.settings()));
        listeners = graph.expand("listeners", serving, (_, _, gateway) -> {
            Map<ListenerKey, ListenerState> each = new HashMap<>();
            gateway.listeners().forEach(listener -> each.put(listener.key(), listener));
            return each;
        });
        Collection<ObjectKey, Boolean> defaults = graph.map(
                "defaultGateways",
                gateways,
                (_, _, state) -> state.gateway().spec().isDefault() ? Optional.of(true) : Optional.empty());
        defaultGateways = graph.group("defaultGateways.all", defaults, (_, _) -> Set.of(ALL));
        attachments = graph.map(
                "attachments",
                inputs.routes(),
                (reads, ref, route) ->
                        Optional.of(new RouteAttacher(attachmentWorld(reads, settings)).attach(ref, route)));
        routes = graph.map(
                "resolvedRoutes",
                inputs.routes(),
                (reads, ref, route) -> Optional.of(new RouteResolver(routeWorld(reads)).resolve(ref, route)),
                (route, _) -> Optional.of(ResolvedRoute.failing(route.spec())));
        brokenRoutes = new BrokenRoutes(graph, inputs, reads -> attachmentWorld(reads, settings), this::routeWorld);
        fleetTelemetry = new FleetTelemetry(graph, this);
        telemetry = graph.map("telemetry", fleets, (reads, _, fleet) -> {
            // The settings of all proxies belong to the controller's namespace.
            ObjectKey proxy = fleet.proxy().object().orElse(new ObjectKey(settings.namespace(), "default"));
            Function<ProxyTelemetry, TelemetryClusters> resolve =
                    each -> TelemetryClusters.of(each, proxy, backends(reads)).checked(ClusterResources::problem);
            TelemetryClusters clusters = resolve.apply(fleet.settings().telemetry());
            for (ProxyTelemetry each : fleetTelemetry.replacements(reads, fleet)) {
                clusters = clusters.and(resolve.apply(each));
            }
            return Optional.of(clusters).filter(each -> !each.equals(TelemetryClusters.NONE));
        });
        bindings = graph.expand("bindings", attachments, (_, ref, attached) -> {
            Map<BindingKey, Attachments.Binding> each = new HashMap<>();
            for (Attachments.Parent parent : attached.parents()) {
                for (Attachments.Binding binding : parent.bindings()) {
                    each.putIfAbsent(new BindingKey(binding.listener(), ref), binding);
                }
            }
            return each;
        });
        overlaps = new Overlaps(graph, bindings, routes);
        unchecked = new UncheckedBackends(graph, bindings, routes, traffic);
        bindingsByListener = graph.group("bindingsByListener", bindings, (key, _) -> Set.of(key.listener()));
        availability = new Availability(graph, slices);
        backendUses =
                new BackendUses(graph, attachments, routes, serving, listeners, fleets, bindings, this::calledBackends);
        clients = new ClientPolicies(graph, inputs, this, selection);
        served = new ServedExtensions(graph, inputs, selection, fleets, servers);
        wafConfigMapKey = new ObjectKey(settings.namespace(), WafConfigMap.NAME);
        wafConfigMap = graph.map("wafConfigMap", inputs.of(Kinds.CONFIG_MAP), (_, key, map) -> {
            List<String> directives = key.equals(wafConfigMapKey) ? WafConfigMap.directives(map.spec()) : List.of();
            return directives.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new WafResources.Outcome.Enforced(
                            WafResources.asWritten(key.toString(), "directives", directives)));
        });
    }

    /**
     * Patches and extension servers need whole tables. So do metrics per host if a fleet's or listener's name has a
     * dot, which would break the metrics' names.
     */
    private static TableForm tables(
            Reads reads,
            String fleet,
            java.util.Collection<GatewayState> gateways,
            Collection<ObjectRef, ?> patchedTables,
            Settings settings) {
        boolean patched = settings.extensions().patches()
                && (reads.get(patchedTables, new ObjectRef(Kinds.GATEWAY_CLASS.name(), "", fleet))
                                .isPresent()
                        || gateways.stream()
                                .anyMatch(state -> reads.get(
                                                patchedTables,
                                                ObjectRef.of(
                                                        Kinds.GATEWAY,
                                                        state.gateway().key()))
                                        .isPresent()));
        boolean dotted = gateways.stream()
                .anyMatch(state -> state.proxy().spec().telemetry().metrics().perHost()
                        && (fleet.contains(".")
                                || state.listeners().stream()
                                        .anyMatch(listener ->
                                                listener.key().toString().contains("."))));
        return patched || dotted || !settings.extensions().servers().isEmpty() ? TableForm.WHOLE : settings.tables();
    }

    /** The Gateway or GatewayClass that a patch policy targets. */
    private static ObjectRef patched(PolicyTarget target, String namespace) {
        return new ObjectRef(
                target.kind(), target.kind().equals(Kinds.GATEWAY_CLASS.name()) ? "" : namespace, target.name());
    }

    /** The port that Envoy binds for a listener's port. On Kubernetes an EnvoyProxy may specify that the two are equal. */
    private static IntUnaryOperator boundPort(Settings settings, ProxyParameters proxy) {
        return settings.infrastructure() instanceof Settings.Infrastructure.Cluster
                        && proxy.spec().kubernetes().useListenerPortAsContainerPort()
                ? port -> port
                : settings.boundPort();
    }

    /** The port on which a listener is served over TCP; empty: the listener is not served. */
    Optional<PortKey> port(Reads reads, ListenerKey listener) {
        return reads.get(listeners, listener)
                .filter(ListenerState::serving)
                .flatMap(state -> reads.get(serving, listener.gateway())
                        .map(gateway ->
                                new PortKey(gateway.fleet(), state.spec().port(), false)));
    }

    /** The policies of a rule of a route on a listener that may add to the Envoy listener. */
    RulePolicies.Owners owners(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return new RulePolicies.Owners(
                securities
                        .attached()
                        .effective(reads, listener, route, rule)
                        .map(each -> ObjectRef.of(Kinds.SECURITY_POLICY, each.policy())),
                extensions
                        .attached()
                        .effective(reads, listener, route, rule)
                        .map(each -> ObjectRef.of(Kinds.ENVOY_EXTENSION_POLICY, each.policy())));
    }

    /** The effective policies of a rule of a route on a listener. */
    EffectivePolicies policies(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        List<TargetKey> targets = Attached.targets(listener, route, rule);
        Optional<SecurityOutcome> outcome = securities.outcome(reads, listener, route, rule);
        Optional<Effective<Policy<TrafficSettings>>> effective = traffic.effective(reads, listener, route, rule);
        Optional<EffectivePolicies.Waf> waf = waf(reads, targets);
        Optional<ExtensionOutcome> extension = extensions.outcome(reads, listener, route, rule);
        // Targets of an unreadable policy stay closed.
        boolean broken = waf.map(each -> isBroken(reads, each)).orElse(false)
                || isClosed(reads, targets)
                || isSecurityPolicyClosed(reads, listener, route, rule)
                || clients.of(reads, listener).closed()
                || outcome.map(SecurityOutcome.Invalid.class::isInstance).orElse(false)
                || extension.map(ExtensionOutcome.Invalid.class::isInstance).orElse(false)
                || securities
                        .attached()
                        .effective(reads, listener, route, rule)
                        .flatMap(each -> geo.problem(reads, each.spec().settings(), Set.of(listener)))
                        .isPresent()
                || securities
                        .accessPolicy(reads, listener, route, rule)
                        .flatMap(each ->
                                certificateSources.problem(reads, each.policy().spec(), Set.of(listener)))
                        .isPresent()
                || effective.flatMap(each -> problem(reads, each)).isPresent();
        return new EffectivePolicies(
                outcome.flatMap(Model::enforced),
                effective.map(policy -> {
                    String namespace = policy.owner("responseOverride").namespace();
                    return new EffectivePolicies.Traffic(
                            policy.policy(),
                            TrafficPolicies.withBodies(
                                    policy.spec().settings(), name -> body(reads, new ObjectKey(namespace, name))),
                            policy.spec()
                                    .settings()
                                    .globalLimit()
                                    .map(limit -> RateLimitMerge.owned(policy, limit.rules()))
                                    .orElse(List.of()));
                }),
                waf,
                extension.flatMap(ExtensionPolicies::enforced),
                broken);
    }

    /** The effective policies of a rule of a route on a listener, in the order in which a request meets their filters. */
    List<PolicyUse> uses(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        List<PolicyUse> uses = new ArrayList<>();
        clients.use(reads, listener, route).ifPresent(uses::add);
        securities.attached().use(reads, listener, route, rule).ifPresent(uses::add);
        securities
                .accessPolicy(reads, listener, route, rule)
                .map(each -> new PolicyUse(
                        Kinds.ACCESS_POLICY.name(),
                        each.policy().key(),
                        each.target(),
                        List.of(),
                        List.of(),
                        List.of()))
                .ifPresent(uses::add);
        List<TargetKey> targets = Attached.targets(listener, route, rule);
        waf(reads, targets)
                .filter(waf -> !waf.members().isEmpty())
                .flatMap(waf -> targets.stream()
                        .filter(target -> wafs.at(reads, target).isPresent())
                        .findFirst()
                        .map(target -> new PolicyUse(
                                wafs.kind().name(),
                                waf.members().getFirst(),
                                target,
                                waf.members().subList(1, waf.members().size()),
                                List.of(),
                                List.of())))
                .ifPresent(uses::add);
        extensions.attached().use(reads, listener, route, rule).ifPresent(uses::add);
        traffic.use(reads, listener, route, rule).ifPresent(uses::add);
        return uses;
    }

    /** Why the merged settings of BackendTrafficPolicies cannot be served. */
    Optional<String> problem(Reads reads, Effective<Policy<TrafficSettings>> effective) {
        if (effective.members().size() == 1) {
            return reads.get(trafficProblems, effective.policy());
        }
        String namespace = effective.owner("responseOverride").namespace();
        return effective.problems().stream()
                .findFirst()
                .or(() -> TrafficPolicies.problem(
                        effective.spec().settings(), name -> body(reads, new ObjectKey(namespace, name))));
    }

    /**
     * Why Envoy would refuse clusters with the settings of a BackendTrafficPolicy. The settings tune connections and
     * protect nothing, so the policy's routes are served without them.
     */
    Optional<String> refusedSettings(Reads reads, ObjectKey policy) {
        return reads.get(refusedSettings, policy);
    }

    /** The same for merged BackendTrafficPolicies. */
    Optional<String> refusedSettings(Reads reads, Effective<Policy<TrafficSettings>> effective) {
        return effective.members().size() == 1
                ? refusedSettings(reads, effective.policy())
                : refusal(effective.spec().settings());
    }

    private static Optional<String> refusal(TrafficSettings settings) {
        return ClusterResources.problemWithSettings(ClusterSettings.of(settings, "sample.test"))
                .map(problem ->
                        "the settings of clusters have no effect: Envoy would refuse what they become: " + problem);
    }

    /** The backends of the services that proxies call for the policies of a route on a listener. */
    private Set<BackendUses.Call> calledBackends(Reads reads, BindingKey key) {
        Set<BackendUses.Call> calls = new HashSet<>();
        List<ResolvedRoute.Rule> rules =
                reads.get(routes, key.route()).map(ResolvedRoute::rules).orElse(List.of());
        for (ResolvedRoute.Rule rule : rules) {
            securities
                    .attached()
                    .members(reads, key.listener(), key.route(), rule.name())
                    .forEach(member -> member.spec()
                            .settings()
                            .backends()
                            .forEach(reference -> calls.add(new BackendUses.Call(
                                    reference.ref(member.namespace()), Kinds.SECURITY_POLICY, member.key()))));
            extensions
                    .attached()
                    .members(reads, key.listener(), key.route(), rule.name())
                    .forEach(member -> member.spec().settings().processors().stream()
                            .flatMap(processor -> processor.backends().stream())
                            .forEach(reference -> calls.add(new BackendUses.Call(
                                    reference.ref(member.namespace()), Kinds.ENVOY_EXTENSION_POLICY, member.key()))));
        }
        return calls;
    }

    /** Why a Backend cannot be used. */
    Optional<String> backendProblem(Reads reads, ObjectKey key) {
        String itself = "Backend " + key + ": ";
        return backends(reads)
                .problem(key)
                .map(message -> message.startsWith(itself) ? message.substring(itself.length()) : message);
    }

    /**
     * The settings that a rule's effective BackendTrafficPolicy gives to clusters; none if Envoy would refuse them.
     *
     * @param hostname the Host header of health checks that do not set one
     */
    ClusterSettings clusterSettings(
            Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule, Supplier<String> hostname) {
        return traffic.effective(reads, listener, route, rule)
                .filter(policy -> !policy.spec().settings().equals(TrafficSettings.NONE))
                .filter(policy -> refusedSettings(reads, policy).isEmpty())
                .map(policy -> ClusterSettings.of(policy.spec().settings(), hostname.get()))
                .orElse(ClusterSettings.NONE);
    }

    /** The settings of a rule's effective BackendTrafficPolicy. */
    TrafficSettings trafficSettings(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return traffic.effective(reads, listener, route, rule)
                .map(policy -> policy.spec().settings())
                .orElse(TrafficSettings.NONE);
    }

    private Optional<String> body(Reads reads, ObjectKey map) {
        return reads.get(inputs.of(Kinds.CONFIG_MAP), map)
                .flatMap(each -> each.spec().responseBody());
    }

    /**
     * The served Gateway that the object is, or adds listeners to; empty: the object is neither a Gateway nor a
     * ListenerSet, or this controller does not serve it.
     */
    Optional<ServingGateway> gatewayOf(Reads reads, String kind, ObjectKey key) {
        return switch (kind) {
            case "Gateway" -> reads.get(serving, key);
            case "ListenerSet" ->
                reads.get(inputs.of(Kinds.LISTENER_SET), key)
                        .flatMap(set -> reads.get(serving, set.spec().parent().key(set.namespace())));
            default -> Optional.empty();
        };
    }

    /** The targets of an unreadable policy. */
    List<PolicyTarget> targets(Reads reads, ObjectRef ref, BrokenObject policy) {
        return selection.targets(reads, ref, group(ref), policy.targets(), policy.selectors());
    }

    /**
     * Whether an unreadable policy closes the targeted routes. Policies of extension servers' kinds do, since they may
     * enforce security.
     */
    private static boolean closesRoutes(ObjectRef policy) {
        return CLOSING.contains(policy.kind())
                || Kinds.ALL.stream().noneMatch(kind -> kind.name().equals(policy.kind()));
    }

    /** The group of a policy's kind. */
    private static String group(ObjectRef policy) {
        return Kinds.ALL.stream()
                .filter(kind -> kind.name().equals(policy.kind()))
                .map(Kind::group)
                .findFirst()
                .orElse("");
    }

    /** Whether an unreadable policy targets one of {@code targets}, which then stay closed. */
    boolean isClosed(Reads reads, List<TargetKey> targets) {
        return targets.stream()
                .anyMatch(target -> reads.get(brokenPolicies, target).isPresent());
    }

    /** Whether an unreadable AccessPolicy targets an effective SecurityPolicy. Its requirements are unknown, so the rule stays closed. */
    private boolean isSecurityPolicyClosed(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return securities.attached().members(reads, listener, route, rule).stream()
                .flatMap(policy -> reads.get(brokenPolicies, AccessPolicies.target(policy.key())).stream())
                .flatMap(policies -> policies.keySet().stream())
                .anyMatch(policy -> policy.kind().equals(Kinds.ACCESS_POLICY.name()));
    }

    /**
     * The policy settings for the connections of a TCP, TLS or UDP route.
     *
     * @param closed true if a policy for the route cannot be enforced on connections
     */
    record Connections(boolean closed, Optional<StreamRoute.Admission> admission) {
        static final Connections CLOSED = new Connections(true, Optional.empty());
    }

    /**
     * A policy for the route itself must be enforced completely. Of a policy for its listener or Gateway only the
     * authorization applies.
     */
    Connections connections(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        List<TargetKey> targets = Attached.targets(listener, route, rule);
        List<TargetKey> ofRoute = targets.stream()
                .filter(target -> target.kind().equals(route.kind()))
                .toList();
        if (isClosed(reads, ofRoute)
                || ofRoute.stream()
                        .anyMatch(target -> wafs.at(reads, target).isPresent()
                                || extensions
                                        .attached()
                                        .at(reads, target)
                                        .filter(policy ->
                                                policy.spec().settings().closes())
                                        .isPresent())) {
            return Connections.CLOSED;
        }
        boolean own = ofRoute.stream()
                .anyMatch(each -> securities.attached().at(reads, each).isPresent());
        boolean connects = !route.kind().equals(Kinds.UDP_ROUTE.name());
        if (own
                && (!connects
                        || securities
                                .attached()
                                .effective(reads, listener, route, rule)
                                .flatMap(each ->
                                        Securities.streamProblem(each.spec().settings()))
                                .isPresent()
                        || securities
                                .accessPolicy(reads, listener, route, rule)
                                .filter(each -> each.target().kind().equals(Kinds.SECURITY_POLICY.name())
                                        && each.policy().spec().asksAuthzService())
                                .isPresent())) {
            return Connections.CLOSED;
        }
        if (!connects) {
            return new Connections(false, Optional.empty());
        }
        boolean unreadable = targets.stream()
                .flatMap(each -> reads.get(brokenPolicies, each).stream())
                .flatMap(policies -> policies.keySet().stream())
                .anyMatch(policy -> policy.kind().equals(Kinds.SECURITY_POLICY.name()));
        if (unreadable) {
            return Connections.CLOSED;
        }
        Optional<SecurityOutcome> counting = securities.outcome(reads, listener, route, rule);
        return counting.map(outcome -> switch (outcome) {
                    case SecurityOutcome.Invalid _ -> Connections.CLOSED;
                    case SecurityOutcome.Enforced enforced ->
                        new Connections(
                                false,
                                enforced.security()
                                        .authorization()
                                        .map(authorization -> new StreamRoute.Admission(
                                                authorization,
                                                enforced.security().policy(),
                                                enforced.security().access().dryRun())));
                })
                .orElse(new Connections(false, Optional.empty()));
    }

    private static Optional<Security> enforced(SecurityOutcome outcome) {
        return switch (outcome) {
            case SecurityOutcome.Enforced enforced -> Optional.of(enforced.security());
            case SecurityOutcome.Invalid _ -> Optional.empty();
        };
    }

    /**
     * The effective WAFPolicy, merged with less specific ones as their {@code mergeType} says; without one, the policy
     * of TEG's ConfigMap.
     */
    private Optional<EffectivePolicies.Waf> waf(Reads reads, List<TargetKey> targets) {
        List<ObjectKey> members = new ArrayList<>();
        Optional<WafPolicy> merged = Optional.empty();
        for (TargetKey target : targets) {
            Optional<Resource<WafPolicy>> winner = wafs.at(reads, target);
            if (winner.isPresent() && !members.contains(winner.get().key())) {
                members.add(winner.get().key());
                WafPolicy spec = winner.get().spec().of(winner.get().key());
                merged = Optional.of(merged.map(more -> more.over(spec)).orElse(spec));
                if (merged.get().merge().isEmpty()) {
                    break;
                }
            }
        }
        if (merged.isEmpty()) {
            return reads.get(wafConfigMap, wafConfigMapKey)
                    .map(made -> new EffectivePolicies.Waf(made.policy().getName(), List.of(), WafPolicy.NONE));
        }
        String name = members.stream().map(ObjectKey::toString).collect(Collectors.joining("+"));
        return merged.filter(spec -> spec.effectiveMode() != WafPolicy.Mode.Off)
                .map(spec -> new EffectivePolicies.Waf(name, members, spec));
    }

    /** The resource by which waf-svc enforces {@code spec}, whose most specific policy is {@code owner}. */
    WafResources.Outcome waf(Reads reads, String name, ObjectKey owner, WafPolicy spec) {
        return WafResources.policy(
                name,
                owner,
                spec,
                map -> reads.get(inputs.of(Kinds.CONFIG_MAP), map).map(Resource::spec));
    }

    /** Whether a WAFPolicy, alone or merged, cannot be enforced because a ConfigMap is missing. */
    private boolean isBroken(Reads reads, EffectivePolicies.Waf waf) {
        return waf.members().stream()
                .anyMatch(member -> reads.get(wafOutcomes, member)
                        .map(WafResources.Outcome.Invalid.class::isInstance)
                        .orElse(false));
    }

    /** Checks the CA certificates in a ConfigMap, Secret or ClusterTrustBundle. */
    private GatewayResolver.CertificateCheck authorities(Reads reads, String kind, ObjectKey key) {
        Optional<SecretDiscovery.Outcome> server =
                kind.equals(Kinds.SECRET.name()) ? discoveries.outcome(reads, key) : Optional.empty();
        return server.map(Discoveries::check)
                .orElseGet(() -> bundle(reads, kind, key)
                        .<GatewayResolver.CertificateCheck>map(pem -> Certificates.problemWithBundle(pem)
                                .<GatewayResolver.CertificateCheck>map(GatewayResolver.CertificateCheck.Invalid::new)
                                .orElse(new GatewayResolver.CertificateCheck.Valid()))
                        .orElse(new GatewayResolver.CertificateCheck.Missing()));
    }

    /** The CA certificates in a ConfigMap, Secret or ClusterTrustBundle. */
    Optional<String> bundle(Reads reads, String kind, ObjectKey key) {
        return switch (kind) {
            case "Secret" ->
                reads.get(inputs.of(Kinds.SECRET), key)
                        .map(secret -> secret.spec().authorities());
            case "ConfigMap" ->
                reads.get(inputs.of(Kinds.CONFIG_MAP), key)
                        .map(map -> map.spec().authorities());
            case "ClusterTrustBundle" ->
                reads.get(inputs.of(Kinds.CLUSTER_TRUST_BUNDLE), key)
                        .map(bundle -> bundle.spec().trustBundle());
            default -> Optional.empty();
        };
    }

    /** The Service {@code owner} as one EndpointSlice, with its cluster IP; empty: it has no cluster IP, or is no Service. */
    Optional<EndpointSlice> clusterIp(Reads reads, SlicesOwner owner) {
        return owner.imported()
                ? Optional.empty()
                : reads.get(inputs.of(Kinds.SERVICE), owner.key())
                        .flatMap(each -> each.spec().asEndpoint());
    }

    /** The EndpointSlices of {@code owner}, reduced to the endpoints that backends may have. */
    List<EndpointSlice> endpointSlices(Reads reads, SlicesOwner owner) {
        return reads.get(slices, owner)
                .map(each -> each.values().stream()
                        .map(slice -> backendAddresses.usable(slice.spec()))
                        .toList())
                .orElse(List.of());
    }

    /** The CA certificates that {@code owner}, a BackendTLSPolicy or Backend, refers to, concatenated. */
    String authorities(Reads reads, ObjectRef owner) {
        StringBuilder pem = new StringBuilder();
        for (ObjectReference reference : authoritiesOf(reads, owner)) {
            bundle(reads, reference.kind(), reference.authoritiesKey(owner.namespace()))
                    .ifPresent(text -> pem.append(text).append('\n'));
        }
        return pem.toString();
    }

    /** The references to CA certificates of {@code owner}, a BackendTLSPolicy or Backend. */
    List<ObjectReference> authoritiesOf(Reads reads, ObjectRef owner) {
        return owner.kind().equals(Kinds.BACKEND.name())
                ? reads.get(inputs.of(Kinds.BACKEND), owner.key())
                        .flatMap(backend -> backend.spec().tls())
                        .map(BackendTlsSettings::caCertificateRefs)
                        .orElse(List.of())
                : reads.get(inputs.of(Kinds.BACKEND_TLS_POLICY), owner.key())
                        .map(policy -> policy.spec().validation().caCertificateRefs())
                        .orElse(List.of());
    }

    /** The CAs of {@code validation} that can be used by a Gateway in {@code namespace}. */
    List<ObjectReference> usableAuthorities(Reads reads, String namespace, Gateway.Validation validation) {
        return new GatewayResolver(gatewayWorld(reads), port -> port).usableAuthorities(namespace, validation);
    }

    private GatewayResolver.World gatewayWorld(Reads reads) {
        return new GatewayResolver.World() {
            @Override
            public GatewayResolver.CertificateCheck certificate(ObjectKey secret) {
                return reads.get(certificates, secret).orElse(new GatewayResolver.CertificateCheck.Missing());
            }

            @Override
            public GatewayResolver.CertificateCheck bundle(String kind, ObjectKey key) {
                return authorities(reads, kind, key);
            }

            @Override
            public boolean permitted(ReferenceGrant.Origin from, String group, String kind, ObjectKey to) {
                return inputs.permitted(reads, from, group, kind, to);
            }

            @Override
            public Map<String, String> namespaceLabels(String namespace) {
                return inputs.namespaceLabels(reads, namespace);
            }

            @Override
            public Target backend(ReferenceGrant.Origin origin, BackendReference reference, boolean grpc) {
                return backends(reads).resolve(origin, reference, grpc, "TCP");
            }

            @Override
            public ListenerFilters.Extension extension(ObjectKey policy, String kind) {
                return kind.equals(Kinds.WAF_POLICY.name()) ? wafFilter(reads, policy) : accessFilter(reads, policy);
            }
        };
    }

    private ListenerFilters.Extension wafFilter(Reads reads, ObjectKey key) {
        Optional<Resource<WafPolicy>> policy = reads.get(inputs.of(Kinds.WAF_POLICY), key);
        if (policy.isEmpty()) {
            return unusable(reads, Kinds.WAF_POLICY, key);
        }
        if (policy.get().spec().effectiveMode() == WafPolicy.Mode.Off) {
            return new ListenerFilters.Extension.Off();
        }
        return reads.get(wafOutcomes, key)
                        .filter(WafResources.Outcome.Invalid.class::isInstance)
                        .isPresent()
                ? unusable(reads, Kinds.WAF_POLICY, key)
                : new ListenerFilters.Extension.Found(
                        new PreRouting.Waf(key, policy.get().spec()));
    }

    private ListenerFilters.Extension accessFilter(Reads reads, ObjectKey key) {
        return switch (securities.outcome(reads, key)) {
            case SecurityOutcome.Enforced enforced
            when enforced.security().byAuthzServiceAlone() ->
                new ListenerFilters.Extension.Found(new PreRouting.Access(key));
            case SecurityOutcome.Enforced _ ->
                new ListenerFilters.Extension.Unusable("SecurityPolicy " + key
                        + " has other sections than apiKeyAuth and basicAuth, which alone can run before routing");
            case SecurityOutcome.Invalid _ -> unusable(reads, Kinds.SECURITY_POLICY, key);
        };
    }

    /** See {@link Inputs#withoutSecurityPolicy}. */
    Condition withoutSecurityPolicy(Reads reads, TargetKey key) {
        return inputs.withoutSecurityPolicy(reads, key);
    }

    private ListenerFilters.Extension unusable(Reads reads, Kind<?> kind, ObjectKey key) {
        boolean there = reads.get(inputs.of(kind), key).isPresent()
                || reads.get(inputs.broken(), ObjectRef.of(kind, key)).isPresent();
        return new ListenerFilters.Extension.Unusable(
                kind.name() + " " + key + (there ? " cannot be enforced; see its status" : " is not there"));
    }

    private RouteAttacher.World attachmentWorld(Reads reads, Settings settings) {
        GatewayResolver resolver = new GatewayResolver(gatewayWorld(reads), settings.boundPort());
        return new RouteAttacher.World() {
            @Override
            public Optional<ServingGateway> gateway(ObjectKey key) {
                return reads.get(serving, key);
            }

            @Override
            public Set<ObjectKey> defaultGateways() {
                return reads.get(defaultGateways, ALL).map(SortedMap::keySet).orElse(Set.of());
            }

            @Override
            public Optional<ObjectKey> gatewayOf(ObjectKey listenerSet) {
                return reads.get(inputs.of(Kinds.LISTENER_SET), listenerSet)
                        .map(set -> set.spec().parent().key(set.namespace()));
            }

            @Override
            public boolean allows(Listener.Namespaces allowed, String own, String namespace) {
                return resolver.allows(allowed, own, namespace);
            }
        };
    }

    BackendResolver backends(Reads reads) {
        return new BackendResolver(
                new BackendResolver.World() {
                    @Override
                    public Optional<Resource<Service>> service(ObjectKey key) {
                        return reads.get(inputs.of(Kinds.SERVICE), key);
                    }

                    @Override
                    public Optional<Resource<ServiceImport>> serviceImport(ObjectKey key) {
                        return reads.get(inputs.of(Kinds.SERVICE_IMPORT), key);
                    }

                    @Override
                    public Optional<Resource<Backend>> backend(ObjectKey key) {
                        return reads.get(inputs.of(Kinds.BACKEND), key);
                    }

                    @Override
                    public boolean invalidBackend(ObjectKey key) {
                        return reads.get(inputs.broken(), ObjectRef.of(Kinds.BACKEND, key))
                                .isPresent();
                    }

                    @Override
                    public boolean permitted(ReferenceGrant.Origin from, String group, String kind, ObjectKey to) {
                        return inputs.permitted(reads, from, group, kind, to);
                    }

                    @Override
                    public BackendResolver.TlsVerdict tls(ObjectRef backend, Optional<String> section) {
                        return backendTls.verdict(reads, backend, section);
                    }

                    @Override
                    public BackendWishes wishes(ObjectRef backend) {
                        return backendPolicies.wishes(reads, backend);
                    }

                    @Override
                    public Optional<String> authoritiesProblem(List<ObjectReference> references, String namespace) {
                        return backendTls.problem(reads, references, namespace);
                    }

                    @Override
                    public Optional<String> certificateProblem(ObjectKey secret) {
                        return switch (reads.get(certificates, secret)
                                .orElse(new GatewayResolver.CertificateCheck.Missing())) {
                            case GatewayResolver.CertificateCheck.Valid _,
                                    GatewayResolver.CertificateCheck.Discovered _ -> Optional.empty();
                            case GatewayResolver.CertificateCheck.Missing _ -> Optional.of("is not there");
                            case GatewayResolver.CertificateCheck.Invalid invalid -> Optional.of(invalid.problem());
                        };
                    }

                    @Override
                    public Optional<String> refusal(ClusterSpec cluster) {
                        return ClusterResources.problem(cluster);
                    }

                    @Override
                    public boolean isExtension(String group, String kind) {
                        return servers.backend(group, kind).isPresent();
                    }

                    @Override
                    public boolean extension(ExtensionReference backend) {
                        return servers.backend(backend.group(), backend.kind())
                                .flatMap(kind -> reads.get(inputs.of(kind), backend.key()))
                                .isPresent();
                    }
                },
                backendAddresses);
    }

    private RouteResolver.World routeWorld(Reads reads) {
        BackendResolver backends = backends(reads);
        return new RouteResolver.World() {
            @Override
            public Target backend(ObjectRef route, BackendReference reference, boolean grpc, String transport) {
                return backends.resolve(route, reference, grpc, transport);
            }

            @Override
            public Optional<Resource<HttpRouteFilter>> filter(ObjectKey key) {
                return reads.get(inputs.of(Kinds.HTTP_ROUTE_FILTER), key);
            }

            @Override
            public Optional<String> credentialProblem(ObjectKey filter, ObjectReference secret) {
                return Model.this.credentialProblem(reads, filter, secret);
            }

            @Override
            public Optional<ConfigMap> configMap(ObjectKey key) {
                return reads.get(inputs.of(Kinds.CONFIG_MAP), key).map(Resource::spec);
            }

            @Override
            public boolean isExtension(String group, String kind) {
                return servers.resource(group, kind).isPresent();
            }

            @Override
            public boolean extension(ExtensionReference object) {
                return servers.resource(object.group(), object.kind())
                        .flatMap(kind -> reads.get(inputs.of(kind), object.key()))
                        .isPresent();
            }
        };
    }

    private Optional<String> credentialProblem(Reads reads, ObjectKey filter, ObjectReference reference) {
        ObjectKey key = reference.key(filter.namespace());
        if (!reference.group().isEmpty() || !reference.kind().equals(Kinds.SECRET.name())) {
            return Optional.of("\"" + reference.kind() + "\" cannot hold a credential (expected: a Secret)");
        }
        ReferenceGrant.Origin origin = new ReferenceGrant.Origin(
                Kinds.ENVOY_GATEWAY_GROUP, Kinds.HTTP_ROUTE_FILTER.name(), filter.namespace());
        if (!inputs.permitted(reads, origin, "", Kinds.SECRET.name(), key)) {
            return Optional.of("Secret " + key + " is in another namespace, and no ReferenceGrant there permits it");
        }
        Optional<Resource<Secret>> secret = reads.get(inputs.of(Kinds.SECRET), key);
        if (secret.isEmpty()) {
            return Optional.of("Secret " + key + " is not there");
        }
        return CredentialInjection.value(secret.get().spec()).isPresent()
                ? Optional.empty()
                : Optional.of("Secret " + key + " has no credential that a header could have (expected: one line under"
                        + " the key \"" + CredentialInjection.KEY + "\")");
    }
}
