package dev.gatehouse.controller.envoy.cluster;

import com.google.protobuf.DoubleValue;
import com.google.protobuf.UInt32Value;
import dev.gatehouse.controller.backend.ClusterSettings;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.proto.Upstreams;
import dev.gatehouse.gatewayapi.traffic.BackendSettings;
import dev.gatehouse.gatewayapi.traffic.BackendSettings.Dns;
import dev.gatehouse.gatewayapi.traffic.BackendSettings.ProxyProtocol;
import dev.gatehouse.gatewayapi.traffic.BackendSettings.TcpKeepalive;
import dev.gatehouse.gatewayapi.traffic.CircuitBreaker;
import dev.gatehouse.gatewayapi.traffic.HealthCheck;
import dev.gatehouse.gatewayapi.traffic.Http2;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.config.core.v3.SocketOption;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.v3.Percent;
import java.util.List;
import java.util.Optional;

/** Applies settings to a cluster. A cluster without settings stays unchanged. */
public final class ClusterTuning {
    /**
     * The most concurrent retries, as many as requests. With Envoy's default of 3 most retries would be dropped just
     * when a backend's pods restart.
     */
    private static final int RETRIES = 1024;

    /** Numbers of Linux socket options. */
    private static final int SOL_SOCKET = 1;

    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;

    private ClusterTuning() {}

    /**
     * Applies all settings except the transport and the protocol.
     *
     * @param checks the log of health check outcomes, unless a check has its own
     */
    public static void apply(ClusterSpec spec, Optional<HealthCheck.Log> checks, Cluster.Builder cluster) {
        ClusterSettings settings = spec.settings();
        BackendSettings backend = settings.backend();
        settings.statName().ifPresent(cluster::setAltStatName);
        backend.loadBalancer().filter(_ -> spec.resolved().isEmpty()).ifPresent(balancer -> {
            // Envoy refuses a cluster with both forms of the load balancing policy.
            cluster.clearLbPolicy()
                    .setLoadBalancingPolicy(
                            LoadBalancing.policy(balancer, spec.endpoints().zoned()));
            cluster.getCommonLbConfigBuilder().clearLocalityConfigSpecifier();
        });
        backend.healthCheck().ifPresent(check -> {
            check.active()
                    .filter(active -> canCheck(spec, active))
                    .map(active -> HealthChecks.active(active, checks))
                    .ifPresent(cluster::addHealthChecks);
            check.passive().map(HealthChecks::passive).ifPresent(cluster::setOutlierDetection);
            check.panicThreshold()
                    .ifPresent(percent -> cluster.getCommonLbConfigBuilder()
                            .setHealthyPanicThreshold(Percent.newBuilder().setValue(percent)));
        });
        cluster.setCircuitBreakers(circuitBreakers(backend.circuitBreaker()));
        backend.timeouts().connect().map(Protos::duration).ifPresent(cluster::setConnectTimeout);
        backend.tcpKeepalive()
                .map(ClusterTuning::keepalive)
                .ifPresent(keepalive -> cluster.setUpstreamConnectionOptions(
                        UpstreamConnectionOptions.newBuilder().setTcpKeepalive(keepalive)));
        connection(backend.connection(), cluster);
        if (cluster.getType() == Cluster.DiscoveryType.STRICT_DNS) {
            backend.dns().ifPresent(dns -> dns(dns, cluster));
        }
    }

    private static boolean canCheck(ClusterSpec spec, HealthCheck.Active check) {
        // A backend of type DynamicResolver has no health checks: a host that a client named once would be called again
        // and again, even a host that no client may reach.
        return spec.resolved().isEmpty() && canBeAsked(spec, check);
    }

    /** True if the check can run. A gRPC check needs an HTTP/2 backend: Envoy refuses a cluster with another protocol. */
    private static boolean canBeAsked(ClusterSpec spec, HealthCheck.Active check) {
        return !(check.checker() instanceof HealthCheck.Checker.Grpc)
                || spec.protocol() == ClusterSpec.Protocol.HTTP2
                || spec.settings().useClientProtocol();
    }

    private static void connection(BackendSettings.Connection connection, Cluster.Builder cluster) {
        connection.bufferBytes().ifPresent(bytes -> cluster.setPerConnectionBufferLimitBytes(UInt32Value.of(bytes)));
        connection
                .socketBufferBytes()
                .ifPresent(bytes -> cluster.setUpstreamBindConfig(BindConfig.newBuilder()
                        .addSocketOptions(option(SO_SNDBUF, bytes))
                        .addSocketOptions(option(SO_RCVBUF, bytes))));
        if (connection.perEndpointPercent().isPresent()
                || connection.predictivePercent().isPresent()) {
            Cluster.PreconnectPolicy.Builder preconnect = Cluster.PreconnectPolicy.newBuilder();
            connection
                    .perEndpointPercent()
                    .ifPresent(percent -> preconnect.setPerUpstreamPreconnectRatio(DoubleValue.of(percent / 100.0)));
            connection
                    .predictivePercent()
                    .ifPresent(percent -> preconnect.setPredictivePreconnectRatio(DoubleValue.of(percent / 100.0)));
            cluster.setPreconnectPolicy(preconnect);
        }
    }

