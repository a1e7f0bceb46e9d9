package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.BackendAddresses;
import dev.gatehouse.controller.backend.BackendResolver;
import dev.gatehouse.controller.backend.ClusterSpec.SlicesOwner;
import dev.gatehouse.controller.backend.TelemetryClusters;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.envoy.ClusterResources;
import dev.gatehouse.controller.envoy.ListenerResources.PortKey;
import dev.gatehouse.controller.gateway.Certificates;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.GatewayClaims;
import dev.gatehouse.controller.gateway.GatewayResolver;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ListenerConflicts;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.ProxyParameters;
import dev.gatehouse.controller.gateway.ProxyResolver;
import dev.gatehouse.controller.gateway.ServingGateway;
import dev.gatehouse.controller.gateway.TableForm;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.route.RouteAttacher;
import dev.gatehouse.controller.route.RouteResolver;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.gatewayapi.BackendTlsSettings;
import dev.gatehouse.gatewayapi.EndpointSlice;
import dev.gatehouse.gatewayapi.EnvoyPatchPolicy;
import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.GatewayClass;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ListenerSet;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.SecretDiscovery;
import dev.gatehouse.gatewayapi.ServiceImport;
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
    final Collection<String, SortedMap<ObjectKey, Boolean>> defaultGateways;

    static final String ALL = "";
    final Collection<ObjectRef, Attachments> attachments;
    final Collection<ObjectRef, ResolvedRoute> routes;
    final Collection<BindingKey, Attachments.Binding> bindings;
    final Collection<ListenerKey, SortedMap<BindingKey, Attachments.Binding>> bindingsByListener;
    final Collection<SlicesOwner, SortedMap<ObjectKey, Resource<EndpointSlice>>> slices;
    final Securities securities;
    final GeoSources geo;
    final CertificateSources certificateSources;
    final TrafficPolicies traffic;
    final WafPolicies wafs;
    final ExtensionPolicies extensions;

    final ClientPolicies clients;

    final ServedExtensions served;

    final BrokenPolicies brokenPolicies;
    final PolicyResolver policies;

    final Discoveries discoveries;
    final BackendPolicies backendPolicies;
    final BackendTls backendTls;
    final Availability availability;
    final BrokenRoutes brokenRoutes;
    final Overlaps overlaps;
    final BackendUses backendUses;
    final UncheckedBackends unchecked;
    private final BackendAddresses backendAddresses;
    private final Worlds worlds;

    Model(Graph graph, Inputs inputs, Settings settings) {
        this.inputs = inputs;
        backendAddresses = settings.backendAddresses();
        classes = graph.map(
                "classes",
                inputs.of(Kinds.GATEWAY_CLASS),
                (_, _, each) -> settings.controllerNames().contains(each.spec().controllerName())
                        ? Optional.of(each)
                        : Optional.empty());
        discoveries = new Discoveries(graph, inputs, settings.extensions().discovery());
        Collection<ObjectKey, GatewayResolver.CertificateCheck> certificates = graph.map(
                "certificates",
                inputs.of(Kinds.SECRET),
                (_, _, secret) -> Optional.of(discoveries.certificate(secret.spec())));
        certificateNames = graph.map("certificateNames", inputs.of(Kinds.SECRET), (_, _, secret) -> {
            List<String> names = Certificates.dnsNames(secret.spec());
            return names.isEmpty() ? Optional.empty() : Optional.of(names);
        });
        PolicySelection selection = new PolicySelection(graph, inputs);
        brokenPolicies = new BrokenPolicies(graph, inputs, selection);
        policies = new PolicyResolver(this);
        worlds = new Worlds(inputs, this, certificates, settings);
        backendPolicies = new BackendPolicies(graph, inputs);
        backendTls = new BackendTls(graph, inputs, this::authorities);
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
        traffic = new TrafficPolicies(graph, inputs, selection);
        wafs = new WafPolicies(graph, inputs, selection, settings.namespace());
        extensions = new ExtensionPolicies(graph, inputs, this, selection, backendAddresses, settings.extensions());
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
                                new GatewayResolver(worlds.gateways(reads), settings.boundPort())
                                        .claims(gateway, sets));
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
                                worlds.gateways(reads),
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
                (reads, ref, route) -> Optional.of(new RouteAttacher(worlds.attachments(reads)).attach(ref, route)));
        routes = graph.map(
                "resolvedRoutes",
                inputs.routes(),
                (reads, ref, route) -> Optional.of(new RouteResolver(worlds.routes(reads)).resolve(ref, route)),
                (route, _) -> Optional.of(ResolvedRoute.failing(route.spec())));
        brokenRoutes = new BrokenRoutes(graph, inputs, worlds::attachments, worlds::routes);
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
        unchecked = new UncheckedBackends(graph, bindings, routes, traffic.attached());
        bindingsByListener = graph.group("bindingsByListener", bindings, (key, _) -> Set.of(key.listener()));
        availability = new Availability(graph, slices);
        backendUses =
                new BackendUses(graph, attachments, routes, serving, listeners, fleets, bindings, this::calledBackends);
        clients = new ClientPolicies(graph, inputs, this, selection);
        served = new ServedExtensions(
                graph, inputs, selection, fleets, settings.extensions().servers());
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

    BackendResolver backends(Reads reads) {
        return worlds.backends(reads);
    }

    /** Why a Backend cannot be used. */
    Optional<String> backendProblem(Reads reads, ObjectKey key) {
        String itself = "Backend " + key + ": ";
        return backends(reads)
                .problem(key)
                .map(message -> message.startsWith(itself) ? message.substring(itself.length()) : message);
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

    /** Checks the CA certificates in a ConfigMap, Secret or ClusterTrustBundle. */
    GatewayResolver.CertificateCheck authorities(Reads reads, String kind, ObjectKey key) {
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
        return new GatewayResolver(worlds.gateways(reads), port -> port).usableAuthorities(namespace, validation);
    }
}
