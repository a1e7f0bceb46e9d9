package dev.gatehouse.controller.callout;

import dev.gatehouse.controller.infrastructure.ProxyFiles;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.proto.Upstreams;
import dev.gatehouse.identity.ProcessName;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.BackoffStrategy;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.PathConfigSource;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.core.v3.RetryPolicy;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.SocketOption;
import io.envoyproxy.envoy.config.core.v3.TcpKeepalive;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.time.Duration;
import java.util.Optional;

/**
 * How proxies call the callout services (waf-svc, authz-svc, ratelimit-svc). A service has several replicas behind one DNS name. A call
 * that a replica cannot take, or loses with its connection, is tried at another replica within the deadline of the call.
 */
public final class CalloutResources {
    /**
     * The time limit of an answer of authz-svc or waf-svc. It is long enough for the first answer of a process that
     * just started on a busy node.
     */
    public static final Duration TIMEOUT = Duration.ofSeconds(2);

    /**
     * The time limit of a connection attempt with its TLS handshake: half of {@link #TIMEOUT}, so that another replica
     * can still answer.
     */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    /** A connection counts as lost if its bytes stay unacknowledged for this long: its node is gone. */
    private static final Duration UNACKNOWLEDGED = Duration.ofSeconds(1);

    /** waf-svc must permit pings as often: {@code quarkus.grpc.server.netty.permit-keep-alive-time}. */
    private static final Duration PING_INTERVAL = Duration.ofSeconds(2);

    /** Longer than {@link #TIMEOUT}: a waf-svc that is merely busy fails single messages, not all of its streams. */
    private static final Duration PING_TIMEOUT = Duration.ofSeconds(3);

    private static final int RETRIES = 3;
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(5);

    /**
     * How often a retry looks for a replica that was not tried yet. The balancer prefers a dead replica, which has no requests under
     * way: of two replicas it picks the dead one with a probability of 3/4.
     */
    private static final int HOST_SELECTIONS = 30;

    /** Bounds the concurrent calls. A waf-svc stream stays open while its request waits for a backend. */
    private static final int MAX_REQUESTS = 16_384;

    /** Bounds the concurrent retries. All calls of a replica that dies are retried at the same time. */
    private static final int MAX_RETRIES = 4_096;

    // Numbers of Linux socket options, from netinet/in.h and netinet/tcp.h.
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_USER_TIMEOUT = 18;

    private CalloutResources() {}

    /**
     * Makes the gRPC client settings of a callout service, with the service's name as authority. Envoy's default
     * authority, the cluster's name, contains a "/", which a sidecar in between refuses.
     *
     * @param timeout of a call, its retries included; empty: a stream that lives as long as its request
     */
    public static GrpcService service(String cluster, Optional<Duration> timeout) {
        GrpcService.Builder service = GrpcService.newBuilder()
                .setEnvoyGrpc(GrpcService.EnvoyGrpc.newBuilder()
                        .setClusterName(cluster)
                        .setAuthority(Fleets.service(cluster)))
                .setRetryPolicy(RetryPolicy.newBuilder()
                        .setRetryOn("connect-failure,refused-stream,reset,unavailable")
                        .setNumRetries(Protos.uint32(RETRIES))
                        .setRetryBackOff(BackoffStrategy.newBuilder()
                                .setBaseInterval(Protos.duration(FIRST_BACKOFF))
                                // Envoy uses this timeout for each attempt as well. So a slow replica keeps its call:
                                // only a lost call is given to another replica.
                                .setMaxInterval(Protos.duration(timeout.orElse(TIMEOUT))))
                        .addRetryHostPredicate(RetryPolicy.RetryHostPredicate.newBuilder()
                                .setName("envoy.retry_host_predicates.previous_hosts")
                                .setTypedConfig(Protos.any(PreviousHostsPredicate.getDefaultInstance())))
                        .setHostSelectionRetryMaxAttempts(HOST_SELECTIONS));
        timeout.ifPresent(each -> service.setTimeout(Protos.duration(each)));
        return service.build();
    }