    private static SocketOption option(int name, int bytes) {
        return SocketOption.newBuilder()
                .setLevel(SOL_SOCKET)
                .setName(name)
                .setIntValue(Integer.toUnsignedLong(bytes))
                .setState(SocketOption.SocketState.STATE_PREBIND)
                .build();
    }

    private static void dns(Dns dns, Cluster.Builder cluster) {
        dns.refreshRate().map(Protos::duration).ifPresent(cluster::setDnsRefreshRate);
        cluster.setRespectDnsTtl(dns.respectTtl());
        dns.lookupFamily().map(ClusterTuning::family).ifPresent(cluster::setDnsLookupFamily);
    }

    static Cluster.DnsLookupFamily family(Dns.LookupFamily family) {
        return switch (family) {
            case IPv4 -> Cluster.DnsLookupFamily.V4_ONLY;
            case IPv6 -> Cluster.DnsLookupFamily.V6_ONLY;
            case IPv4Preferred -> Cluster.DnsLookupFamily.V4_PREFERRED;
            case IPv6Preferred -> Cluster.DnsLookupFamily.AUTO;
            case IPv4AndIPv6 -> Cluster.DnsLookupFamily.ALL;
        };
    }

    private static io.envoyproxy.envoy.config.core.v3.TcpKeepalive keepalive(TcpKeepalive settings) {
        io.envoyproxy.envoy.config.core.v3.TcpKeepalive.Builder keepalive =
                io.envoyproxy.envoy.config.core.v3.TcpKeepalive.newBuilder();
        settings.probes().ifPresent(probes -> keepalive.setKeepaliveProbes(UInt32Value.of(probes)));
        settings.idleTime().ifPresent(time -> keepalive.setKeepaliveTime(UInt32Value.of((int) time.toSeconds())));
        settings.interval()
                .ifPresent(interval -> keepalive.setKeepaliveInterval(UInt32Value.of((int) interval.toSeconds())));
        return keepalive.build();
    }

    private static CircuitBreakers circuitBreakers(Optional<CircuitBreaker> settings) {
        CircuitBreakers.Builder breakers = CircuitBreakers.newBuilder();
        CircuitBreakers.Thresholds.Builder thresholds =
                CircuitBreakers.Thresholds.newBuilder().setMaxRetries(UInt32Value.of(RETRIES));
        settings.ifPresent(breaker -> {
            thresholds
                    .setMaxConnections(UInt32Value.of(breaker.maxConnections()))
                    .setMaxPendingRequests(UInt32Value.of(breaker.maxPendingRequests()))
                    .setMaxRequests(UInt32Value.of(breaker.maxParallelRequests()))
                    .setMaxRetries(UInt32Value.of(breaker.maxParallelRetries()));
            breaker.retryBudget()
                    .ifPresent(budget -> thresholds.setRetryBudget(CircuitBreakers.Thresholds.RetryBudget.newBuilder()
                            .setBudgetPercent(
                                    Percent.newBuilder().setValue(budget.share().percent()))
                            .setMinRetryConcurrency(UInt32Value.of(budget.minConcurrency()))));
            breaker.maxConnectionsPerEndpoint()
                    .ifPresent(most -> breakers.addPerHostThresholds(
                            CircuitBreakers.Thresholds.newBuilder().setMaxConnections(UInt32Value.of(most))));
        });
        return breakers.addThresholds(thresholds).build();
    }

