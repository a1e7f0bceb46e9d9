package dev.gatehouse.gatewayapi.security;

import dev.gatehouse.gatewayapi.ListenerFilter;
import dev.gatehouse.gatewayapi.traffic.BackendSettings;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * External authorization: a server decides whether a request may pass.
 *
 * @param headersToExtAuth the request headers that the server gets; empty: all headers by gRPC, only the headers that
 * are always sent by HTTP
 * @param body what the server gets of a body; empty: nothing
 * @param failOpen whether requests pass while the server is unavailable
 * @param recomputeRoute whether the route is selected again with the headers that the server set
 * @param includeRouteMetadata whether the server gets the selected route
 * @param statusOnError the status of the response if the server is unavailable; empty: 403
 */
public record ExtAuth(
        Service service,
        List<String> headersToExtAuth,
        Optional<Body> body,
        Duration timeout,
        boolean failOpen,
        boolean recomputeRoute,
        boolean includeRouteMetadata,
        List<ContextExtension> contextExtensions,
        Optional<Integer> statusOnError) {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** The statuses that Envoy has a name for. */
    private static final Set<Integer> STATUSES = Set.of(
            400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423,
            424, 426, 428, 429, 431, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511);

    /** The settings of Gateway API's filter ExternalAuth. */
    public static ExtAuth of(ListenerFilter.ExternalAuth filter) {
        ServiceBackends backends = new ServiceBackends(List.of(filter.backend()), BackendSettings.NONE);
        return new ExtAuth(
                switch (filter.protocol()) {
                    case GRPC -> new Service.Grpc(backends);
                    case HTTP ->
                        new Service.Http(
                                backends,
                                Optional.of(filter.path()).filter(path -> !path.isEmpty()),
                                Optional.empty(),
                                filter.allowedResponseHeaders());
                },
                filter.allowedHeaders(),
                Optional.of(filter.bodyBytes()).filter(bytes -> bytes > 0).map(bytes -> new Body(bytes, true)),
                TIMEOUT,
                false,
                false,
                false,
                List.of(),
                Optional.of(503));
    }

    public ExtAuth {
        headersToExtAuth = List.copyOf(headersToExtAuth);
        contextExtensions = List.copyOf(contextExtensions);
    }

    /**
     * The body of a request, as the server gets it.
     *
     * @param maxBytes the most bytes that the server gets
     * @param cut whether the server gets the beginning of a longer body, which it is told by the header {@code
     * x-envoy-auth-partial-body: true}; false: a longer body is refused with 413
     */
    public record Body(int maxBytes, boolean cut) {}

    /** The server. */
    public sealed interface Service {
        ServiceBackends backends();

        /** The name of the field in which it stands. */
        String field();

        /** Envoy's ext_authz protocol. */
        record Grpc(ServiceBackends backends) implements Service {
            @Override
            public String field() {
                return "grpc";
            }

            static Service read(Fields f) {
                return new Grpc(Service.backends(f));
            }
        }

        /**
         * An HTTP server, whose answer 200 lets a request pass.
         *
         * @param path the prefix of the request's path
         * @param pathOverride replaces the request's path
         * @param headersToBackend the headers of the server's answer that are copied to the request
         */
        record Http(
                ServiceBackends backends,
                Optional<String> path,
                Optional<String> pathOverride,
                List<String> headersToBackend)
                implements Service {
            public Http {
                headersToBackend = List.copyOf(headersToBackend);
            }

            @Override
            public String field() {
                return "http";
            }

            static Service read(Fields f) {
                Optional<String> path = f.string("path", Syntax.PATH);
                Optional<String> pathOverride = f.string("pathOverride", Syntax.PATH);
                if (path.isPresent() && pathOverride.isPresent()) {
                    f.wrong("pathOverride", "is set beside path (expected: one of both)");
                }
                return new Http(
                        Service.backends(f), path, pathOverride, f.strings("headersToBackend", Syntax.HEADER_NAME));
            }
        }

        private static ServiceBackends backends(Fields f) {
            ServiceBackends backends = ServiceBackends.read(f);
            if (backends.references().isEmpty()) {
                f.wrong("backendRefs", "is empty (expected: at least one backend)");
            }
            return backends;
        }
    }

    /** A name and value that a gRPC server is told with each request. */
    public record ContextExtension(String name, Value value) {
        /** Where the value stands. */
        public sealed interface Value {
            record Literal(String text) implements Value {}

            /** In a ConfigMap, or Secret, of the policy's namespace. */
            record In(boolean secret, String object, String key) implements Value {}
        }

        /** The type of a value. */
        enum Type {
            Value,
            ValueRef
        }

        static ContextExtension read(Fields f) {
            String name = f.requiredString("name", Syntax.NOT_EMPTY);
            Type type = f.choice("type", Type.class).orElse(Type.Value);
            Optional<String> literal = f.string("value");
            Optional<Value> reference = f.object("valueRef", ContextExtension::readReference);
            boolean asTyped = type == Type.Value
                    ? literal.isPresent() && reference.isEmpty()
                    : literal.isEmpty() && reference.isPresent();
            if (!asTyped) {
                f.wrong("expected value when type is Value, or valueRef when type is ValueRef, and it alone");
            }
            return new ContextExtension(name, reference.orElse(new Value.Literal(literal.orElse(""))));
        }

        private static Value readReference(Fields f) {
            String kind = f.requiredString("kind");
            String group = f.string("group").orElse("");
            boolean known =
                    (kind.equals("ConfigMap") || kind.equals("Secret")) && (group.isEmpty() || group.equals("v1"));
            if (!known) {
                f.wrong("kind", "\"" + kind + "\" cannot hold a value (expected: ConfigMap or Secret)");
            }
            return new Value.In(kind.equals("Secret"), f.requiredString("name"), f.requiredString("key"));
        }
    }

    static ExtAuth read(Fields f) {
        Optional<Service> grpc = f.object("grpc", Service.Grpc::read);
        Optional<Service> http = f.object("http", Service.Http::read);
        if (grpc.isPresent() == http.isPresent()) {
            f.wrong("expected either grpc or http");
        }
        List<ContextExtension> extensions = f.list("contextExtensions", ContextExtension::read);
        Set<String> names = new HashSet<>();
        extensions.stream()
                .map(ContextExtension::name)
                .filter(name -> !names.add(name))
                .forEach(name ->
                        f.wrong("contextExtensions", "\"" + name + "\" is the name of several (expected: one each)"));
        Optional<Integer> status = f.integer("statusOnError", 400, 599);
        status.filter(code -> !STATUSES.contains(code))
                .ifPresent(code ->
                        f.wrong("statusOnError", code + " is not known (expected: an HTTP status of an error)"));
        return new ExtAuth(
                grpc.or(() -> http).orElse(new Service.Grpc(ServiceBackends.NONE)),
                f.strings("headersToExtAuth", Syntax.HEADER_NAME),
                f.object(
                        "bodyToExtAuth",
                        body -> new Body(body.requiredInteger("maxRequestBytes", 1, Integer.MAX_VALUE), false)),
                f.duration("timeout").orElse(TIMEOUT),
                f.bool("failOpen").orElse(false),
                f.bool("recomputeRoute").orElse(false),
                f.bool("includeRouteMetadata").orElse(false),
                extensions,
                status);
    }
}
