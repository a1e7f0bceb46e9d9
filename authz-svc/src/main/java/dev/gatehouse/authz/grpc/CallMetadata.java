package dev.gatehouse.authz.grpc;

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
 * Hands what proxies say of a request beside the check itself to {@link AuthorizationService}, in metadata of the call: {@code x-gatehouse-client}, the client's address by
 * the listener's rules (a check has the address of the connection), and {@code x-gatehouse-trace}. Envoy writes "-" for what it does not know. Clients of proxies cannot set them.
 */
@ApplicationScoped
public class CallMetadata implements ServerInterceptor {
    private static final Metadata.Key<String> CLIENT =
            Metadata.Key.of("x-gatehouse-client", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> TRACE =
            Metadata.Key.of("x-gatehouse-trace", Metadata.ASCII_STRING_MARSHALLER);
    private static final Pattern ADDRESS = Pattern.compile("[0-9a-fA-F.:]{2,45}(?:%[0-9A-Za-z]{1,16})?");
    private static final Pattern HEXADECIMAL = Pattern.compile("[0-9a-f]{16,32}");
    private static final Context.Key<Told> CURRENT = Context.keyWithDefault("authz", new Told("", ""));

    /** Empty texts: not told. */
    record Told(String client, String trace) {}

    /** Of the call that is being started. */
    static Told current() {
        return CURRENT.get();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        Told told = new Told(value(headers, CLIENT, ADDRESS), value(headers, TRACE, HEXADECIMAL));
        return Contexts.interceptCall(Context.current().withValue(CURRENT, told), call, headers, next);
    }

    private static String value(Metadata headers, Metadata.Key<String> key, Pattern form) {
        return Optional.ofNullable(headers.get(key))
                .filter(value -> form.matcher(value).matches())
                .orElse("");
    }
}