    /**
     * The HTTP options of the backend; empty: HTTP/1.1 with Envoy's defaults.
     *
     * @param negotiated true if the TLS handshake selects the HTTP version
     */
    public static Optional<HttpProtocolOptions> http(ClusterSpec spec, boolean negotiated) {
        ClusterSettings settings = spec.settings();
        boolean http2 = spec.protocol() == ClusterSpec.Protocol.HTTP2;
        HttpProtocolOptions.Builder options = HttpProtocolOptions.newBuilder();
        var common = io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.newBuilder();
        settings.backend().timeouts().connectionIdle().map(Protos::duration).ifPresent(common::setIdleTimeout);
        settings.backend()
                .timeouts()
                .maxConnectionDuration()
                .map(Protos::duration)
                .ifPresent(common::setMaxConnectionDuration);
        settings.backend().timeouts().maxStream().map(Protos::duration).ifPresent(common::setMaxStreamDuration);
        settings.backend()
                .circuitBreaker()
                .map(CircuitBreaker::maxRequestsPerConnection)
                .ifPresent(most ->
                        most.ifPresent(requests -> common.setMaxRequestsPerConnection(UInt32Value.of(requests))));
        List<HttpFilter> filters = UpstreamFilters.of(spec);
        boolean requestNames = spec.tls().stream().anyMatch(tls -> tls.sni() instanceof ClusterSpec.Sni.OfRequest);
        boolean any = http2 || negotiated || requestNames || settings.useClientProtocol() || !filters.isEmpty();
        // Without explicit options Envoy would use each host's own name as SNI, whatever the TLS settings say.
        any |= spec.resolved().isPresent();
        if (requestNames) {
            options.setUpstreamHttpProtocolOptions(UpstreamHttpProtocolOptions.newBuilder()
                    .setAutoSni(true)
                    .setAutoSanValidation(Resolvers.verifiesHosts(spec)));
        }
        Http1ProtocolOptions http1Options = http1(settings.http1());
        any |= !http1Options.equals(Http1ProtocolOptions.getDefaultInstance());
        if (!common.build().equals(common.getDefaultInstanceForType())) {
            options.setCommonHttpProtocolOptions(common);
            any = true;
        }
        if (!any) {
            return Optional.empty();
        }
        Http2ProtocolOptions http2Options = http2(settings.backend().http2());
        if (settings.useClientProtocol()) {
            options.setUseDownstreamProtocolConfig(HttpProtocolOptions.UseDownstreamHttpConfig.newBuilder()
                    .setHttpProtocolOptions(http1Options)
                    .setHttp2ProtocolOptions(http2Options));
        } else if (negotiated) {
            options.setAutoConfig(HttpProtocolOptions.AutoHttpConfig.newBuilder()
                    .setHttpProtocolOptions(http1Options)
                    .setHttp2ProtocolOptions(http2Options));
        } else if (http2) {
            options.setExplicitHttpConfig(
                    HttpProtocolOptions.ExplicitHttpConfig.newBuilder().setHttp2ProtocolOptions(http2Options));
        } else {
            options.setExplicitHttpConfig(
                    HttpProtocolOptions.ExplicitHttpConfig.newBuilder().setHttpProtocolOptions(http1Options));
        }
        return Optional.of(options.addAllHttpFilters(filters).build());
    }

    private static Http1ProtocolOptions http1(ClusterSettings.Http1 settings) {
        Http1ProtocolOptions.Builder options = Http1ProtocolOptions.newBuilder().setEnableTrailers(settings.trailers());
        if (settings.preserveHeaderCase()) {
            options.setHeaderKeyFormat(Http1ProtocolOptions.HeaderKeyFormat.newBuilder()
                    .setStatefulFormatter(
                            Protos.extension("preserve_case", PreserveCaseFormatterConfig.getDefaultInstance())));
        }
        return options.build();
    }

    private static Http2ProtocolOptions http2(Optional<Http2> settings) {
        Http2ProtocolOptions.Builder options =
                Upstreams.http2().getExplicitHttpConfig().getHttp2ProtocolOptions().toBuilder();
        settings.ifPresent(http2 -> {
            http2.streamWindowBytes().ifPresent(bytes -> options.setInitialStreamWindowSize(UInt32Value.of(bytes)));
            http2.connectionWindowBytes()
                    .ifPresent(bytes -> options.setInitialConnectionWindowSize(UInt32Value.of(bytes)));
            http2.maxConcurrentStreams().ifPresent(streams -> options.setMaxConcurrentStreams(UInt32Value.of(streams)));
            http2.resetStreamOnError()
                    .ifPresent(reset -> options.setOverrideStreamErrorOnInvalidHttpMessage(
                            com.google.protobuf.BoolValue.of(reset)));
            http2.keepalive().map(ClusterTuning::pings).ifPresent(options::setConnectionKeepalive);
        });
        return options.build();
    }

    private static KeepaliveSettings pings(Http2.Keepalive settings) {
        KeepaliveSettings.Builder pings = KeepaliveSettings.newBuilder();
        settings.interval().map(Protos::duration).ifPresent(pings::setInterval);
        settings.timeout().map(Protos::duration).ifPresent(pings::setTimeout);
        settings.intervalJitterPercent()
                .ifPresent(
                        percent -> pings.setIntervalJitter(Percent.newBuilder().setValue(percent)));
        settings.idleInterval().map(Protos::duration).ifPresent(pings::setConnectionIdleInterval);
        return pings.build();
    }

    /** Wraps {@code socket} in the PROXY protocol if the settings require it. */
    public static TransportSocket transport(ClusterSettings settings, TransportSocket socket) {
        Optional<ProxyProtocol> protocol = settings.backend().proxyProtocol();
        if (protocol.isEmpty()) {
            return socket;
        }
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.upstream_proxy_protocol")
                .setTypedConfig(Protos.any(ProxyProtocolUpstreamTransport.newBuilder()
                        .setConfig(ProxyProtocolConfig.newBuilder()
                                .setVersion(
                                        switch (protocol.get()) {
                                            case V1 -> ProxyProtocolConfig.Version.V1;
                                            case V2 -> ProxyProtocolConfig.Version.V2;
                                        }))
                        .setTransportSocket(socket)
                        .build()))
                .build();
    }

    /** True if {@code settings} wrap the transport. */
    public static boolean wrapsTransport(ClusterSettings settings) {
        return settings.backend().proxyProtocol().isPresent();
    }
}
