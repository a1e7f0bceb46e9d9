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
 * @param body empty where the route does not ask for it
 */
public record HttpRequest(
        String method, String host, String path, Map<String, String> headers, String body, Sender sender) {
    public HttpRequest(String method, String host, String path, Map<String, String> headers) {
        this(method, host, path, headers, "", Sender.UNKNOWN);
    }

    public HttpRequest {
        Map<String, String> lower = new HashMap<>();
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        headers = Map.copyOf(lower);
    }

    /** @param name in lower case */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The same request with other cookies. */
    public HttpRequest withCookies(Optional<String> cookies) {
        Map<String, String> other = new HashMap<>(headers);
        other.remove("cookie");
        cookies.ifPresent(value -> other.put("cookie", value));
        return new HttpRequest(method, host, path, other, body, sender);
    }

    /** Headers, path, query and body may hold credentials. */
    @Override
    public String toString() {
        return "HttpRequest[" + method + " " + host + "]";
    }
}
