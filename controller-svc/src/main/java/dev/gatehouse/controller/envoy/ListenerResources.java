package dev.gatehouse.controller.envoy;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.backend.TelemetryClusters;
import dev.gatehouse.controller.check.EnvoyRules;
import dev.gatehouse.controller.client.ClientPolicy;
import dev.gatehouse.controller.envoy.filter.AuthorizationFilter;
import dev.gatehouse.controller.envoy.filter.ChainContext;
import dev.gatehouse.controller.envoy.filter.FilterChains;
import dev.gatehouse.controller.envoy.filter.FilterNeeds;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.Hostnames;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.ListenerState.Protocol;
import dev.gatehouse.controller.gateway.TableForm;
import dev.gatehouse.controller.proto.PackedTypes;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.client.ClientSettings;
import dev.gatehouse.gatewayapi.client.ClientTls;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Http3ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.UdpSocketConfig;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.listener.v3.QuicProtocolOptions;
import io.envoyproxy.envoy.config.listener.v3.UdpListenerConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.filters.udp.udp_proxy.v3.Route;
import io.envoyproxy.envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig;
import io.envoyproxy.envoy.type.v3.HashPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Makes Envoy listeners: one for each port and transport of a fleet. */
public final class ListenerResources {
    private static final EnvoyRules RULES = new EnvoyRules(PackedTypes::find);

    private ListenerResources() {}

    /** A port of a fleet. */
    public record PortKey(String fleet, int port, boolean udp) {
        /** The listener's name: "namespace/gateway/tcp-80". The port in the name is the Gateway's port, not the bound port. */
        public String listenerName() {
            return fleet + "/" + (udp ? "udp-" : "tcp-") + port;
        }

        /** The same port over TCP. */
        public PortKey overTcp() {
            return new PortKey(fleet, port, false);
        }

        /** The same port over UDP, where HTTP/3 is served. */
        public PortKey overQuic() {
            return new PortKey(fleet, port, true);
        }
    }

    /**
     * The access logs and traces of a listener.
     *
     * @param collectors tells how proxies reach a destination; empty: the destination is unresolved
     */
    public record Telemetry(
            ProxyTelemetry settings,
            Function<ProxyTelemetry.Destination, Optional<TelemetryClusters.Collector>> collectors) {}

    /** The name of the route table that the HTTP listeners among {@code listeners}, the listeners of a port, share. */
    public static String sharedTableName(
            TableForm form, PortKey port, List<ListenerState> listeners, FilterNeeds needs) {
        return form.name(port.fleet() + "/http-" + port.port() + PreRoutingFilters.tableSuffix(http(listeners), needs));
    }

    /** The name of the route table of an HTTPS listener. */
    public static String tableName(TableForm form, ListenerState listener, FilterNeeds needs) {
        return form.name(listener.key() + PreRoutingFilters.tableSuffix(List.of(listener), needs));
    }

    /**
     * Whether filters may change the route of requests to {@code listeners}, which share a chain. The policies' filters
     * are enabled in the chain then, and routes switch them off.
     */
    public static boolean routesChange(List<ListenerState> listeners, FilterNeeds needs) {
        return PreRoutingFilters.any(listeners) || needs.reroutes();
    }

    /** The listeners among {@code listeners} that share a table. */
    public static List<ListenerState> http(List<ListenerState> listeners) {
        return listeners.stream()
                .filter(listener -> listener.protocol().orElseThrow() == Protocol.HTTP)
                .toList();
    }

