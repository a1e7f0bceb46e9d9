package dev.gatehouse.controller.envoy;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.BoolValue;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.envoy.filter.ChainContext;
import dev.gatehouse.controller.envoy.filter.FilterChains;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.Hostnames;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.ListenerState.Protocol;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.listener.v3.UdpListenerConfig;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.filters.udp.udp_proxy.v3.Route;
import io.envoyproxy.envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Makes listeners: one for each port and transport of a fleet. */
public final class ListenerResources {
    private static final String TLS_SOCKET = "envoy.transport_sockets.tls";

    private ListenerResources() {}

    /** A port of a fleet. */
    public record PortKey(String fleet, int port, boolean udp) {
        /** The listener's name: "namespace/gateway/tcp-80". The port is the Gateway's, not the one that is bound. */
        public String listenerName() {
            return fleet + "/" + (udp ? "udp-" : "tcp-") + port;
        }
    }

    /** The name of the route table that the HTTP listeners among {@code listeners}, those on a port, share. */
    public static String sharedTableName(PortKey port, List<ListenerState> listeners) {
        return port.fleet() + "/http-" + port.port() + PreRoutingFilters.tableSuffix(http(listeners));
    }

    /** The name of the route table of an HTTPS listener. */
    public static String tableName(ListenerState listener) {
        return listener.key() + PreRoutingFilters.tableSuffix(List.of(listener));
    }

    private static List<ListenerState> http(List<ListenerState> listeners) {
        return listeners.stream()
                .filter(listener -> listener.protocol().orElseThrow() == Protocol.HTTP)
                .toList();
    }

