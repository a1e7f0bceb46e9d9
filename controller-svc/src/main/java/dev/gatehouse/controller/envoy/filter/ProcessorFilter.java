package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import dev.gatehouse.controller.callout.CalloutResources;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.extension.Extensions;
import dev.gatehouse.controller.extension.Extensions.Processor;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.extension.ExtProc;
import dev.gatehouse.gatewayapi.traffic.Retry;
import io.envoyproxy.envoy.config.core.v3.BackoffStrategy;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.RetryPolicy;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ExtProcOverrides;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.MetadataOptions;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Calls the external processors of EnvoyExtensionPolicies, by Envoy's filter {@code ext_proc}. A route names the
 * service and the data that it gets. Envoy takes the other settings from the listener's filter only, so the listener
 * has a filter for each used combination of these settings.
 */
public final class ProcessorFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.ext_proc/extension-";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return chain.needs().extensions().sortedProcessors().stream()
                .map(variant -> chain.forPolicies(variant.name(), filter(variant)))
                .toList();
    }

    @Override
    public Map<String, Message> switchedOff(FilterNeeds needs) {
        Map<String, Message> off = new HashMap<>();
        needs.extensions()
                .processors()
                .forEach(variant -> off.put(
                        variant.name(),
                        ExtProcPerRoute.newBuilder().setDisabled(true).build()));
        return off;
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        List<Processor> processors =
                route.policies().extensions().map(Extensions::processors).orElse(List.of());
        List<Variant> variants = variants(processors);
        Map<String, Message> config = new HashMap<>();
        for (int i = 0; i < processors.size(); i++) {
            config.put(variants.get(i).name(), asking(processors.get(i)));
        }
        return config;
    }

    /**
     * The settings that Envoy takes from the listener's filter only.
     *
     * @param place the position of the processor in its policy; filters of all policies are sorted by it
     */
    record Variant(
            int place,
            Optional<Duration> messageTimeout,
            Optional<Integer> statusOnError,
            boolean shadow,
            boolean modeOverride,
            List<String> requestAttributes,
            List<String> responseAttributes) {
        Variant {
            requestAttributes = List.copyOf(requestAttributes);
            responseAttributes = List.copyOf(responseAttributes);
        }

        private static Variant of(int place, ExtProc spec) {
            return new Variant(
                    place,
                    spec.messageTimeout(),
                    spec.statusOnError(),
                    spec.shadow(),
                    spec.modeOverride(),
                    spec.requests().map(ExtProc.Direction::attributes).orElse(List.of()),
                    spec.responses().map(ExtProc.Direction::attributes).orElse(List.of()));
        }

        /** The name of the filter. It begins with the kind's name, so that an EnvoyProxy's filterOrder moves all variants. */
        String name() {
            return NAME + place + "-" + Protos.digest(filter(this));
        }
    }

    /** The variant of each of a policy's processors. */
    static List<Variant> variants(List<Processor> processors) {
        List<Variant> variants = new ArrayList<>();
        for (Processor processor : processors) {
            variants.add(Variant.of(variants.size(), processor.spec()));
        }
        return variants;
    }

    /** The filter for routes with {@code variant}. A route names its service. */
    static ExternalProcessor filter(Variant variant) {
        ExternalProcessor.Builder filter = ExternalProcessor.newBuilder()
                // Envoy requires a cluster here, so it is one that always exists. Each route names its own.
                .setGrpcService(CalloutResources.service(Fleets.WAF, Optional.empty()))
                .setProcessingMode(seeing(Optional.empty(), Optional.empty()))
                .setObservabilityMode(variant.shadow())
                .setAllowModeOverride(variant.modeOverride())
                .addAllRequestAttributes(variant.requestAttributes())
                .addAllResponseAttributes(variant.responseAttributes());
        variant.messageTimeout().ifPresent(timeout -> filter.setMessageTimeout(Protos.duration(timeout)));
        variant.statusOnError()
                .ifPresent(status ->
                        filter.setStatusOnError(HttpStatus.newBuilder().setCode(StatusCode.forNumber(status))));
        return filter.build();
    }

    /** The route configuration that calls {@code processor}. */
    private static ExtProcPerRoute asking(Processor processor) {
        ExtProc spec = processor.spec();
        // The call has no timeout, since its stream lives as long as the request. Each message has a timeout.
        GrpcService.Builder service = GrpcService.newBuilder()
                .setEnvoyGrpc(GrpcService.EnvoyGrpc.newBuilder()
                        .setClusterName(processor.cluster().name())
                        .setAuthority(processor.authority()));
        spec.settings().retry().ifPresent(retry -> service.setRetryPolicy(policy(retry)));
        ExtProcOverrides.Builder overrides = ExtProcOverrides.newBuilder()
                .setGrpcService(service)
                .setProcessingMode(seeing(spec.requests(), spec.responses()))
                .setFailureModeAllow(BoolValue.of(spec.failOpen()));
        if (!spec.readable().isEmpty() || !spec.writable().isEmpty()) {
            overrides.setMetadataOptions(MetadataOptions.newBuilder()
                    .setForwardingNamespaces(namespaces(spec.readable()))
                    .setReceivingNamespaces(namespaces(spec.writable())));
        }
        return ExtProcPerRoute.newBuilder().setOverrides(overrides).build();
    }

    private static MetadataOptions.MetadataNamespaces namespaces(List<String> names) {
        return MetadataOptions.MetadataNamespaces.newBuilder()
                .addAllUntyped(names)
                .build();
    }

    private static ProcessingMode seeing(Optional<ExtProc.Direction> requests, Optional<ExtProc.Direction> responses) {
        return ProcessingMode.newBuilder()
                .setRequestHeaderMode(sent(requests.isPresent()))
                .setResponseHeaderMode(sent(responses.isPresent()))
                .setRequestBodyMode(body(requests))
                .setResponseBodyMode(body(responses))
                .setRequestTrailerMode(sent(withTrailers(requests)))
                .setResponseTrailerMode(sent(withTrailers(responses)))
                .build();
    }

    private static ProcessingMode.HeaderSendMode sent(boolean send) {
        return send ? ProcessingMode.HeaderSendMode.SEND : ProcessingMode.HeaderSendMode.SKIP;
    }

    /** Envoy requires trailers for a body in full-duplex streaming, since the end of the body may be in the trailers. */
    private static boolean withTrailers(Optional<ExtProc.Direction> direction) {
        return direction
                .flatMap(ExtProc.Direction::body)
                .filter(body -> body == ExtProc.Body.FullDuplexStreamed)
                .isPresent();
    }

    private static ProcessingMode.BodySendMode body(Optional<ExtProc.Direction> direction) {
        return direction
                .flatMap(ExtProc.Direction::body)
                .map(body -> switch (body) {
                    case Streamed -> ProcessingMode.BodySendMode.STREAMED;
                    case Buffered -> ProcessingMode.BodySendMode.BUFFERED;
                    case BufferedPartial -> ProcessingMode.BodySendMode.BUFFERED_PARTIAL;
                    case FullDuplexStreamed -> ProcessingMode.BodySendMode.FULL_DUPLEX_STREAMED;
                })
                .orElse(ProcessingMode.BodySendMode.NONE);
    }

    private static RetryPolicy policy(Retry retry) {
        RetryPolicy.Builder policy = RetryPolicy.newBuilder()
                .setNumRetries(Protos.uint32(retry.retries()))
                .setRetryOn(String.join(",", retry.effectiveTriggers()));
        retry.baseInterval().ifPresent(base -> {
            BackoffStrategy.Builder backoff = BackoffStrategy.newBuilder().setBaseInterval(Protos.duration(base));
            retry.maxInterval().ifPresent(max -> backoff.setMaxInterval(Protos.duration(max)));
            policy.setRetryBackOff(backoff);
        });
        return policy.build();
    }
}