    /**
     * Makes the listener of a port; empty if nothing can be served there yet.
     *
     * @param listeners the serving listeners of {@code fleet} on the port
     * @param streams gives the routes of a listener without HTTP, in order of precedence
     * @param clients gives the settings for the clients of a listener
     * @param needs gives the filters that the policies of a listener's routes need
     * @param telemetry the access logs and traces
     * @param secrets tells which secrets come from SDS servers beside the proxy
     */
    public static Optional<Listener> listener(
            PortKey port,
            FleetMembers fleet,
            List<ListenerState> listeners,
            Function<ListenerKey, List<StreamRoute>> streams,
            Function<ListenerKey, ClientPolicy> clients,
            Function<List<ListenerState>, FilterNeeds> needs,
            Telemetry telemetry,
            SecretName.Sources secrets) {
        Observability observability = new Observability(telemetry, fleet.name());
        Listener.Builder listener = Listener.newBuilder().setName(port.listenerName());
        int bound = listeners.getFirst().boundPort();
        if (port.udp()) {
            return udp(
                    listener.setPerConnectionBufferLimitBytes(Protos.uint32(ChainContext.CONNECTION_BUFFER_BYTES)),
                    fleet,
                    bound,
                    streams.apply(listeners.getFirst().key()));
        }
        listener.setAddress(address(fleet, bound, SocketAddress.Protocol.TCP))
                .addAllAccessLog(observability.listener());
        Set<String> names = new HashSet<>();
        List<FilterChain> chains = new ArrayList<>();
        Optional<FilterChain> fallback = Optional.empty();
        boolean inspect = false;
        for (ListenerState each : listeners) {
            ClientPolicy client = clients.apply(each.key());
            switch (each.protocol().orElseThrow()) {
                case HTTP ->
                    fallback = fallback.or(() -> {
                        List<ListenerState> sharing = http(listeners);
                        ClientPolicy common = shared(sharing, clients);
                        FilterNeeds own = needs.apply(sharing);
                        String table = sharedTableName(fleet.tables(), port, listeners, own);
                        return Optional.of(
                                chain(table, common, manager(table, port, fleet, sharing, common, own, observability))
                                        .build());
                    });
                case HTTPS -> {
                    inspect = true;
                    String hostname = each.spec().hostname().orElse(Hostnames.ANY);
                    if (names.add(hostname)) {
                        FilterNeeds own = needs.apply(List.of(each));
                        String table = tableName(fleet.tables(), each, own);
                        chains.add(chain(
                                        table,
                                        client,
                                        manager(table, port, fleet, List.of(each), client, own, observability))
                                .setFilterChainMatch(bySni(List.of(hostname)))
                                .setTransportSocket(
                                        DownstreamTls.socket(fleet, each, client, List.of("h2", "http/1.1"), secrets))
                                .build());
                    }
                }
                case TCP ->
                    fallback = streams.apply(each.key()).stream()
                            .findFirst()
                            .map(stream -> tcpChain(stream, client, observability, false)
                                    .build());
                case TLS_PASSTHROUGH, TLS_TERMINATE -> {
                    inspect = true;
                    boolean passthrough = each.protocol().get() == Protocol.TLS_PASSTHROUGH;
                    bySpecificity(streams.apply(each.key())).forEach((stream, hostnames) -> {
                        List<String> own = hostnames.stream().filter(names::add).toList();
                        if (!own.isEmpty()) {
                            FilterChain.Builder chain = tcpChain(stream, client, observability, passthrough)
                                    .setFilterChainMatch(bySni(own));
                            if (!passthrough) {
                                chain.setTransportSocket(DownstreamTls.socket(fleet, each, client, List.of(), secrets));
                            }
                            chains.add(chain.build());
                        }
                    });
                }
                case UDP -> throw new IllegalArgumentException("UDP on " + port + " (expected: TCP)");
            }
        }
        fallback.ifPresent(chains::add);
        if (chains.isEmpty()) {
            return Optional.empty();
        }
        ClientSockets.configure(
                listener,
                listeners.stream().map(each -> clients.apply(each.key())).toList(),
                inspect);
        return Optional.of(listener.addAllFilterChains(chains).build());
    }

    /** The client settings of HTTP listeners that share a port and its connections. Their policies differ only if a listener is closed. */
    private static ClientPolicy shared(List<ListenerState> listeners, Function<ListenerKey, ClientPolicy> clients) {
        return listeners.stream()
                .map(each -> clients.apply(each.key()))
                .filter(client -> !client.closed())
                .findFirst()
                .orElse(ClientPolicy.NONE);
    }

    /**
     * Makes the HTTP/3 listener beside a TCP port's listener; empty if no listener offers HTTP/3.
     *
     * @param listeners the serving listeners of {@code fleet} on the port
     */
    public static Optional<Listener> quic(
            PortKey port,
            FleetMembers fleet,
            List<ListenerState> listeners,
            Function<ListenerKey, ClientPolicy> clients,
            Function<List<ListenerState>, FilterNeeds> needs,
            Telemetry telemetry,
            SecretName.Sources secrets) {
        Observability observability = new Observability(telemetry, fleet.name());
        Listener.Builder listener = Listener.newBuilder()
                .setName(port.listenerName())
                .setAddress(address(fleet, listeners.getFirst().boundPort(), SocketAddress.Protocol.UDP))
                .setUdpListenerConfig(UdpListenerConfig.newBuilder()
                        .setDownstreamSocketConfig(UdpSocketConfig.getDefaultInstance())
                        .setQuicOptions(QuicProtocolOptions.getDefaultInstance()))
                .addAllAccessLog(observability.listener());
        Set<String> names = new HashSet<>();
        for (ListenerState each : listeners) {
            ClientPolicy client = clients.apply(each.key());
            String hostname = each.spec().hostname().orElse(Hostnames.ANY);
            if (client.http3() == ClientPolicy.Http3.SERVED && names.add(hostname)) {
                FilterNeeds own = needs.apply(List.of(each));
                String table = tableName(fleet.tables(), each, own);
                FilterChain.Builder chain = chain(
                        table,
                        client,
                        manager(table, port, fleet, List.of(each), client, own, observability)
                                .setCodecType(HttpConnectionManager.CodecType.HTTP3)
                                .setHttp3ProtocolOptions(Http3ProtocolOptions.getDefaultInstance()));
                if (!hostname.equals(Hostnames.ANY)) {
                    chain.setFilterChainMatch(FilterChainMatch.newBuilder().addServerNames(hostname));
                }
                listener.addFilterChains(chain.setTransportSocket(DownstreamTls.quic(each, client, secrets)));
            }
        }
        return listener.getFilterChainsCount() == 0 ? Optional.empty() : Optional.of(listener.build());
    }

