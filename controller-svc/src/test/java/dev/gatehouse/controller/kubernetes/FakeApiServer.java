package dev.gatehouse.controller.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Takes what a client writes, and answers with an object that has a name and a uid; lists are empty, and watches tell what {@link #tell} says. */
final class FakeApiServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final KubernetesClient client;
    private final BlockingQueue<String> writes = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> reads = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final Map<String, String> labels = new ConcurrentHashMap<>();
    private volatile int refusal;

    FakeApiServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withAutoConfigure(false)
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        boolean writes = !method.equals("GET");
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        if (query.contains("resourceVersion") || query.contains("limit=")) {
            collection(exchange, path, query.contains("watch=true"));
            return;
        }
        if (writes) {
            bodies.add(body);
        }
        int status = body.indexOf("\"status\"");
        String text = refusal == 0
                ? "{\"metadata\":{\"name\":\"" + name(method, path)
                        + "\",\"uid\":\"u-1\",\"resourceVersion\":\"2\",\"labels\":{"
                        + labels.getOrDefault(path, "") + "}}"
                        + (status < 0 ? "}" : "," + body.substring(status))
                : "{\"kind\":\"Status\",\"code\":" + refusal + ",\"message\":\"no\"}";
        byte[] answer = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(refusal == 0 ? 200 : refusal, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
        if (writes) {
            this.writes.add(method + " " + path);
        }
    }

    private void collection(HttpExchange exchange, String path, boolean watch) throws IOException {
        if (exchange.getRequestHeaders().containsKey("Upgrade")) {
            // No WebSockets: the client asks once more without.
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
            return;
        }
        reads.add((watch ? "WATCH " : "LIST ") + path);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        if (watch) {
            // The client ends it.
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().flush();
            while (true) {
                try {
                    exchange.getResponseBody().write(events.take().getBytes(StandardCharsets.UTF_8));
                } catch (InterruptedException e) {
                    return;
                }
                exchange.getResponseBody().flush();
            }
        }
        byte[] answer = "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[]}".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private String name(String method, String path) {
        String object = path.endsWith("/status") ? path.substring(0, path.lastIndexOf('/')) : path;
        return method.equals("POST") ? "written-" + bodies.size() : object.substring(object.lastIndexOf('/') + 1);
    }

    KubernetesClient client() {
        return client;
    }

    /** Gives the object at a path, such as "/api/v1/namespaces/ns/services/one", a label. */
    void label(String path, String name, String value) {
        labels.put(path, "\"" + name + "\":\"" + value + "\"");
    }

    /** The watch that is open tells an event: {@code ADDED}, {@code MODIFIED} or {@code DELETED}, and the object as JSON. */
    void tell(String type, String object) {
        events.add("{\"type\":\"" + type + "\",\"object\":" + object + "}\n");
    }

    /** From now on it answers with an error. */
    void refuse(int code) {
        refusal = code;
    }

    /** The next write: "PATCH /api/v1/…". */
    String next() throws InterruptedException {
        return Objects.requireNonNull(writes.poll(20, TimeUnit.SECONDS), "nothing was written within 20 s");
    }

    /** The next list or watch: "LIST /api/v1/secrets". */
    String nextRead() throws InterruptedException {
        return Objects.requireNonNull(reads.poll(20, TimeUnit.SECONDS), "nothing was read within 20 s");
    }

    /** All bodies up to now. */
    List<String> bodies() {
        return List.copyOf(bodies);
    }

    @Override
    public void close() {
        client.close();
        threads.shutdownNow();
        server.stop(0);
    }
}
