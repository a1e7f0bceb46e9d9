package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import dev.gatehouse.controller.callout.CalloutResources;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.policy.EffectivePolicies;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.WafPolicy;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ExtProcOverrides;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.MetadataOptions;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Sends requests and responses to waf-svc, as a WAFPolicy says. */
public final class WafFilter implements ChainFilter {
    /** Envoy's name of the filter. */
    public static final String NAME = "envoy.filters.http.ext_proc/waf";

    /** The longest message timeout that waf-svc may request, for a large body. */
    private static final Duration LARGE_BODY_TIMEOUT = Duration.ofSeconds(60);

    private static final String POLICY = "x-gatehouse-waf-policy";
    private static final String PROTOCOL = "x-gatehouse-waf-protocol";
    private static final String BUFFER_BYTES = "x-gatehouse-waf-buffer-bytes";

    /** The bytes that Envoy buffers above the WAF's own limit, so that the WAF detects a body that is too long. */
    private static final long BODY_SLACK_BYTES = 64 * 1024;

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(chain.forPolicies(NAME, inspection()));
    }

    @Override
    public Map<String, Message> switchedOff(FilterNeeds needs) {
        return Map.of(NAME, ExtProcPerRoute.newBuilder().setDisabled(true).build());
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return route.policies()
                .waf()
                .<Map<String, Message>>map(
                        waf -> Map.of(NAME, enforcing(waf, route.rule().grpc(), withoutBackend(route))))
                .orElse(Map.of());
    }

    private static OptionalLong withoutBackend(RouteContext route) {
        return route.hasBackend()
                ? OptionalLong.empty()
                : OptionalLong.of(route.connectionBytes().getAsLong());
    }

    /** Makes the filter that calls waf-svc. */
    public static ExternalProcessor inspection() {
        return ExternalProcessor.newBuilder()
                // The call has no timeout, since its stream lives as long as the request. Each message has a timeout.
                .setGrpcService(CalloutResources.service(Fleets.WAF, Optional.empty()))
                .setMessageTimeout(Protos.duration(CalloutResources.TIMEOUT))
                .setMaxMessageTimeout(Protos.duration(LARGE_BODY_TIMEOUT))
                .setAllowModeOverride(true)
                .setProcessingMode(ProcessingMode.newBuilder()
                        .setRequestHeaderMode(ProcessingMode.HeaderSendMode.SEND)
                        .setResponseHeaderMode(ProcessingMode.HeaderSendMode.SKIP))
                .addRequestAttributes("source.address")
                .addRequestAttributes("destination.address")
                .addRequestAttributes("request.protocol")
                .addRequestAttributes("xds.route_name")
                .setMetadataOptions(MetadataOptions.newBuilder()
                        .setReceivingNamespaces(
                                MetadataOptions.MetadataNamespaces.newBuilder().addUntyped("gatehouse.waf")))
                .setStatusOnError(HttpStatus.newBuilder().setCode(StatusCode.ServiceUnavailable))
                .build();
    }

    /**
     * The route configuration by which waf-svc enforces the policy.
     *
     * @param connectionBytes the buffer of a client's connection, if the route redirects or answers itself; Envoy then
     * ignores the route's limit for bodies and waits forever for the rest of a body longer than the connection's buffer,
     * so waf-svc is told the size of that buffer, and asks for the beginning of a longer body. A body that nobody reads
     * is not worth memory of waf-svc. Empty: the route has a backend.
     */
    public static ExtProcPerRoute enforcing(EffectivePolicies.Waf waf, boolean grpc, OptionalLong connectionBytes) {
        ExtProcOverrides.Builder overrides = ExtProcOverrides.newBuilder()
                .addGrpcInitialMetadata(metadata(POLICY, waf.name()))
                .setFailureModeAllow(BoolValue.of(waf.spec().effectiveFailureMode() == WafPolicy.FailureMode.Open));
        boolean streamed = connectionBytes.isEmpty() && waf.spec().effectiveBodies() == WafPolicy.Bodies.Streamed;
        if (!streamed) {
            long bytes = connectionBytes.orElseGet(() -> bufferBytes(waf));
            overrides.addGrpcInitialMetadata(metadata(BUFFER_BYTES, Long.toString(bytes)));
        }
        if (grpc) {
            overrides.addGrpcInitialMetadata(metadata(PROTOCOL, "grpc"));
        } else if (streamed) {
            overrides.setProcessingMode(ProcessingMode.newBuilder()
                    .setRequestHeaderMode(ProcessingMode.HeaderSendMode.SEND)
                    .setRequestBodyMode(ProcessingMode.BodySendMode.FULL_DUPLEX_STREAMED)
                    .setRequestTrailerMode(ProcessingMode.HeaderSendMode.SEND)
                    .setResponseHeaderMode(ProcessingMode.HeaderSendMode.SEND)
                    .setResponseBodyMode(ProcessingMode.BodySendMode.FULL_DUPLEX_STREAMED)
                    .setResponseTrailerMode(ProcessingMode.HeaderSendMode.SEND));
        }
        return ExtProcPerRoute.newBuilder().setOverrides(overrides).build();
    }

    /** How many bytes of a body Envoy buffers. The route's limit is for request and response bodies. */
    public static long bufferBytes(EffectivePolicies.Waf waf) {
        return waf.spec().bodyBytes() + BODY_SLACK_BYTES;
    }

    private static HeaderValue metadata(String key, String value) {
        return HeaderValue.newBuilder().setKey(key).setValue(value).build();
    }
}
