package dev.gatehouse.standalone.instance;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

/** Gets pages from a port of this machine's loopback. */
final class LoopbackHttp implements AutoCloseable {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /**
     * The page's text.
     *
     * @param who answers, as messages name it
     * @param port on loopback
     * @throws ConnectException nothing listens there
     * @throws PageRefused it says why not
     * @throws IOException it does not answer
     */
    String get(String who, int port, String path) throws IOException {
        HttpResponse<String> response;
        try {
            response = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .timeout(ANSWER_WITHIN)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (HttpTimeoutException e) {
            throw new IOException(
                    who + " has not answered " + path + " within " + ANSWER_WITHIN.toSeconds()
                            + " s (expected: an answer; look at its log)",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return switch (response.statusCode()) {
            case 200 -> response.body();
            case 400, 502 -> throw new PageRefused(response.body());
            case 404 ->
                throw new NoSuchPage(
                        who + " has no page " + plain(path)
                                + " (expected: Gatehouse of the version of this command, or newer; 'gatehouse version' compares)");
            default ->
                throw new PageRefused(who + " answered " + response.statusCode() + " to " + plain(path) + ": "
                        + response.body().strip() + " (expected: 200)");
        };
    }

    private static String plain(String path) {
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }

    @Override
    public void close() {
        client.close();
    }
}
