package dev.gatehouse.shutdown;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Envoy's admin page, as far as a drain needs it. Blocks at most 5 s a call. */
final class AdminPage {
    private static final int TIMEOUT_MILLIS = 5_000;

    /**
     * Excludes connections that are not clients': to the admin page, of probes (19003) and scrapes (19001), and the
     * per-worker counts of a listener.
     */
    private static final Pattern NOT_CLIENTS = Pattern.compile("admin|19001|19003|worker");

    private static final String CONNECTIONS = "/stats?filter=%5Elistener%5C..*%5C.downstream_cx_active%24";

    private final InetSocketAddress address;

    AdminPage(InetSocketAddress address) {
        this.address = address;
    }

    /** Fails health checks, so that load balancers go elsewhere; listeners drain with it. */
    void failHealthChecks() throws IOException {
        call("POST", "/healthcheck/fail");
    }

    /** Closes connections as their requests end, and goes on taking new ones. */
    void drainListeners() throws IOException {
        call("POST", "/drain_listeners?graceful&skip_exit");
    }

    /** How many connections of clients are open. */
    long connections() throws IOException {
        return call("GET", CONNECTIONS)
                .lines()
                .filter(line -> !NOT_CLIENTS.matcher(line).find())
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .filter(value -> value.matches("\\d{1,18}"))
                .mapToLong(Long::parseLong)
                .sum();
    }

    private String call(String method, String path) throws IOException {
        URI uri = URI.create("http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + path);
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        connection.setRequestMethod(method);
        int status = connection.getResponseCode();
        if (status != HttpURLConnection.HTTP_OK) {
            throw new IOException("Envoy's admin page answered " + status + " to " + method + " " + path);
        }
        try (InputStream body = connection.getInputStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
