package dev.gatehouse.controller.proto;

import com.github.xds.type.matcher.v3.CelMatcher;
import com.github.xds.type.matcher.v3.HttpAttributesCelMatchInput;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.api.envoy.matcher.v3.HttpResponseLocalReplyMatchInput;
import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.api.waf.v1.WafPolicy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.rbac.v3.Action;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.config.trace.v3.DatadogConfig;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.config.trace.v3.ZipkinConfig;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig;
import io.envoyproxy.envoy.extensions.common.matching.v3.ExtensionWithMatcher;
import io.envoyproxy.envoy.extensions.common.matching.v3.ExtensionWithMatcherPerRoute;
import io.envoyproxy.envoy.extensions.compression.brotli.compressor.v3.Brotli;
import io.envoyproxy.envoy.extensions.compression.gzip.compressor.v3.Gzip;
import io.envoyproxy.envoy.extensions.compression.zstd.compressor.v3.Zstd;
import io.envoyproxy.envoy.extensions.filters.common.matcher.action.v3.SkipFilter;
import io.envoyproxy.envoy.extensions.filters.http.admission_control.v3.AdmissionControl;
import io.envoyproxy.envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.Buffer;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.BufferPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.compressor.v3.Compressor;
import io.envoyproxy.envoy.extensions.filters.http.compressor.v3.CompressorPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.credential_injector.v3.CredentialInjector;
import io.envoyproxy.envoy.extensions.filters.http.csrf.v3.CsrfPolicy;
import io.envoyproxy.envoy.extensions.filters.http.custom_response.v3.CustomResponse;
import io.envoyproxy.envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.geoip.v3.Geoip;
import io.envoyproxy.envoy.extensions.filters.http.grpc_stats.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.grpc_web.v3.GrpcWeb;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheck;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.lua.v3.Lua;
import io.envoyproxy.envoy.extensions.filters.http.lua.v3.LuaPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimit;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.http.set_filter_state.v3.Config;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSession;
import io.envoyproxy.envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec;
import io.envoyproxy.envoy.extensions.filters.http.wasm.v3.Wasm;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.filters.udp.udp_proxy.v3.Route;
import io.envoyproxy.envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig;
import io.envoyproxy.envoy.extensions.geoip_providers.maxmind.v3.MaxMindConfig;
import io.envoyproxy.envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink;
import io.envoyproxy.envoy.extensions.http.custom_response.local_response_policy.v3.LocalResponsePolicy;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig;
import io.envoyproxy.envoy.extensions.http.injected_credentials.generic.v3.Generic;
import io.envoyproxy.envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig;
import io.envoyproxy.envoy.extensions.http.original_ip_detection.xff.v3.XffConfig;
import io.envoyproxy.envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState;
import io.envoyproxy.envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState;
import io.envoyproxy.envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.SourceIPInput;
import io.envoyproxy.envoy.extensions.matching.input_matchers.ip.v3.Ip;
import io.envoyproxy.envoy.extensions.matching.input_matchers.metadata.v3.Metadata;
import io.envoyproxy.envoy.extensions.rbac.matchers.upstream_ip_port.v3.UpstreamIpPortMatcher;
import io.envoyproxy.envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.samplers.v3.AlwaysOnSamplerConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.samplers.v3.ParentBasedSamplerConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.samplers.v3.TraceIdRatioBasedSamplerConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpResponseHeaderMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpResponseStatusCodeMatchInput;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The message types of resources and of messages packed in them as Any. */
public final class PackedTypes {
    /** An instance of each type. */
    public static final List<Message> ALL = List.of(
            Listener.getDefaultInstance(),
            RouteConfiguration.getDefaultInstance(),
            VirtualHost.getDefaultInstance(),
            Cluster.getDefaultInstance(),
            ClusterLoadAssignment.getDefaultInstance(),
            Secret.getDefaultInstance(),
            RateLimitConfig.getDefaultInstance(),
            WafPolicy.getDefaultInstance(),
            AccessPolicy.getDefaultInstance(),
            StdoutAccessLog.getDefaultInstance(),
            Cors.getDefaultInstance(),
            CorsPolicy.getDefaultInstance(),
            ExtAuthz.getDefaultInstance(),
            ExtAuthzPerRoute.getDefaultInstance(),
            ExternalProcessor.getDefaultInstance(),
            ExtProcPerRoute.getDefaultInstance(),
            Wasm.getDefaultInstance(),
            DynamicModuleFilter.getDefaultInstance(),
            ExtensionWithMatcher.getDefaultInstance(),
            ExtensionWithMatcherPerRoute.getDefaultInstance(),
            SkipFilter.getDefaultInstance(),
            StringValue.getDefaultInstance(),
            Lua.getDefaultInstance(),
            LuaPerRoute.getDefaultInstance(),
            RateLimit.getDefaultInstance(),
            RateLimitPerRoute.getDefaultInstance(),
            Router.getDefaultInstance(),
            StatefulSession.getDefaultInstance(),
            StatefulSessionPerRoute.getDefaultInstance(),
            CookieBasedSessionState.getDefaultInstance(),
            HeaderBasedSessionState.getDefaultInstance(),
            TlsInspector.getDefaultInstance(),
            HttpConnectionManager.getDefaultInstance(),
            TcpProxy.getDefaultInstance(),
            UdpProxyConfig.getDefaultInstance(),
            Route.getDefaultInstance(),
            DownstreamTlsContext.getDefaultInstance(),
            RawBuffer.getDefaultInstance(),
            UpstreamTlsContext.getDefaultInstance(),
            HttpProtocolOptions.getDefaultInstance(),
            PreviousHostsPredicate.getDefaultInstance(),
            FileAccessLog.getDefaultInstance(),
            ExpressionFilter.getDefaultInstance(),
            HttpGrpcAccessLogConfig.getDefaultInstance(),
            TcpGrpcAccessLogConfig.getDefaultInstance(),
            OpenTelemetryAccessLogConfig.getDefaultInstance(),
            OpenTelemetryConfig.getDefaultInstance(),
            ZipkinConfig.getDefaultInstance(),
            DatadogConfig.getDefaultInstance(),
            UuidRequestIdConfig.getDefaultInstance(),
            StaticConfigResourceDetectorConfig.getDefaultInstance(),
            AlwaysOnSamplerConfig.getDefaultInstance(),
            ParentBasedSamplerConfig.getDefaultInstance(),
            TraceIdRatioBasedSamplerConfig.getDefaultInstance(),
            ConnectionLimit.getDefaultInstance(),
            ProxyProtocol.getDefaultInstance(),
            HealthCheck.getDefaultInstance(),
            GrpcWeb.getDefaultInstance(),
            HeaderMutation.getDefaultInstance(),
            PreserveCaseFormatterConfig.getDefaultInstance(),
            CustomHeaderConfig.getDefaultInstance(),
            XffConfig.getDefaultInstance(),
            QuicDownstreamTransport.getDefaultInstance(),
            io.envoyproxy.envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation
                    .getDefaultInstance(),
            FilterConfig.getDefaultInstance(),
            io.envoyproxy.envoy.config.route.v3.FilterConfig.getDefaultInstance(),
            ClusterConfig.getDefaultInstance(),
            io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig.getDefaultInstance(),
            io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3.PerRouteConfig.getDefaultInstance(),
            io.envoyproxy.envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig
                    .getDefaultInstance(),
            Config.getDefaultInstance(),
            UpstreamIpPortMatcher.getDefaultInstance(),
            Geoip.getDefaultInstance(),
            MaxMindConfig.getDefaultInstance(),
            CsrfPolicy.getDefaultInstance(),
            JwtAuthentication.getDefaultInstance(),
            PerRouteConfig.getDefaultInstance(),
            RBAC.getDefaultInstance(),
            RBACPerRoute.getDefaultInstance(),
            io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.getDefaultInstance(),
            Action.getDefaultInstance(),
            HttpRequestHeaderMatchInput.getDefaultInstance(),
            HttpAttributesCelMatchInput.getDefaultInstance(),
            CelMatcher.getDefaultInstance(),
            SourceIPInput.getDefaultInstance(),
            DynamicMetadataInput.getDefaultInstance(),
            Ip.getDefaultInstance(),
            Metadata.getDefaultInstance(),
            Brotli.getDefaultInstance(),
            Gzip.getDefaultInstance(),
            Zstd.getDefaultInstance(),
            AdmissionControl.getDefaultInstance(),
            BandwidthLimit.getDefaultInstance(),
            Buffer.getDefaultInstance(),
            BufferPerRoute.getDefaultInstance(),
            Compressor.getDefaultInstance(),
            CompressorPerRoute.getDefaultInstance(),
            CustomResponse.getDefaultInstance(),
            HTTPFault.getDefaultInstance(),
            LocalRateLimit.getDefaultInstance(),
            UpstreamCodec.getDefaultInstance(),
            CredentialInjector.getDefaultInstance(),
            Generic.getDefaultInstance(),
            HealthCheckEventFileSink.getDefaultInstance(),
            LocalResponsePolicy.getDefaultInstance(),
            ClientSideWeightedRoundRobin.getDefaultInstance(),
            LeastRequest.getDefaultInstance(),
            Maglev.getDefaultInstance(),
            OverrideHost.getDefaultInstance(),
            Random.getDefaultInstance(),
            RoundRobin.getDefaultInstance(),
            WrrLocality.getDefaultInstance(),
            PreviousPrioritiesConfig.getDefaultInstance(),
            ProxyProtocolUpstreamTransport.getDefaultInstance(),
            HttpResponseHeaderMatchInput.getDefaultInstance(),
            HttpResponseStatusCodeMatchInput.getDefaultInstance(),
            HttpResponseLocalReplyMatchInput.getDefaultInstance());

    /**
     * The types by the last part of their names. The lookup avoids descriptors: getting a message's descriptor builds
     * the descriptors of all files that it depends on, and most programs use only a few of these types.
     */
    private static final Map<String, List<Message>> BY_SIMPLE_NAME =
            ALL.stream().collect(Collectors.groupingBy(each -> each.getClass().getSimpleName()));

    private PackedTypes() {}

    /** Finds the type with the given full name, such as "envoy.extensions.filters.http.cors.v3.Cors". */
    public static Optional<Message> find(String fullName) {
        return BY_SIMPLE_NAME.getOrDefault(fullName.substring(fullName.lastIndexOf('.') + 1), List.of()).stream()
                .filter(each -> each.getDescriptorForType().getFullName().equals(fullName))
                .findFirst();
    }
}
