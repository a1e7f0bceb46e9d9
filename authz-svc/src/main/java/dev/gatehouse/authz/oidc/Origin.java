package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.request.HttpRequest;
import java.util.Optional;

/** How the browser reaches the application. */
final class Origin {
    private Origin() {}

    /** @param name in lower case; pseudo-headers, too */
    static Optional<String> header(HttpRequest request, String name) {
        return switch (name) {
            case ":authority", "host" -> Optional.of(request.host());
            case ":scheme", "x-forwarded-proto" ->
                request.header("x-forwarded-proto").or(() -> Optional.of("https"));
            case ":method" -> Optional.of(request.method());
            case ":path" -> Optional.of(request.path());
            default -> request.header(name);
        };
    }

    /** Scheme and host. */
    static String of(HttpRequest request) {
        return header(request, ":scheme").orElse("https") + "://" + request.host();
    }

    /** Whether browsers keep cookies with the attribute Secure: by HTTPS, and on the machine itself. */
    static boolean keepsSecureCookies(HttpRequest request) {
        String host = request.host();
        int colon = host.lastIndexOf(':');
        String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
        return !header(request, ":scheme").equals(Optional.of("http"))
                || name.equals("localhost")
                || name.endsWith(".localhost")
                || name.equals("127.0.0.1")
                || name.equals("[::1]");
    }
}
