package dev.gatehouse.seclang.auditlog;

import dev.gatehouse.seclang.audit.AuditSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Posts records to collectors, one in each request. A collector that fails is left alone for a while, so that it does not keep the
 * records of others waiting.
 */
final class Collectors implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final int ATTEMPTS = 2;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT).build();

    /** When a failed collector is tried again, by {@link System#nanoTime}. */
    private final Map<URI, Long> away = new HashMap<>();

    void post(URI collector, AuditSettings.Format format, byte[] text) throws IOException, InterruptedException {
        Optional<Long> until = Optional.ofNullable(away.get(collector));
        if (until.isPresent() && System.nanoTime() - until.get() < 0) {
            throw new IOException(collector + " has failed and is tried again in some seconds");
        }
        HttpRequest request = HttpRequest.newBuilder(collector)
                .timeout(ANSWER)
                .header("content-type", format == AuditSettings.Format.NATIVE ? "text/plain" : "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(text))
                .build();
        for (int attempt = 1; ; attempt++) {
            try {
                send(request);
                away.remove(collector);
                return;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    away.put(collector, System.nanoTime() + PAUSE.toNanos());
                    throw e;
                }
            }
        }
    }

    private void send(HttpRequest request) throws IOException, InterruptedException {
        int status =
                client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        if (status < 200 || status > 299) {
            throw new IOException(request.uri() + " answers " + status + " (expected: 200 to 299)");
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
