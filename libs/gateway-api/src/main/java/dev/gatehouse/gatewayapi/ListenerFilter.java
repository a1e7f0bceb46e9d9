package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;

/** A filter of a listener: it runs on every request, before a route is selected (GEP-5224). */
public sealed interface ListenerFilter {
    /** The protocol of an authorization server. */
    enum AuthProtocol {
        HTTP,
        GRPC
    }

    /**
     * Calls an authorization server (HTTPExternalAuthFilter, GEP-1494).
     *
     * @param allowedHeaders the request headers that the server gets; empty: all headers by gRPC, only the headers that
     * are always sent by HTTP
     * @param path the prefix of the request's path in calls by HTTP; may be empty
     * @param allowedResponseHeaders the server's response headers that are copied to the request, by HTTP; empty: all
     * @param bodyBytes the most bytes of the body that the server gets, the beginning of a longer one; 0: the server
     * gets no body
     */
    record ExternalAuth(
            AuthProtocol protocol,
            BackendReference backend,
            List<String> allowedHeaders,
            String path,
            List<String> allowedResponseHeaders,
            int bodyBytes)
            implements ListenerFilter {
        private static final Syntax PREFIX = Syntax.of(
                "([-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})*",
                1024, "a path of RFC 3986's characters, at most 1024 characters");

        public ExternalAuth {
            allowedHeaders = List.copyOf(allowedHeaders);
            allowedResponseHeaders = List.copyOf(allowedResponseHeaders);
        }

        private record Http(String path, List<String> allowedHeaders, List<String> allowedResponseHeaders) {
            static final Http NONE = new Http("", List.of(), List.of());

            static Http read(Fields f) {
                return new Http(
                        f.string("path", PREFIX).orElse(""),
                        f.strings("allowedHeaders", Syntax.HEADER_NAME),
                        f.strings("allowedResponseHeaders", Syntax.HEADER_NAME));
            }
        }

        static ExternalAuth read(Fields f) {
            AuthProtocol protocol = f.requiredChoice("protocol", AuthProtocol.class);
            BackendReference backend = f.requiredObject("backendRef", BackendReference::read);
            List<String> grpcHeaders = f.object("grpc", grpc -> grpc.strings("allowedHeaders", Syntax.HEADER_NAME))
                    .orElse(List.of());
            Http http = f.object("http", Http::read).orElse(Http.NONE);
            int bodyBytes = f.object(
                            "forwardBody",
                            body -> body.integer("maxSize", 0, Integer.MAX_VALUE)
                                    .orElse(0))
                    .orElse(0);
            return switch (protocol) {
                case GRPC -> {
                    if (f.has("http")) {
                        f.wrong("http", "is set (expected: none when protocol is GRPC)");
                    }
                    yield new ExternalAuth(protocol, backend, grpcHeaders, "", List.of(), bodyBytes);
                }
                case HTTP -> {
                    if (f.has("grpc")) {
                        f.wrong("grpc", "is set (expected: none when protocol is HTTP)");
                    }
                    yield new ExternalAuth(
                            protocol,
                            backend,
                            http.allowedHeaders(),
                            http.path(),
                            http.allowedResponseHeaders(),
                            bodyBytes);
                }
            };
        }
    }

    /** A filter of another API, in the namespace of the listener's owner. */
    record ExtensionRef(ObjectReference reference) implements ListenerFilter {}

    /** A filter of an unknown type. The listener must not be served without it. */
    record Unknown(String type) implements ListenerFilter {}

    static ListenerFilter read(Fields f) {
        String type = f.requiredString("type");
        return switch (type) {
            case "ExternalAuth" -> {
                if (f.has("extensionRef")) {
                    f.wrong("extensionRef", "is set (expected: none when type is ExternalAuth)");
                }
                yield f.requiredObject("externalAuth", ExternalAuth::read);
            }
            case "ExtensionRef" -> {
                if (f.has("externalAuth")) {
                    f.wrong("externalAuth", "is set (expected: none when type is ExtensionRef)");
                }
                yield new ExtensionRef(f.requiredObject("extensionRef", ObjectReference::readLocal));
            }
            default -> {
                f.lenient();
                yield new Unknown(type);
            }
        };
    }
}
