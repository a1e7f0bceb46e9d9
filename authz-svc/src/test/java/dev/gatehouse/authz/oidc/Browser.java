package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.grpc.TestEngine;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A browser with cookies, in front of replicas in turn: keeps cookies as browsers do (prefixes, Secure, deletion) and follows redirects, to the provider by
 * HTTP and to the application by a check.
 */
final class Browser {
    static final String HOST = "app.example.com";
    private static final int MOST_REDIRECTS = 20;
    private static final HttpClient HTTP = HttpClient.newBuilder().build();

    private final Supplier<TestEngine> engines;
    private final String policy;
    final Map<String, String> cookies = new TreeMap<>();
    boolean keepsCookies = true;
    String scheme = "https";
    String host = HOST;

    Browser(Supplier<TestEngine> engines, String policy) {
        this.engines = engines;
        this.policy = policy;
    }

    /** What came back; status 200 and allowed where the request went to the backend. */
    record Reply(String path, CheckResponse raw) {
        boolean allowed() {
            return raw.getStatus().getCode() == 0;
        }

        int status() {
            return allowed() ? 200 : raw.getDeniedResponse().getStatus().getCodeValue();
        }

        private List<HeaderValueOption> options() {
            return allowed()
                    ? raw.getOkResponse().getResponseHeadersToAddList()
                    : raw.getDeniedResponse().getHeadersList();
        }

        Optional<String> header(String name) {
            return options().stream()
                    .filter(option -> option.getHeader().getKey().equals(name))
                    .map(option -> option.getHeader().getValue())
                    .findFirst();
        }

        List<String> setCookies() {
            return options().stream()
                    .filter(option -> option.getHeader().getKey().equals("set-cookie"))
                    .map(option -> option.getHeader().getValue())
                    .toList();
        }

        String location() {
            return header("location")
                    .orElseThrow(() -> new AssertionError("no redirect but " + status() + " " + body()));
        }

        String body() {
            return raw.getDeniedResponse().getBody();
        }

        /** Headers that the backend gets. */
        Map<String, String> upstream() {
            return raw.getOkResponse().getHeadersList().stream()
                    .collect(Collectors.toMap(
                            option -> option.getHeader().getKey(),
                            option -> option.getHeader().getValue()));
        }

        List<String> removed() {
            return raw.getOkResponse().getHeadersToRemoveList();
        }
    }

    Reply get(String path) {
        return send("GET", path, Map.of("accept", "text/html", "sec-fetch-mode", "navigate"));
    }

    Reply script(String path) {
        return send("GET", path, Map.of("accept", "*/*", "sec-fetch-mode", "cors"));
    }

    Reply send(String method, String path, Map<String, String> headers) {
        return begin(method, path, headers, "").join();
    }

    Reply send(String method, String path, Map<String, String> headers, String body) {
        return begin(method, path, headers, body).join();
    }

    CompletableFuture<Reply> begin(String method, String path, Map<String, String> headers, String body) {
        Map<String, String> all = new HashMap<>(headers);
        all.putIfAbsent("x-forwarded-proto", scheme);
        if (!cookies.isEmpty()) {
            all.putIfAbsent(
                    "cookie",
                    cookies.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; ")));
        }
        return engines.get()
                .check(CheckRequest.newBuilder()
                        .setAttributes(AttributeContext.newBuilder()
                                .putContextExtensions("gatehouse.policy", policy)
                                .setRequest(AttributeContext.Request.newBuilder()
                                        .setHttp(AttributeContext.HttpRequest.newBuilder()
                                                .setMethod(method)
                                                .setHost(host)
                                                .setPath(path)
                                                .setBody(body)
                                                .putAllHeaders(all))))
                        .build())
                .thenApply(response -> {
                    Reply reply = new Reply(path, response);
                    reply.setCookies().forEach(this::keep);
                    return reply;
                });
    }

    private synchronized void keep(String setCookie) {
        String pair = setCookie.split(";", 2)[0];
        String name = pair.split("=", 2)[0];
        if (!setCookie.contains("; Secure")
                || (name.startsWith("__Host-")
                        && (!setCookie.contains("; Path=/;") || setCookie.contains("Domain=")))) {
            throw new AssertionError("a browser does not take " + setCookie);
        }
        if (setCookie.contains("Max-Age=0")) {
            cookies.remove(name);
        } else if (keepsCookies) {
            cookies.put(name, pair.split("=", 2)[1]);
        }
    }

    /** Follows redirects from {@code reply} on to whatever is not one. */
    Reply follow(Reply reply) {
        Reply last = reply;
        for (int i = 0; i < MOST_REDIRECTS && last.status() == 302; i++) {
            last = get(visit(last.location()));
        }
        return last;
    }

    /** Goes to the provider where {@code location} is one, and comes back with the path that it leads to. */
    String visit(String location) {
        if (location.startsWith("/")) {
            return location;
        }
        String own = scheme + "://" + host;
        return location.startsWith(own + "/") ? location.substring(own.length()) : visit(atProvider(location));
    }

    static String atProvider(String location) {
        try {
            HttpResponse<String> response = HTTP.send(
                    HttpRequest.newBuilder(URI.create(location)).build(), HttpResponse.BodyHandlers.ofString());
            return response.headers()
                    .firstValue("location")
                    .orElseThrow(() -> new AssertionError("status " + response.statusCode() + ": " + response.body()));
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Signs on, and ends where it wanted to go. */
    Reply signOn(String path) {
        return follow(get(path));
    }

    Optional<String> sessionCookie() {
        return cookies.keySet().stream()
                .filter(name -> name.matches("__(Host|Secure)-gh-.{6}"))
                .findFirst();
    }
}