    /**
     * Makes the listener of a port; empty where nothing is to be served there yet.
     *
     * @param listeners those of {@code fleet} on the port that are serving
     * @param streams the routes of a listener that does not speak HTTP, in order of precedence
     * @param telemetry the cluster by which a destination of telemetry is reached; empty: it is not there
     */
    public static Optional<Listener> listener(
            PortKey port,
            FleetMembers fleet,
            List<ListenerState> listeners,
            Function<ListenerKey, List<StreamRoute>> streams,
            Function<ProxyTelemetry.Destination, Optional<String>> telemetry) {
        Observability observability = new Observability(fleet.settings().telemetry(), fleet.name(), telemetry);
        Listener.Builder listener = Listener.newBuilder()
                .setName(port.listenerName())
                .setPerConnectionBufferLimitBytes(Protos.uint32(ChainContext.CONNECTION_BUFFER_BYTES));
        int bound = listeners.getFirst().boundPort();
        if (port.udp()) {
            return udp(
                    listener, fleet, bound, streams.apply(listeners.getFirst().key()));
        }
        listener.setAddress(address(fleet, bound, SocketAddress.Protocol.TCP))
                .addAllAccessLog(observability.listener());
        Set<String> names = new HashSet<>();
        List<FilterChain> chains = new ArrayList<>();
        Optional<FilterChain> fallback = Optional.empty();
        boolean inspect = false;
        for (ListenerState each : listeners) {
            switch (each.protocol().orElseThrow()) {
                case HTTP ->
                    fallback = fallback.or(() -> Optional.of(
                            chain(sharedTableName(port, listeners), port, fleet, http(listeners), observability)
                                    .build()));
                case HTTPS -> {
                    inspect = true;
                    String hostname = each.spec().hostname().orElse(Hostnames.ANY);
                    if (names.add(hostname)) {
                        chains.add(chain(tableName(each), port, fleet, List.of(each), observability)
                                .setFilterChainMatch(bySni(List.of(hostname)))
                                .setTransportSocket(tls(fleet, each, List.of("h2", "http/1.1")))
                                .build());
                    }
                }
                case TCP ->
                    fallback = streams.apply(each.key()).stream()
                            .findFirst()
                            .map(stream -> tcpChain(stream, observability).build());
                case TLS_PASSTHROUGH, TLS_TERMINATE -> {
                    inspect = true;
                    bySpecificity(streams.apply(each.key())).forEach((stream, hostnames) -> {
                        List<String> own = hostnames.stream().filter(names::add).toList();
                        if (!own.isEmpty()) {
                            FilterChain.Builder chain =
                                    tcpChain(stream, observability).setFilterChainMatch(bySni(own));
                            if (each.protocol().get() == Protocol.TLS_TERMINATE) {
                                chain.setTransportSocket(tls(fleet, each, List.of()));
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
        if (inspect) {
            listener.addListenerFilters(ListenerFilter.newBuilder()
                    .setName("envoy.filters.listener.tls_inspector")
                    .setTypedConfig(Protos.any(TlsInspector.getDefaultInstance())));
        }
        return Optional.of(listener.addAllFilterChains(chains).build());
    }

    /** Every address of the family that the fleet's EnvoyProxy asks for. */
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

    /** The hostnames that each route serves: where several claim one, the route whose own hostname is the most specific. */
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
        UdpProxyConfig proxy = UdpProxyConfig.newBuilder()
                .setStatPrefix(stream.name())
                .setMatcher(Matcher.newBuilder()
                        .setOnNoMatch(Matcher.OnMatch.newBuilder()
                                .setAction(TypedExtensionConfig.newBuilder()
                                        .setName("route")
                                        .setTypedConfig(Protos.any(Route.newBuilder()
                                                .setCluster(stream.udpCluster())
                                                .build())))))
                .build();
        return Optional.of(listener.setAddress(address(fleet, bound, SocketAddress.Protocol.UDP))
                .setUdpListenerConfig(UdpListenerConfig.getDefaultInstance())
                .addListenerFilters(ListenerFilter.newBuilder()
                        .setName("envoy.filters.udp_listener.udp_proxy")
                        .setTypedConfig(Protos.any(proxy)))
                .build());
    }

    private static FilterChainMatch bySni(Collection<String> hostnames) {
        FilterChainMatch.Builder match = FilterChainMatch.newBuilder();
        if (!hostnames.contains(Hostnames.ANY)) {
            match.addAllServerNames(hostnames);
        }
        return match.setTransportProtocol("tls").build();
    }

    private static TransportSocket tls(FleetMembers fleet, ListenerState listener, List<String> alpn) {
        CommonTlsContext.Builder common = CommonTlsContext.newBuilder()
                .setTlsParams(
                        TlsParameters.newBuilder().setTlsMinimumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_2))
                .addAllAlpnProtocols(alpn);
        for (ObjectKey certificate : listener.certificates()) {
            common.addTlsCertificateSdsSecretConfigs(
                    ClusterResources.sds(SecretResources.certificateName(certificate)));
        }
        DownstreamTlsContext.Builder context = DownstreamTlsContext.newBuilder();
        int port = listener.spec().port();
        ObjectKey gateway = listener.key().gateway();
        fleet.gateway(gateway)
                .flatMap(state -> state.gateway().spec().frontendTls())
                .flatMap(frontend -> frontend.on(port))
                .ifPresent(validation -> {
                    boolean insecure = validation.mode() == Gateway.ValidationMode.AllowInsecureFallback;
                    CertificateValidationContext.Builder defaults = CertificateValidationContext.newBuilder();
                    if (insecure) {
                        defaults.setTrustChainVerification(
                                CertificateValidationContext.TrustChainVerification.ACCEPT_UNTRUSTED);
                    }
                    context.setRequireClientCertificate(BoolValue.of(!insecure));
                    common.setCombinedValidationContext(
                            CommonTlsContext.CombinedCertificateValidationContext.newBuilder()
                                    .setDefaultValidationContext(defaults)
                                    .setValidationContextSdsSecretConfig(
                                            ClusterResources.sds(SecretResources.frontendName(gateway, port))));
                });
        return TransportSocket.newBuilder()
                .setName(TLS_SOCKET)
                .setTypedConfig(Protos.any(context.setCommonTlsContext(common).build()))
                .build();
    }

    private static FilterChain.Builder tcpChain(StreamRoute stream, Observability observability) {
        TcpProxy.Builder proxy =
                TcpProxy.newBuilder().setStatPrefix(stream.name()).addAllAccessLog(observability.connections());
        List<WeightedTarget> targets =
                stream.targets().stream().filter(target -> target.weight() > 0).toList();
        if (targets.size() <= 1) {
            proxy.setCluster(targets.isEmpty() ? RouteResources.UNRESOLVED : clusterName(targets.getFirst()));
        } else {
            TcpProxy.WeightedCluster.Builder clusters = TcpProxy.WeightedCluster.newBuilder();
            for (WeightedTarget target : targets) {
                clusters.addClusters(TcpProxy.WeightedCluster.ClusterWeight.newBuilder()
                        .setName(clusterName(target))
                        .setWeight(target.weight()));
            }
            proxy.setWeightedClusters(clusters);
        }
        return FilterChain.newBuilder()
                .setName(stream.name())
                .addFilters(Filter.newBuilder()
                        .setName("envoy.filters.network.tcp_proxy")
                        .setTypedConfig(Protos.any(proxy.build())));
    }

    private static String clusterName(WeightedTarget target) {
        return target.target() instanceof Target.Found found ? found.cluster().name() : RouteResources.UNRESOLVED;
    }

    /** @param listeners those whose requests the chain gets */
    private static FilterChain.Builder chain(
            String table,
            PortKey port,
            FleetMembers fleet,
            List<ListenerState> listeners,
            Observability observability) {
        HttpConnectionManager.Builder manager = HttpConnectionManager.newBuilder()
                .setStatPrefix((port.fleet() + "-" + port.port()).replace('/', '-'))
                .setCodecType(HttpConnectionManager.CodecType.AUTO)
                .setRds(Rds.newBuilder().setRouteConfigName(table).setConfigSource(Protos.ADS))
                .setUseRemoteAddress(BoolValue.of(true))
                .setNormalizePath(BoolValue.of(true))
                .setMergeSlashes(true)
                .setPathWithEscapedSlashesAction(
                        HttpConnectionManager.PathWithEscapedSlashesAction.UNESCAPE_AND_REDIRECT)
                .setServerHeaderTransformation(HttpConnectionManager.ServerHeaderTransformation.PASS_THROUGH)
                .setCommonHttpProtocolOptions(HttpProtocolOptions.newBuilder()
                        .setHeadersWithUnderscoresAction(
                                HttpProtocolOptions.HeadersWithUnderscoresAction.REJECT_REQUEST))
                .setHttp2ProtocolOptions(Http2ProtocolOptions.newBuilder()
                        .setMaxConcurrentStreams(Protos.uint32(100))
                        .setInitialStreamWindowSize(Protos.uint32(64 * 1024))
                        .setInitialConnectionWindowSize(Protos.uint32(1024 * 1024)))
                .addUpgradeConfigs(
                        HttpConnectionManager.UpgradeConfig.newBuilder().setUpgradeType("websocket"))
                .addAllAccessLog(observability.requests())
                .addAllHttpFilters(listeners.stream()
                        .flatMap(listener -> PreRoutingFilters.filters(listener).stream())
                        .toList())
                .addAllHttpFilters(FilterChains.onListener(
                        new ChainContext(
                                listeners,
                                fleet.settings().telemetry(),
                                observability.upstream(),
                                PreRoutingFilters.any(listeners)),
                        fleet.settings().filterOrder()));
        observability.tracing().ifPresent(manager::setTracing);
        observability.requestId().ifPresent(manager::setRequestIdExtension);
        return FilterChain.newBuilder()
                .setName(table)
                .addFilters(Filter.newBuilder()
                        .setName("envoy.filters.network.http_connection_manager")
                        .setTypedConfig(Protos.any(manager.build())));
    }
}
