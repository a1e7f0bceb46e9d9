package dev.gatehouse.standalone;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A browser as far as a login goes: it keeps cookies of one host and follows redirects, also to the provider. */
final class SignOnBrowser {
    static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String origin;
    final Map<String, String> cookies = new TreeMap<>();

    SignOnBrowser(int port) {
        origin = "http://127.0.0.1:" + port;
    }

    HttpResponse<String> get(String path, String... headers) throws Exception {
        return send(request(path, headers).header("Accept", "text/html").GET());
    }

    HttpResponse<String> post(String path, String logoutToken) throws Exception {
        return send(request(path, "Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "logout_token=" + URLEncoder.encode(logoutToken, StandardCharsets.UTF_8))));
    }

    HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(origin + path));
        List<String> all = new ArrayList<>(List.of(headers));
        if (!cookies.isEmpty()) {
            all.addAll(List.of(
                    "Cookie",
                    cookies.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; "))));
        }
        return all.isEmpty() ? request : request.headers(all.toArray(String[]::new));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        for (String cookie : response.headers().allValues("set-cookie")) {
            String[] pair = cookie.split(";", 2)[0].split("=", 2);
            if (cookie.contains("Max-Age=0")) {
                cookies.remove(pair[0]);
            } else {
                cookies.put(pair[0], pair[1]);
            }
        }
        return response;
    }

    /** Asks for a page, and goes wherever that leads. */
    HttpResponse<String> signOn(String path) throws Exception {
        HttpResponse<String> response = get(path);
        for (int i = 0; i < 10 && response.statusCode() == 302; i++) {
            String location = response.headers().firstValue("location").orElseThrow();
            response = location.startsWith("/") || location.startsWith(origin + "/")
                    ? get(location.startsWith("/") ? location : location.substring(origin.length()))
                    : atProvider(location);
        }
        return response;
    }

    static HttpResponse<String> atProvider(String location) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(URI.create(location)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
