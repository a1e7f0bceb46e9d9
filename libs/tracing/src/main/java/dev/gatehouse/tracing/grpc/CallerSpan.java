package dev.gatehouse.tracing.grpc;

import dev.gatehouse.tracing.ParentContext;
import dev.gatehouse.tracing.Tracing;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.InternalMetadata;
import io.grpc.InternalMetadata.TrustedAsciiMarshaller;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.opentelemetry.api.trace.SpanContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Passes the span of the calling proxy to the service: {@code traceparent}, {@code b3}, or {@code x-b3-*} in the
 * metadata of a call, in this order. For an unsampled span only the bytes are examined, since gRPC's public keys would
 * make a text of them for each call.
 */
@ApplicationScoped
public class CallerSpan implements ServerInterceptor {
    private static final Context.Key<SpanContext> CURRENT =
            Context.keyWithDefault("caller-span", SpanContext.getInvalid());
    private static final Metadata.Key<SpanContext> TRACEPARENT = key("traceparent", ParentContext::ofTraceparent);
    private static final Metadata.Key<SpanContext> B3 = key("b3", ParentContext::ofB3);
    private static final Metadata.Key<byte[]> B3_TRACE = key("x-b3-traceid", Function.identity());
    private static final Metadata.Key<byte[]> B3_SPAN = key("x-b3-spanid", Function.identity());
    private static final Metadata.Key<Boolean> B3_SAMPLED =
            key("x-b3-sampled", text -> text.length == 1 && text[0] == '1');

    private final Tracing tracing;

    public CallerSpan(Tracing tracing) {
        this.tracing = tracing;
    }

    /** Of the call that is being started; invalid: nothing is traced. */
    public static SpanContext current() {
        return CURRENT.get();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        if (tracing.isOn()) {
            SpanContext caller = read(headers);
            if (caller.isSampled()) {
                return Contexts.interceptCall(with(caller), call, headers, next);
            }
        }
        return next.startCall(call, headers);
    }

    /** gRPC's context of a call with this metadata. */
    public static Context with(Metadata headers) {
        return with(read(headers));
    }

    private static Context with(SpanContext caller) {
        return Context.current().withValue(CURRENT, caller);
    }

    /** The span in the metadata; invalid: there is none, or it is not sampled. */
    public static SpanContext read(Metadata headers) {
        SpanContext caller = headers.get(TRACEPARENT);
        if (caller != null) {
            return caller;
        }
        caller = headers.get(B3);
        if (caller != null) {
            return caller;
        }
        if (!Boolean.TRUE.equals(headers.get(B3_SAMPLED))) {
            return SpanContext.getInvalid();
        }
        byte[] trace = headers.get(B3_TRACE);
        byte[] span = headers.get(B3_SPAN);
        return trace == null || span == null ? SpanContext.getInvalid() : ParentContext.ofB3(trace, span);
    }

    private static <T> Metadata.Key<T> key(String name, Function<byte[], T> read) {
        return InternalMetadata.keyOf(name, new TrustedAsciiMarshaller<T>() {
            @Override
            public byte[] toAsciiString(T value) {
                return value instanceof byte[] bytes
                        ? Arrays.copyOf(bytes, bytes.length)
                        : String.valueOf(value).getBytes(StandardCharsets.US_ASCII);
            }

            @Override
            public T parseAsciiString(byte[] serialized) {
                return read.apply(serialized);
            }
        });
    }
}
