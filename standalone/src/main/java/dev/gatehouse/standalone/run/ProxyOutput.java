package dev.gatehouse.standalone.run;

import java.util.List;
import java.util.Set;

/**
 * Tells apart the lines that Envoys print: Gatehouse's default access log, which is shown where {@code --access-log} asks
 * for it, and the logs that an EnvoyProxy asks for, which are shown always.
 *
 * <p>Thread-safe.
 */
final class ProxyOutput {
    /** Some fields of the default access log, which no log of health checks has. */
    private static final List<String> FIELDS_OF_DEFAULT =
            List.of("\"start_time\":", "\"x-envoy-origin-path\":", "\"downstream_local_address\":");

    /** The kinds of lines. */
    enum Kind {
        /** A request or connection in the access log of proxies whose EnvoyProxy names no access log. */
        DEFAULT_ACCESS_LOG,
        /** JSON that the EnvoyProxy asks for. */
        WANTED,
        /** Text: what Envoy says of itself, or an access log in a format of the user's. */
        MESSAGE
    }

    private volatile Set<String> own = Set.of();

    /** Takes note of the fleets whose EnvoyProxy has access logs of its own: they have no default one. */
    void ownAccessLogs(Set<String> fleets) {
        own = Set.copyOf(fleets);
    }

    Kind kind(String fleet, String line) {
        if (!line.startsWith("{")) {
            return Kind.MESSAGE;
        }
        return !own.contains(fleet) && FIELDS_OF_DEFAULT.stream().allMatch(line::contains)
                ? Kind.DEFAULT_ACCESS_LOG
                : Kind.WANTED;
    }
}
