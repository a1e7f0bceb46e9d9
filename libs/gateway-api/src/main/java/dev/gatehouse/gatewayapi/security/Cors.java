package dev.gatehouse.gatewayapi.security;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Cross-origin requests that browsers may send.
 *
 * @param allowOrigins "*", "scheme://host[:port]", or with a wildcard for the host or its first labels
 * @param maxAge how long a browser keeps the answer to a preflight; empty: the browser decides
 */
public record Cors(
        List<String> allowOrigins,
        List<String> allowMethods,
        List<String> allowHeaders,
        List<String> exposeHeaders,
        Optional<Duration> maxAge,
        boolean allowCredentials) {
    public Cors {
        allowOrigins = List.copyOf(allowOrigins);
        allowMethods = List.copyOf(allowMethods);
        allowHeaders = List.copyOf(allowHeaders);
        exposeHeaders = List.copyOf(exposeHeaders);
    }

    static Cors read(Fields f) {
        return new Cors(
                f.strings("allowOrigins", Origins.SYNTAX),
                f.strings("allowMethods"),
                f.strings("allowHeaders"),
                f.strings("exposeHeaders"),
                f.duration("maxAge"),
                f.bool("allowCredentials").orElse(false));
    }
}