    /** The wildcard address of the IP family that the fleet's EnvoyProxy specifies. */
    private static Address address(FleetMembers fleet, int port, SocketAddress.Protocol protocol) {
        SocketAddress.Builder address =
                SocketAddress.newBuilder().setProtocol(protocol).setPortValue(port);
        switch (fleet.settings().ipFamily()) {
            case IPv4 -> address.setAddress("0.0.0.0");
            case IPv6 -> address.setAddress("::");
            case DualStack -> address.setAddress("::").setIpv4Compat(true);
        }
        return Address.newBuilder().setSocketAddress(address).build();
    }

    /**
     * The hostnames that each route serves. A hostname that several routes claim goes to the route whose own hostname
     * is the most specific.
     */
    private static Map<StreamRoute, List<String>> bySpecificity(List<StreamRoute> streams) {
        record Claim(StreamRoute stream, Attachments.Place place) {}
        Map<String, Claim> claims = new LinkedHashMap<>();
        for (StreamRoute stream : streams) {
            for (Attachments.Place place : stream.places()) {
                claims.merge(
                        place.hostname(),
                        new Claim(stream, place),
                        (a, b) -> Hostnames.SPECIFICITY.compare(
                                                a.place().origin(), b.place().origin())
                                        <= 0
                                ? a
                                : b);
            }
        }
        Map<StreamRoute, List<String>> served = new LinkedHashMap<>();
        claims.forEach((hostname, claim) ->
                served.computeIfAbsent(claim.stream(), _ -> new ArrayList<>()).add(hostname));
        return served;
    }

    private static Optional<Listener> udp(
            Listener.Builder listener, FleetMembers fleet, int bound, List<StreamRoute> streams) {
        if (streams.isEmpty()) {
            return Optional.empty();
        }
        StreamRoute stream = streams.getFirst();
        UdpProxyConfig.Builder proxy = UdpProxyConfig.newBuilder()
                .setStatPrefix(stream.statPrefix())
                .setMatcher(Matcher.newBuilder()
                        .setOnNoMatch(Matcher.OnMatch.newBuilder()
                                .setAction(TypedExtensionConfig.newBuilder()
                                        .setName("route")
                                        .setTypedConfig(Protos.any(Route.newBuilder()
                                                .setCluster(stream.udpCluster())
                                                .build())))));
        if (stream.bySourceIp()) {
            proxy.addHashPolicies(UdpProxyConfig.HashPolicy.newBuilder().setSourceIp(true));
        }
        return Optional.of(listener.setAddress(address(fleet, bound, SocketAddress.Protocol.UDP))
                .setUdpListenerConfig(UdpListenerConfig.getDefaultInstance())
                .addListenerFilters(ListenerFilter.newBuilder()
                        .setName("envoy.filters.udp_listener.udp_proxy")
                        .setTypedConfig(Protos.any(proxy.build())))
                .build());
    }

    private static FilterChainMatch bySni(Collection<String> hostnames) {
        FilterChainMatch.Builder match = FilterChainMatch.newBuilder();
        if (!hostnames.contains(Hostnames.ANY)) {
            match.addAllServerNames(hostnames);
        }
        return match.setTransportProtocol("tls").build();
    }

