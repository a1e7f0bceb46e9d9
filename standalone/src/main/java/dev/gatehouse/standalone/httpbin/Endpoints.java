package dev.gatehouse.standalone.httpbin;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Finds what answers a request: the path's pattern, then the method, as httpbin does (404 and 405 otherwise). All on the event
 * loop: nothing here blocks.
 */
final class Endpoints {
    /** Larger ones get 413: all of a request is held in memory. */
    private static final long MAX_BODY = 64L * 1024 * 1024;

    private final String backend;
    private final List<Endpoint> endpoints;

    Endpoints(Vertx vertx, String backend, RandomGenerator random, InstantSource clock) {
        this.backend = backend;
        List<Endpoint> all = new ArrayList<>();
        new Inspection().addTo(all);
        new Responses(vertx, random, clock).addTo(all);
        new Authentication().addTo(all);
        new Redirects().addTo(all);
        this.endpoints = List.copyOf(all);
    }

    /** What answers a request. */
    @FunctionalInterface
    interface Action {
        void answer(Exchange exchange);
    }

    /**
     * @param pattern segments; {@code *} stands for one, {@code **} at the end for any number
     * @param methods that it answers, besides HEAD where GET is among them, and OPTIONS
     */
    record Endpoint(List<String> pattern, List<String> methods, Action action) {
        static final List<String> ANY = List.of("GET", "POST", "PUT", "DELETE", "PATCH", "TRACE");

        static Endpoint get(String pattern, Action action) {
            return new Endpoint(List.of(pattern.split("/")), List.of("GET"), action);
        }

        static Endpoint of(String pattern, List<String> methods, Action action) {
            return new Endpoint(List.of(pattern.split("/")), methods, action);
        }

        /** The variables of a path that matches. */
        Optional<List<String>> match(List<String> path) {
            List<String> variables = new ArrayList<>();
            for (int i = 0; i < pattern.size(); i++) {
                String wanted = pattern.get(i);
                if ("**".equals(wanted)) {
                    variables.add(String.join("/", path.subList(i, path.size())));
                    return Optional.of(variables);
                }
                if (i >= path.size()) {
                    return Optional.empty();
                }
                if ("*".equals(wanted)) {
                    variables.add(Parameters.decode(path.get(i), false));
                } else if (!wanted.equals(path.get(i))) {
                    return Optional.empty();
                }
            }
            return path.size() == pattern.size() ? Optional.of(variables) : Optional.empty();
        }

        boolean allows(String method) {
            return methods.contains(method) || ("HEAD".equals(method) && methods.contains("GET"));
        }
    }

    void handle(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        response.putHeader("Server", "gatehouse-httpbin");
        response.putHeader("X-Gatehouse-Backend", backend);
        allowOrigins(request, response);
        String path = request.path() == null ? "/" : request.path();
        if ("/websocket/echo".equals(path) && request.getHeader("upgrade") != null) {
            request.toWebSocket().onSuccess(Endpoints::echo);
            return;
        }
        List<String> segments = List.of(path.split("/", -1));
        Optional<Endpoint> found = Optional.empty();
        List<String> variables = List.of();
        List<String> allowed = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            Optional<List<String>> match = endpoint.match(segments);
            if (match.isPresent()) {
                allowed.addAll(endpoint.methods());
                if (found.isEmpty() && endpoint.allows(request.method().name())) {
                    found = Optional.of(endpoint);
                    variables = match.get();
                }
            }
        }
        if (allowed.isEmpty()) {
            refuse(request, 404, "404: there is no " + path + " here");
        } else if ("OPTIONS".equals(request.method().name())) {
            response.putHeader("Allow", String.join(", ", allowed) + ", HEAD, OPTIONS")
                    .end();
        } else if (found.isEmpty()) {
            response.putHeader("Allow", String.join(", ", allowed) + ", HEAD, OPTIONS");
            refuse(request, 405, "405: " + path + " does not answer " + request.method());
        } else {
            read(request, found.get(), variables);
        }
    }

    private void refuse(HttpServerRequest request, int status, String message) {
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .end(message + "\n");
    }

    /** CORS: every origin may do everything, as with httpbin. */
    private static void allowOrigins(HttpServerRequest request, HttpServerResponse response) {
        response.putHeader(
                "Access-Control-Allow-Origin",
                Optional.ofNullable(request.getHeader("origin")).orElse("*"));
        response.putHeader("Access-Control-Allow-Credentials", "true");
        if ("OPTIONS".equals(request.method().name())) {
            response.putHeader("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, PATCH, OPTIONS");
            response.putHeader("Access-Control-Max-Age", "3600");
            Optional.ofNullable(request.getHeader("access-control-request-headers"))
                    .ifPresent(names -> response.putHeader("Access-Control-Allow-Headers", names));
        }
    }

    private void read(HttpServerRequest request, Endpoint endpoint, List<String> variables) {
        Buffer body = Buffer.buffer();
        Map<String, Buffer> uploads = new LinkedHashMap<>();
        String type = Optional.ofNullable(request.getHeader("content-type")).orElse("");
        boolean multipart = type.toLowerCase(Locale.ROOT).startsWith("multipart/form-data");
        if (multipart) {
            request.setExpectMultipart(true);
            request.uploadHandler(upload -> {
                Buffer content = Buffer.buffer();
                uploads.put(upload.name(), content);
                upload.handler(content::appendBuffer);
            });
        }
        request.handler(chunk -> {
            if (body.length() + (long) chunk.length() > MAX_BODY) {
                request.pause();
                request.response().putHeader("Connection", "close");
                refuse(request, 413, "413: a body of more than " + MAX_BODY + " bytes");
            } else {
                body.appendBuffer(chunk);
            }
        });
        request.endHandler(end -> {
            Map<String, List<String>> fields = new LinkedHashMap<>();
            Map<String, List<String>> files = new LinkedHashMap<>();
            if (multipart) {
                request.formAttributes()
                        .forEach((name, value) -> fields.computeIfAbsent(name, key -> new ArrayList<>())
                                .add(value));
                uploads.forEach((name, content) -> files.put(name, List.of(content.toString())));
            } else if (Exchange.isForm(type)) {
                fields.putAll(Parameters.parse(body.toString()).values());
            }
            Exchange exchange = new Exchange(
                    request,
                    variables,
                    Parameters.parse(Optional.ofNullable(request.query()).orElse("")),
                    new Parameters(fields),
                    new Parameters(files),
                    body);
            answer(endpoint, exchange);
        });
    }

    private void answer(Endpoint endpoint, Exchange exchange) {
        try {
            endpoint.action().answer(exchange);
        } catch (BadRequest e) {
            exchange.fail(400, "400: " + e.getMessage());
        }
    }

    private static void echo(ServerWebSocket socket) {
        socket.textMessageHandler(socket::writeTextMessage);
        socket.binaryMessageHandler(socket::writeBinaryMessage);
    }
}
