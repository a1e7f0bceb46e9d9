package dev.gatehouse.envoyprocess;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Envoy's admin page ({@code https://www.envoyproxy.io/docs/envoy/latest/operations/admin}). A call fails when
 * Envoy is silent for 5 s.
 */
public final class EnvoyAdmin {
    private static final Duration SILENCE = Duration.ofSeconds(5);
    private static final Pattern STAT = Pattern.compile("^(.*): (\\d+)$");

    private final SocketAddress address;

    public EnvoyAdmin(SocketAddress address) {
        this.address = address;
    }

    /** True once all configuration that Envoy waits for at its start is in, and it does not drain. */
    public boolean ready() {
        try {
            return call("GET", "/ready").status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** The body of a GET of {@code path}, which may have a query; an answer other than 200 is an IOException. */
    public String get(String path) throws IOException {
        return body("GET", path);
    }

    public String post(String path) throws IOException {
        return body("POST", path);
    }

    /** The sum of the gauges and counters whose whole name matches; 0 when there is none. */
    public long sum(Pattern name) throws IOException {
        return get("/stats")
                .lines()
                .map(STAT::matcher)
                .filter(stat -> stat.matches() && name.matcher(stat.group(1)).matches())
                .mapToLong(stat -> Long.parseLong(stat.group(2)))
                .sum();
    }

    /** Fails the health check, so that load balancers go elsewhere, and closes connections as they become idle. */
    void startDraining() throws IOException {
        post("/healthcheck/fail");
        post("/drain_listeners?graceful&skip_exit");
    }

    /** The present activity of Envoy: see {@link Activity#quiet()}. */
    Activity activity() throws IOException {
        long connections = 0;
        long httpConnections = 0;
        long requests = 0;
        for (String line : get("/stats?type=Gauges").split("\n")) {
            if (Activity.LISTENER_CONNECTIONS.matcher(line).matches()) {
                connections += value(line);
            } else if (Activity.HTTP_CONNECTIONS.matcher(line).matches()) {
                httpConnections += value(line);
            } else if (Activity.HTTP_REQUESTS.matcher(line).matches()) {
                requests += value(line);
            }
        }
        return new Activity(connections, httpConnections, requests);
    }

    /**
     * @param connections the open downstream connections of all listeners except the admin page's
     * @param httpConnections those of them that speak HTTP
     * @param requests HTTP requests under way, WebSockets and streams among them
     */
    record Activity(long connections, long httpConnections, long requests) {
        // The "admin" ones are the admin page's; "worker_N" and "main_thread" ones repeat the listener's own.
        private static final Pattern LISTENER_CONNECTIONS = Pattern.compile(
                "^listener\\.(?!admin\\.)(?:(?!\\.(?:worker_\\d+|main_thread)\\.).)*\\.downstream_cx_active: \\d+$");
        private static final Pattern HTTP_CONNECTIONS =
                Pattern.compile("^http\\.(?!admin\\.).*\\.downstream_cx_active: \\d+$");
        private static final Pattern HTTP_REQUESTS =
                Pattern.compile("^http\\.(?!admin\\.).*\\.downstream_rq_active: \\d+$");

        /** Nothing would be cut off: there are at most idle HTTP connections. */
        boolean quiet() {
            return connections == 0 || (requests == 0 && connections <= httpConnections);
        }
    }

    private static long value(String line) {
        return Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
    }

    private String body(String method, String path) throws IOException {
        AdminCall answer = call(method, path);
        if (answer.status() != 200) {
            throw new IOException("Envoy's admin page answered " + answer.status() + " to " + method + " " + path + ": "
                    + Command.firstLine(answer.body()));
        }
        return answer.body();
    }

    private AdminCall call(String method, String path) throws IOException {
        return AdminCall.make(address, method, path, SILENCE);
    }
}
