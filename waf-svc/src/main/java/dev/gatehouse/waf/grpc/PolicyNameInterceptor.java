package dev.gatehouse.waf.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Hands the policy's name from the stream's initial metadata to {@link ExternalProcessing}. */
@ApplicationScoped
public class PolicyNameInterceptor implements ServerInterceptor {
    private static final Metadata.Key<String> HEADER =
            Metadata.Key.of("x-gatehouse-waf-policy", Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<String> NAME = Context.keyWithDefault("waf-policy", "");

    /** Of the call that is being started; empty if Envoy names none. */
    static String current() {
        return NAME.get();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        String name = Optional.ofNullable(headers.get(HEADER)).orElse("");
        return Contexts.interceptCall(Context.current().withValue(NAME, name), call, headers, next);
    }
}
