package dev.gatehouse.authz.request;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The request that is asked about.
 *
 * @param path with its query, as the client sent it
 * @param headers by lower-case name; the values of a header that came more than once are joined with commas, cookies with "; "
 */
public record HttpRequest(String method, String host, String path, Map<String, String> headers) {
    public HttpRequest {
        Map<String, String> lower = new HashMap<>();
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        headers = Map.copyOf(lower);
    }

    /** @param name in lower case */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** Headers, path and query may hold credentials. */
    @Override
    public String toString() {
        return "HttpRequest[" + method + " " + host + "]";
    }
}