    /**
     * Makes the cluster of a callout service.
     *
     * @param name the name of the cluster and of the service's fleet, such as "gatehouse/waf" for waf-svc
     * @param tls whether the proxy uses mutual TLS, with the certificate that it shows to xds-svc
     */
    public static Cluster cluster(String name, CalloutAddress address, boolean tls) {
        Cluster.Builder cluster = Cluster.newBuilder()
                .setName(name)
                .setConnectTimeout(Protos.duration(CONNECT_TIMEOUT))
                .setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST)
                .putTypedExtensionProtocolOptions(Upstreams.HTTP_OPTIONS, Protos.any(protocol(name)))
                .setCircuitBreakers(CircuitBreakers.newBuilder()
                        .addThresholds(CircuitBreakers.Thresholds.newBuilder()
                                .setMaxRequests(Protos.uint32(MAX_REQUESTS))
                                .setMaxRetries(Protos.uint32(MAX_RETRIES))))
                .setLoadAssignment(ClusterLoadAssignment.newBuilder()
                        .setClusterName(name)
                        .addEndpoints(
                                LocalityLbEndpoints.newBuilder().addLbEndpoints(Upstreams.endpoint(address(address)))));
        if (address.isSocket()) {
            // The socket is in the proxy's pod. The permissions of its file protect it, so it needs no TLS.
            return cluster.setType(Cluster.DiscoveryType.STATIC).build();
        }
        cluster.setType(Cluster.DiscoveryType.STRICT_DNS)
                .setDnsLookupFamily(Cluster.DnsLookupFamily.V4_PREFERRED)
                .setOutlierDetection(deadReplicas());
        if (tls) {
            cluster.setTransportSocket(socket(new ProcessName.Service(Fleets.service(name))));
            detectLostNodes(cluster);
        }
        return cluster.build();
    }

    /**
     * A call of waf-svc has no time limit, since its stream lives as long as its request. Envoy limits the time of a
     * message, but not on routes that stream bodies in full duplex. Pings find a waf-svc that hangs, and end its
     * streams.
     */
    private static HttpProtocolOptions protocol(String name) {
        HttpProtocolOptions.Builder options = Upstreams.http2().toBuilder();
        if (name.equals(Fleets.WAF)) {
            options.getExplicitHttpConfigBuilder()
                    .getHttp2ProtocolOptionsBuilder()
                    .setConnectionKeepalive(KeepaliveSettings.newBuilder()
                            .setInterval(Protos.duration(PING_INTERVAL))
                            .setTimeout(Protos.duration(PING_TIMEOUT)));
        }
        return options.build();
    }

    private static Address address(CalloutAddress address) {
        return address.isSocket()
                ? Address.newBuilder()
                        .setPipe(Pipe.newBuilder().setPath(address.host()))
                        .build()
                : Protos.address(address.host(), address.port(), SocketAddress.Protocol.TCP);
    }

    /**
     * A replica that cannot be reached is left alone for a moment, until DNS says that it is gone. Only failed
     * connections count, not answers with an error. At least half of the replicas stay in use, since a replica that
     * looks dead may be slow.
     */
    private static OutlierDetection deadReplicas() {
        return OutlierDetection.newBuilder()
                .setSplitExternalLocalOriginErrors(true)
                .setConsecutiveLocalOriginFailure(Protos.uint32(3))
                .setEnforcingConsecutiveLocalOriginFailure(Protos.uint32(100))
                .setInterval(Protos.duration(Duration.ofSeconds(1)))
                .setBaseEjectionTime(Protos.duration(Duration.ofSeconds(1)))
                .setMaxEjectionTime(Protos.duration(Duration.ofSeconds(3)))
                .setMaxEjectionPercent(Protos.uint32(50))
                .setEnforcingConsecutive5Xx(Protos.uint32(0))
                .setEnforcingConsecutiveGatewayFailure(Protos.uint32(0))
                .setEnforcingSuccessRate(Protos.uint32(0))
                .setEnforcingLocalOriginSuccessRate(Protos.uint32(0))
                .build();
    }

    /** A node that is gone sends no reset: the kernel gives up on its connections, busy and idle ones. */
    private static void detectLostNodes(Cluster.Builder cluster) {
        cluster.setUpstreamBindConfig(BindConfig.newBuilder()
                        .addSocketOptions(SocketOption.newBuilder()
                                .setDescription("TCP_USER_TIMEOUT")
                                .setLevel(IPPROTO_TCP)
                                .setName(TCP_USER_TIMEOUT)
                                .setIntValue(UNACKNOWLEDGED.toMillis())
                                .setState(SocketOption.SocketState.STATE_PREBIND)))
                .setUpstreamConnectionOptions(UpstreamConnectionOptions.newBuilder()
                        .setTcpKeepalive(TcpKeepalive.newBuilder()
                                .setKeepaliveTime(Protos.uint32(5))
                                .setKeepaliveInterval(Protos.uint32(1))
                                .setKeepaliveProbes(Protos.uint32(2))));
    }

    private static TransportSocket socket(ProcessName service) {
        CommonTlsContext common = CommonTlsContext.newBuilder()
                .setTlsParams(TlsParameters.newBuilder()
                        .setTlsMinimumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_3)
                        // Envoy's default maximum for clients is TLS 1.2.
                        .setTlsMaximumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_3))
                .addTlsCertificateSdsSecretConfigs(SdsSecretConfig.newBuilder()
                        .setName(ProxyFiles.CERTIFICATE)
                        .setSdsConfig(file(ProxyFiles.CERTIFICATE_PATH)))
                .setCombinedValidationContext(CommonTlsContext.CombinedCertificateValidationContext.newBuilder()
                        .setDefaultValidationContext(CertificateValidationContext.newBuilder()
                                .addMatchTypedSubjectAltNames(Upstreams.altName(
                                        SubjectAltNameMatcher.SanType.URI,
                                        service.uri().toString())))
                        .setValidationContextSdsSecretConfig(SdsSecretConfig.newBuilder()
                                .setName(ProxyFiles.TRUSTED_CA)
                                .setSdsConfig(file(ProxyFiles.TRUSTED_CA_PATH))))
                .build();
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.tls")
                .setTypedConfig(Protos.any(UpstreamTlsContext.newBuilder()
                        .setCommonTlsContext(common)
                        .build()))
                .build();
    }

    private static ConfigSource file(String path) {
        return ConfigSource.newBuilder()
                .setResourceApiVersion(ApiVersion.V3)
                .setPathConfigSource(PathConfigSource.newBuilder().setPath(path))
                .build();
    }
}
