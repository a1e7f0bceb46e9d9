package dev.gatehouse.standalone.instance;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** {@code gatehouse run} on this machine, by its admin port: all services are one process. */
public final class LocalGatehouse implements RunningGatehouse {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final int port;
    private final LoopbackHttp http = new LoopbackHttp();

    /** @param port of the admin page */
    LocalGatehouse(int port) {
        this.port = port;
    }

    @Override
    public String described() {
        return "gatehouse run on 127.0.0.1:" + port;
    }

    @Override
    public boolean cluster() {
        return false;
    }

    @Override
    public List<Replica> replicas(Component component) throws IOException {
        if (component != Component.PROXY) {
            return List.of(service(component));
        }
        List<Replica> proxies = new ArrayList<>();
        for (Object each : new JsonArray(page("/gatehouse/envoys"))) {
            JsonObject envoy = (JsonObject) each;
            String state = envoy.getString("state");
            proxies.add(new Replica(
                    component,
                    "",
                    envoy.getString("fleet"),
                    envoy.getString("node"),
                    envoy.getString("fleet"),
                    state.equals("up"),
                    state.equals("up") ? "ready" : state,
                    ""));
        }
        return List.copyOf(proxies);
    }

    private static Replica service(Component component) {
        return new Replica(component, "", "gatehouse run", "", "", true, "ready", "");
    }

    @Override
    public List<Replica> services() {
        return List.of(service(Component.CONTROLLER));
    }

    @Override
    public String get(Replica replica, String path) throws IOException {
        return page(
                replica.component() == Component.PROXY
                        ? "/gatehouse/envoys/admin?fleet=" + encoded(replica.fleet()) + "&path=" + encoded(path)
                        : path);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private String page(String path) throws IOException {
        try {
            return http.get("port " + port, port, path);
        } catch (ConnectException e) {
            throw new CommandFailure(
                    "nothing listens on 127.0.0.1:" + port + " (expected: a running 'gatehouse run'; one with another"
                            + " --admin-port is asked by the same option, a cluster by -k or --context)",
                    e);
        }
    }

    @Override
    public List<LogLine> logs(Replica replica, Duration since, int atMost) throws IOException {
        Instant from = Instant.now().minus(since);
        List<LogLine> lines = lines(replica, 0).lines().stream()
                .filter(line -> !line.at().isBefore(from))
                .toList();
        return lines.subList(Math.max(0, lines.size() - atMost), lines.size());
    }

    @Override
    public void follow(Replica replica, Duration since, Consumer<LogLine> lines)
            throws IOException, InterruptedException {
        Instant from = Instant.now().minus(since);
        long after = 0;
        while (true) {
            Page page = lines(replica, after);
            page.lines().stream().filter(line -> !line.at().isBefore(from)).forEach(lines);
            after = page.last();
            Thread.sleep(LOOK_EVERY);
        }
    }

    private record Page(List<LogLine> lines, long last) {}

    private Page lines(Replica replica, long after) throws IOException {
        JsonObject answer =
                new JsonObject(page("/gatehouse/logs?after=" + after + "&source=" + encoded(replica.fleet())));
        List<LogLine> lines = new ArrayList<>();
        for (Object each : answer.getJsonArray("lines")) {
            JsonObject line = (JsonObject) each;
            lines.add(new LogLine(Instant.parse(line.getString("at")), line.getString("text")));
        }
        return new Page(lines, answer.getLong("last"));
    }

    @Override
    public void close() {
        http.close();
    }
}
