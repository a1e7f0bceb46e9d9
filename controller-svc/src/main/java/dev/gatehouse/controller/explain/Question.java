package dev.gatehouse.controller.explain;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A request to be explained.
 *
 * @param host the host without port, in lower case
 * @param port the port; empty: the scheme's default port
 * @param path the path as it is sent, without query
 * @param query the values of each parameter, decoded
 * @param authority the host as it is sent, with port
 * @param rawQuery the query as it is sent
 * @param source the client's address, as the proxy sees it
 * @param headers the values of each header in their order, by names in lower case
 * @param caller facts about the sender that the request does not contain
 */
public record Question(
        String method,
        String scheme,
        String host,
        OptionalInt port,
        String path,
        Map<String, List<String>> query,
        Map<String, List<String>> headers,
        Optional<InetAddress> source,
        String authority,
        Optional<String> rawQuery,
        Caller caller) {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    public Question {
        query = Map.copyOf(query);
        headers = Map.copyOf(headers);
    }

    /**
     * Makes a request from arguments in curl's form.
     *
     * @param url http or https; without a scheme it is http
     * @param headers each as "name: value"; "Host" overrides the URL's host
     * @param source the client's IP address; empty: unknown
     * @throws IllegalArgumentException if an argument is invalid; the message names the argument and the expected form
     */
    public static Question of(String method, String url, List<String> headers, Optional<String> source) {
        URI uri = uri(url.contains("://") ? url : "http://" + url);
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (String header : headers) {
            int colon = header.indexOf(':', 1);
            if (colon < 1) {
                throw new IllegalArgumentException("header \"" + header + "\": no colon (expected: \"name: value\")");
            }
            fields.computeIfAbsent(header.substring(0, colon).strip().toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                    .add(header.substring(colon + 1).strip());
        }
        List<String> named = fields.remove("host");
        String host = named == null ? uri.getHost() : withoutPort(named.getFirst());
        Map<String, List<String>> query = new LinkedHashMap<>();
        Optional.ofNullable(uri.getRawQuery()).ifPresent(text -> parameters(text, query));
        String path = uri.getRawPath();
        return new Question(
                method.toUpperCase(Locale.ROOT),
                uri.getScheme().toLowerCase(Locale.ROOT),
                host.toLowerCase(Locale.ROOT),
                uri.getPort() < 0 ? OptionalInt.empty() : OptionalInt.of(uri.getPort()),
                path == null || path.isEmpty() ? "/" : path,
                query,
                fields,
                source.map(Question::address),
                named == null ? authority(uri) : named.getFirst(),
                Optional.ofNullable(uri.getRawQuery()),
                Caller.UNKNOWN);
    }

    /** A copy with facts about the sender. */
    public Question from(Caller caller) {
        return new Question(method, scheme, host, port, path, query, headers, source, authority, rawQuery, caller);
    }

    /** The authority as a client sends it: without the scheme's default port. */
    private static String authority(URI uri) {
        boolean usual =
                uri.getPort() < 0 || uri.getPort() == (uri.getScheme().equalsIgnoreCase("https") ? HTTPS : HTTP);
        return uri.getHost() + (usual ? "" : ":" + uri.getPort());
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "source \"" + text + "\" is no IP address (expected: for example 10.0.0.1)", e);
        }
    }

    private static URI uri(String url) {
        try {
            URI uri = new URI(url);
            String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
            if (!scheme.equals("http") && !scheme.equals("https")) {
                throw new IllegalArgumentException(
                        "URL \"" + url + "\": scheme \"" + scheme + "\" (expected: http or https)");
            }
            if (uri.getHost() == null) {
                throw new IllegalArgumentException("URL \"" + url + "\": no host (expected: http://HOST[:PORT]/PATH)");
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "URL \"" + url + "\": " + e.getReason() + " (expected: http://HOST[:PORT]/PATH)", e);
        }
    }

    private static String withoutPort(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    }

    private static void parameters(String text, Map<String, List<String>> query) {
        for (String part : text.split("&", -1)) {
            if (!part.isEmpty()) {
                int equals = part.indexOf('=');
                String name = equals < 0 ? part : part.substring(0, equals);
                query.computeIfAbsent(decoded(name), _ -> new ArrayList<>())
                        .add(equals < 0 ? "" : decoded(part.substring(equals + 1)));
            }
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /**
     * A copy with the path as routes see it.
     *
     * @param normalized whether dot segments are removed (RFC 3986, 6.2.2.3)
     * @param merged whether adjacent slashes are merged
     */
    Question as(boolean normalized, boolean merged) {
        String seen = path;
        if (normalized) {
            List<String> segments = new ArrayList<>();
            String[] parts = seen.split("/", -1);
            for (int i = 1; i < parts.length; i++) {
                boolean last = i == parts.length - 1;
                if (parts[i].equals("..") && !segments.isEmpty()) {
                    segments.removeLast();
                }
                if (parts[i].equals("..") || parts[i].equals(".")) {
                    if (last) {
                        segments.add("");
                    }
                } else {
                    segments.add(parts[i]);
                }
            }
            seen = "/" + String.join("/", segments);
        }
        if (merged) {
            seen = seen.replaceAll("/{2,}", "/");
        }
        return new Question(method, scheme, host, port, seen, query, headers, source, authority, rawQuery, caller);
    }

    /** Whether the request comes over TLS. */
    boolean secure() {
        return scheme.equals("https");
    }

    /** The port that the request is sent to. */
    int target() {
        return port.orElse(secure() ? HTTPS : HTTP);
    }

    /** The value that Envoy compares with a header's matcher: several values are joined with commas. */
    Optional<String> header(String name) {
        return switch (name) {
            case ":method" -> Optional.of(method);
            case ":path" -> Optional.of(path);
            case ":scheme" -> Optional.of(scheme);
            case ":authority", "host" -> Optional.of(host);
            default ->
                Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT))).map(values -> String.join(",", values));
        };
    }

    /** The first value of a query parameter, which is the value that Envoy compares. */
    Optional<String> parameter(String name) {
        return Optional.ofNullable(query.get(name)).map(List::getFirst);
    }
}