    /** @param sni true if connections have an SNI, which a backend of type DynamicResolver uses as the host */
    private static FilterChain.Builder tcpChain(
            StreamRoute stream, ClientPolicy client, Observability observability, boolean sni) {
        TcpProxy.Builder proxy =
                TcpProxy.newBuilder().setStatPrefix(stream.statPrefix()).addAllAccessLog(observability.connections());
        if (stream.bySourceIp()) {
            proxy.addHashPolicy(HashPolicy.newBuilder().setSourceIp(HashPolicy.SourceIp.getDefaultInstance()));
        }
        List<WeightedTarget> targets =
                stream.targets().stream().filter(target -> target.weight() > 0).toList();
        if (targets.size() <= 1) {
            proxy.setCluster(targets.isEmpty() ? RouteResources.UNRESOLVED : clusterName(targets.getFirst(), sni));
        } else {
            TcpProxy.WeightedCluster.Builder clusters = TcpProxy.WeightedCluster.newBuilder();
            for (WeightedTarget target : targets) {
                clusters.addClusters(TcpProxy.WeightedCluster.ClusterWeight.newBuilder()
                        .setName(clusterName(target, sni))
                        .setWeight(target.weight()));
            }
            proxy.setWeightedClusters(clusters);
        }
        client.settings().timeouts().tcp().idle().ifPresent(timeout -> proxy.setIdleTimeout(Protos.duration(timeout)));
        FilterChain.Builder chain = FilterChain.newBuilder().setName(stream.name());
        stream.authorization()
                .ifPresent(each -> chain.addFilters(Filter.newBuilder()
                        .setName("envoy.filters.network.rbac")
                        .setTypedConfig(Protos.any(AuthorizationFilter.onConnections(
                                each.authorization(), each.policy(), each.dryRun(), stream.name())))));
        if (sni && targets.size() == 1 && targets.getFirst().target() instanceof Target.Found found) {
            chain.addAllFilters(SniResolver.filters(found.cluster(), stream.name()));
        }
        chain.addFilters(Filter.newBuilder()
                .setName("envoy.filters.network.tcp_proxy")
                .setTypedConfig(Protos.any(proxy.build())));
        ClientSockets.configure(chain, client.settings());
        return chain;
    }

    private static String clusterName(WeightedTarget target, boolean sni) {
        return target.target() instanceof Target.Found found
                        && (sni || found.cluster().resolved().isEmpty())
                ? found.cluster().name()
                : RouteResources.UNRESOLVED;
    }

    /** Makes the filter chain of {@code manager}, with its clients' connection settings. */
    private static FilterChain.Builder chain(String table, ClientPolicy client, HttpConnectionManager.Builder manager) {
        FilterChain.Builder chain = FilterChain.newBuilder()
                .setName(table)
                .addFilters(Filter.newBuilder()
                        .setName("envoy.filters.network.http_connection_manager")
                        .setTypedConfig(Protos.any(manager.build())));
        ClientSockets.configure(chain, client.settings());
        return chain;
    }

    /** @param listeners the listeners whose requests the manager gets */
    private static HttpConnectionManager.Builder manager(
            String table,
            PortKey port,
            FleetMembers fleet,
            List<ListenerState> listeners,
            ClientPolicy client,
            FilterNeeds needs,
            Observability observability) {
        HttpConnectionManager.Builder manager = HttpConnection.manager(client)
                .setStatPrefix((port.fleet() + "-" + port.port()).replace('/', '-'))
                .setRds(Rds.newBuilder().setRouteConfigName(table).setConfigSource(Protos.ADS))
                .addUpgradeConfigs(
                        HttpConnectionManager.UpgradeConfig.newBuilder().setUpgradeType("websocket"))
                .addAllAccessLog(observability.requests());
        ChainContext context = new ChainContext(
                listeners,
                client.settings(),
                fleet.settings().telemetry(),
                fleet.settings().geoIp(),
                observability.upstream(),
                needs,
                fleet.limits(),
                routesChange(listeners, needs));
        manager.addAllHttpFilters(FilterChains.beforeAll(context))
                .addAllHttpFilters(listeners.stream()
                        .flatMap(listener -> PreRoutingFilters.filters(listener).stream())
                        .toList())
                .addAllHttpFilters(
                        FilterChains.onListener(context, fleet.settings().filterOrder()));
        observability.tracing().ifPresent(manager::setTracing);
        observability.requestId().ifPresent(manager::setRequestIdExtension);
        return manager;
    }

    /** Why Envoy would refuse the HTTP configuration made from {@code settings}; empty: Envoy accepts it. */
    public static Optional<String> problemWithHttp(ClientSettings settings) {
        HttpConnectionManager.Builder manager = HttpConnection.manager(new ClientPolicy(
                settings, Optional.empty(), Optional.empty(), false, ClientPolicy.Http3.NOT_ASKED_FOR, false));
        manager.addAllHttpFilters(FilterChains.ofClients(settings));
        // A connection manager as a whole needs a name and routes.
        manager.setStatPrefix("sample").setRds(Rds.newBuilder().setRouteConfigName("sample"));
        return RULES.problem(manager.build());
    }

    /** Why Envoy would refuse the TLS configuration made from {@code tls}; empty: Envoy accepts it. */
    public static Optional<String> problemWithTls(ClientTls tls) {
        return RULES.problem(DownstreamTls.sample(tls));
    }
}
