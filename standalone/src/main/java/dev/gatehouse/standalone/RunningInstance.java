package dev.gatehouse.standalone;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The instance that a command asks: the option, and the asking. */
final class RunningInstance {
    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            defaultValue = "" + RunCommand.DEFAULT_ADMIN_PORT,
            description = "The instance's admin port (${DEFAULT-VALUE}).")
    private int port;

    /** The page's text; an IOException has what the instance says why it has none. */
    String get(String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .timeout(Duration.ofSeconds(10))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() == 400 || response.statusCode() == 502) {
                throw new IOException(response.body());
            }
            if (response.statusCode() != 200) {
                throw new IOException("port " + port + " answered " + response.statusCode() + " to " + path
                        + " (expected: the admin port of 'gatehouse run')");
            }
            return response.body();
        } catch (ConnectException e) {
            throw new IOException(
                    "nothing listens on 127.0.0.1:" + port + " (expected: a running 'gatehouse run'; one with another"
                            + " --admin-port is asked by the same option)",
                    e);
        }
    }
}
