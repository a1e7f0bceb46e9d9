package dev.gatehouse.waf.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Passes a stream's initial metadata, which the controller sets, to {@link ExternalProcessing}: {@code
 * x-gatehouse-waf-policy}, the policy's name; {@code x-gatehouse-waf-protocol: grpc} on routes of GRPCRoutes; and
 * {@code x-gatehouse-waf-buffer-bytes}. Clients cannot set them.
 */
@ApplicationScoped
public class StreamMetadataInterceptor implements ServerInterceptor {
    static final Metadata.Key<String> POLICY =
            Metadata.Key.of("x-gatehouse-waf-policy", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> PROTOCOL =
            Metadata.Key.of("x-gatehouse-waf-protocol", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> BUFFER_BYTES =
            Metadata.Key.of("x-gatehouse-waf-buffer-bytes", Metadata.ASCII_STRING_MARSHALLER);
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
    private static final Context.Key<StreamMetadata> CURRENT = Context.keyWithDefault("waf", StreamMetadata.NONE);

    /** Of the call that is being started. */
    static StreamMetadata current() {
        return CURRENT.get();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        StreamMetadata metadata = new StreamMetadata(
                Optional.ofNullable(headers.get(POLICY)).orElse(""),
                "grpc".equals(headers.get(PROTOCOL)),
                Optional.ofNullable(headers.get(BUFFER_BYTES))
                        .filter(bytes -> NUMBER.matcher(bytes).matches())
                        .map(Long::parseLong)
                        .orElse(0L));
        return Contexts.interceptCall(Context.current().withValue(CURRENT, metadata), call, headers, next);
    }
}
