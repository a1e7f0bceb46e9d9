package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.testkit.RealEnvoy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/**
 * What tests of single fields share: one real Envoy of a fleet, and servers behind it that keep what they got, and answer as the
 * request's query says ({@code status}, {@code header}; {@code hold}: once the server lets them).
 */
final class FieldsFleet implements AutoCloseable {
    /** An address that a Backend of a fleet may have; the servers of a test are where it stands. */
    static final String ADDRESS = "203.0.113.1";

    /** A request as a server got it. */
    record Got(String method, String target, Map<String, List<String>> headers, String body) {
        Optional<String> header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream()
                    .findFirst();
        }

        String path() {
            return target.replaceFirst("\\?.*", "");
        }
    }

    private final RealEnvoy envoy;
    private final Map<String, Backend> backends;

    private FieldsFleet(RealEnvoy envoy, Map<String, Backend> backends) {
        this.envoy = envoy;
        this.backends = backends;
    }

    /** Starts it with {@code objects}; they have no error. */
    static FieldsFleet start(Path folder, String objects, Map<String, Backend> backends) throws IOException {
        OfflineTranslation translation = FleetGolden.translate(Files.writeString(folder.resolve("in.yaml"), objects));
        assertThat(translation.problems()).noneMatch(problem -> problem.severity() == Problem.Severity.ERROR);
        RealEnvoy envoy =
                FleetEnvoy.start(translation, folder, _ -> true, text -> text.replace(ADDRESS, "127.0.0.1"), "");
        envoy.awaitReady();
        assertThat(envoy.log()).noneMatch(line -> line.contains("rejected"));
        return new FieldsFleet(envoy, backends);
    }

    RealEnvoy envoy() {
        return envoy;
    }

    Backend backend(String name) {
        return Objects.requireNonNull(backends.get(name), name);
    }

    @Override
    public void close() {
        envoy.close();
        backends.values().forEach(Backend::close);
    }

    /** A server. */
    static final class Backend implements AutoCloseable {
        private final HttpServer server;
        private final Queue<Got> requests = new ConcurrentLinkedQueue<>();
        private final CountDownLatch gate = new CountDownLatch(1);

        private Backend(HttpServer server) {
            this.server = server;
        }

        /** @param name what it answers with, where nothing else is asked for */
        static Backend start(String name) throws IOException {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            Backend backend = new Backend(server);
            server.createContext("/", exchange -> backend.answer(exchange, name));
            server.start();
            return backend;
        }

        int port() {
            return server.getAddress().getPort();
        }

        /** The requests up to now. */
        Queue<Got> requests() {
            return requests;
        }

        /** Lets the answers go that are held. */
        void release() {
            gate.countDown();
        }

        private void hold() {
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void answer(HttpExchange exchange, String name) throws IOException {
            try (exchange) {
                Map<String, List<String>> headers = new ConcurrentHashMap<>();
                exchange.getRequestHeaders()
                        .forEach((header, values) -> headers.put(header.toLowerCase(Locale.ROOT), values));
                String query =
                        Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
                requests.add(new Got(
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().toString(),
                        headers,
                        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
                int status = 200;
                for (String part : query.split("&", -1)) {
                    String[] each = part.split("=", 2);
                    switch (each[0]) {
                        case "status" -> status = Integer.parseInt(each[1]);
                        case "header" ->
                            exchange.getResponseHeaders().add(each[1].split(":", 2)[0], each[1].split(":", 2)[1]);
                        case "hold" -> hold();
                        default -> {
                            // Is for the proxy.
                        }
                    }
                }
                byte[] body = name.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, status == 204 ? -1 : body.length);
                if (status != 204) {
                    exchange.getResponseBody().write(body);
                }
            }
        }

        @Override
        public void close() {
            release();
            server.stop(0);
        }
    }
}
