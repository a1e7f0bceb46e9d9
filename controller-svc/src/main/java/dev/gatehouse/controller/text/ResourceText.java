package dev.gatehouse.controller.text;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.api.waf.v1.WafPolicy;
import dev.gatehouse.envoyapi.TypeUrls;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.trace.v3.DatadogConfig;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.config.trace.v3.ZipkinConfig;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor;
import io.envoyproxy.envoy.extensions.filters.http.grpc_stats.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimit;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSession;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.filters.udp.udp_proxy.v3.Route;
import io.envoyproxy.envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig;
import io.envoyproxy.envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState;
import io.envoyproxy.envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState;
import io.envoyproxy.envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.samplers.v3.AlwaysOnSamplerConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.samplers.v3.ParentBasedSamplerConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.samplers.v3.TraceIdRatioBasedSamplerConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Resources as text, with what is packed in them, and without private keys. */
public final class ResourceText {
    private static final String REDACTED = "(redacted)";

    /** The short names of the types, as the command line has them. */
    private static final Map<String, String> TYPES = Map.of(
            TypeUrls.LISTENER, "listener",
            TypeUrls.ROUTES, "route",
            TypeUrls.CLUSTER, "cluster",
            TypeUrls.ENDPOINTS, "endpoint",
            TypeUrls.SECRET, "secret",
            TypeUrls.RATE_LIMIT, "ratelimit",
            TypeUrls.WAF, "waf",
            TypeUrls.ACCESS, "access");

    private static final List<Descriptor> PACKED = List.of(
            Listener.getDescriptor(),
            RouteConfiguration.getDescriptor(),
            Cluster.getDescriptor(),
            ClusterLoadAssignment.getDescriptor(),
            Secret.getDescriptor(),
            RateLimitConfig.getDescriptor(),
            WafPolicy.getDescriptor(),
            AccessPolicy.getDescriptor(),
            StdoutAccessLog.getDescriptor(),
            Cors.getDescriptor(),
            CorsPolicy.getDescriptor(),
            ExtAuthz.getDescriptor(),
            ExtAuthzPerRoute.getDescriptor(),
            ExternalProcessor.getDescriptor(),
            ExtProcPerRoute.getDescriptor(),
            RateLimit.getDescriptor(),
            RateLimitPerRoute.getDescriptor(),
            Router.getDescriptor(),
            StatefulSession.getDescriptor(),
            StatefulSessionPerRoute.getDescriptor(),
            CookieBasedSessionState.getDescriptor(),
            HeaderBasedSessionState.getDescriptor(),
            TlsInspector.getDescriptor(),
            HttpConnectionManager.getDescriptor(),
            TcpProxy.getDescriptor(),
            UdpProxyConfig.getDescriptor(),
            Route.getDescriptor(),
            DownstreamTlsContext.getDescriptor(),
            RawBuffer.getDescriptor(),
            UpstreamTlsContext.getDescriptor(),
            HttpProtocolOptions.getDescriptor(),
            FileAccessLog.getDescriptor(),
            ExpressionFilter.getDescriptor(),
            HttpGrpcAccessLogConfig.getDescriptor(),
            TcpGrpcAccessLogConfig.getDescriptor(),
            OpenTelemetryAccessLogConfig.getDescriptor(),
            OpenTelemetryConfig.getDescriptor(),
            ZipkinConfig.getDescriptor(),
            DatadogConfig.getDescriptor(),
            UuidRequestIdConfig.getDescriptor(),
            StaticConfigResourceDetectorConfig.getDescriptor(),
            AlwaysOnSamplerConfig.getDescriptor(),
            ParentBasedSamplerConfig.getDescriptor(),
            TraceIdRatioBasedSamplerConfig.getDescriptor(),
            FilterConfig.getDescriptor());

    private final JsonFormat.Printer printer = JsonFormat.printer()
            .usingTypeRegistry(TypeRegistry.newBuilder().add(PACKED).build());

    /** The short name of a type URL: "listener". */
    public static String typeName(String typeUrl) {
        return TYPES.getOrDefault(typeUrl, typeUrl);
    }

    /** The short names of all types. */
    public static List<String> typeNames() {
        return TYPES.values().stream().sorted().toList();
    }

    /** The type URL with that short name. */
    public static Optional<String> typeUrl(String name) {
        return TYPES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(name))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** The resource in protobuf's JSON form. */
    public String json(Message resource) {
        try {
            return printer.print(resource instanceof Secret secret ? redacted(secret) : resource);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a packed type is not registered: " + e.getMessage(), e);
        }
    }

    private static Secret redacted(Secret secret) {
        if (!secret.hasTlsCertificate()) {
            return secret;
        }
        return secret.toBuilder()
                .setTlsCertificate(secret.getTlsCertificate().toBuilder()
                        .setPrivateKey(DataSource.newBuilder().setInlineString(REDACTED)))
                .build();
    }
}
