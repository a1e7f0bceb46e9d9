package dev.gatehouse.standalone.httpbin;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One request, read completely, and the way to answer it; what httpbin's answers say about a request is computed here.
 *
 * @param path the variables of the path's pattern, in order, decoded
 * @param form fields of a form; empty for any other body
 * @param files contents of a multipart form's files
 */
record Exchange(
        HttpServerRequest request, List<String> path, Parameters args, Parameters form, Parameters files, Buffer body) {

    // What proxies add: shown with ?show_env=1 only, as httpbin does.
    private static final Set<String> PROXY_HEADERS = Set.of(
            "x-forwarded-for",
            "x-forwarded-port",
            "x-forwarded-proto",
            "x-forwarded-protocol",
            "x-forwarded-ssl",
            "x-real-ip",
            "x-request-start",
            "via");

    HttpServerResponse response() {
        return request.response();
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeader(name));
    }

    /** Names as they are spelled by most, sorted; the values of a repeated one are joined by a comma. */
    Map<String, Object> headers() {
        boolean all = args.has("show_env");
        Map<String, Object> headers = new TreeMap<>();
        for (String name : request.headers().names()) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!lower.startsWith(":") && (all || !PROXY_HEADERS.contains(lower))) {
                headers.put(spelled(lower), String.join(",", request.headers().getAll(name)));
            }
        }
        // HTTP/2's :authority is what Host is in HTTP/1.1.
        headers.computeIfAbsent("Host", name -> authority());
        return headers;
    }

    private static String spelled(String name) {
        StringBuilder out = new StringBuilder(name);
        boolean start = true;
        for (int i = 0; i < out.length(); i++) {
            if (start) {
                out.setCharAt(i, Character.toUpperCase(out.charAt(i)));
            }
            start = out.charAt(i) == '-';
        }
        return out.toString();
    }

    String origin() {
        return header("x-forwarded-for").orElseGet(() -> request.remoteAddress().hostAddress());
    }

    String authority() {
        return request.authority() == null ? "" : request.authority().toString();
    }

    String scheme() {
        return header("x-forwarded-proto")
                .or(() -> header("x-forwarded-protocol"))
                .or(() -> header("x-forwarded-ssl").filter("on"::equals).map(on -> "https"))
                .orElse("http");
    }

    String url() {
        return scheme() + "://" + authority() + request.uri();
    }

    /** The body as text, or as a data URL (RFC 2397) when it is not UTF-8; empty for a form. */
    String data() {
        if (isForm()) {
            return "";
        }
        byte[] bytes = body.getBytes();
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return "data:application/octet-stream;base64," + Base64.getEncoder().encodeToString(bytes);
        }
    }

    @Nullable
    Object json() {
        if (isForm() || body.length() == 0) {
            return null;
        }
        try {
            return plain(Json.decodeValue(body));
        } catch (DecodeException e) {
            return null;
        }
    }

    private static @Nullable Object plain(@Nullable Object json) {
        return switch (json) {
            case JsonObject object -> plain(object.getMap());
            case JsonArray array -> plain(array.getList());
            case Map<?, ?> object -> {
                Map<String, @Nullable Object> map = new TreeMap<>();
                object.forEach((name, value) -> map.put(String.valueOf(name), plain(value)));
                yield map;
            }
            case List<?> list -> {
                List<@Nullable Object> items = new ArrayList<>();
                list.forEach(item -> items.add(plain(item)));
                yield items;
            }
            case null, default -> json;
        };
    }

    static boolean isForm(@Nullable String contentType) {
        String type = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
        return type.startsWith("application/x-www-form-urlencoded") || type.startsWith("multipart/form-data");
    }

    private boolean isForm() {
        return isForm(request.getHeader("content-type"));
    }

    Map<String, Object> cookies() {
        Map<String, Object> cookies = new TreeMap<>();
        for (String header : request.headers().getAll("cookie")) {
            for (String pair : header.split(";")) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    cookies.put(
                            pair.substring(0, equals).strip(),
                            unquoted(pair.substring(equals + 1).strip()));
                }
            }
        }
        return cookies;
    }

    private static String unquoted(String value) {
        return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1)
                : value;
    }

    /** {@code args, headers, origin, url}: what {@code /get} tells. */
    Map<String, @Nullable Object> facts() {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("args", args.json());
        facts.put("headers", headers());
        facts.put("origin", origin());
        facts.put("url", url());
        return new TreeMap<>(facts);
    }

    /** With the body: what {@code /post} tells. */
    Map<String, @Nullable Object> factsAndBody() {
        Map<String, @Nullable Object> facts = facts();
        facts.put("data", data());
        facts.put("files", files.json());
        facts.put("form", form.json());
        facts.put("json", json());
        return facts;
    }

    void json(@Nullable Object value) {
        send("application/json", Buffer.buffer(PrettyJson.of(value)));
    }

    void text(String contentType, String text) {
        send(contentType, Buffer.buffer(text));
    }

    void send(String contentType, Buffer content) {
        response().putHeader("Content-Type", contentType).end(content);
    }

    void status(int code) {
        response().setStatusCode(code).end();
    }

    void redirect(int code, String location) {
        response().setStatusCode(code).putHeader("Location", location);
        text(
                "text/html; charset=utf-8",
                "<!doctype html>\n<title>Redirecting</title>\n<p>Go to " + escaped(location) + ".\n");
    }

    void fail(int code, String message) {
        response().setStatusCode(code);
        text("text/plain; charset=utf-8", message + "\n");
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
