package dev.gatehouse.shutdown;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DrainIT {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    Path folder;

    @Test
    void envoyMayEndWhenTheLastConnectionIsClosed() throws Exception {
        int port = FreePorts.one();
        int adminPort = FreePorts.one();
        List<String> log = new CopyOnWriteArrayList<>();
        Path ready = folder.resolve("ready");
        try (RealEnvoy envoy =
                        RealEnvoy.withBootstrap(bootstrap(port, adminPort)).awaitReady();
                ReadyServer server =
                        ReadyServer.start(new InetSocketAddress(LOOPBACK, 0), ready, Duration.ofSeconds(30), log::add);
                HttpClient client = HttpClient.newHttpClient();
                Socket connection = new Socket(LOOPBACK, port)) {
            CompletableFuture<HttpResponse<String>> mayEnd = client.sendAsync(
                    HttpRequest.newBuilder(uri(server.port(), "/shutdown/ready"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            AdminPage admin = new AdminPage(new InetSocketAddress(LOOPBACK, adminPort));
            await(() -> admin.connections() == 1);
            Thread drain = Thread.ofVirtual().start(() -> {
                try {
                    new Drain(
                                    admin,
                                    new DrainOptions(Duration.ZERO, Duration.ofSeconds(30), Duration.ZERO, 0),
                                    ready,
                                    log::add)
                            .run();
                } catch (IOException | InterruptedException e) {
                    log.add("failed: " + e);
                }
            });
            await(() -> log.contains("1 connections are open"));
            assertThat(mayEnd).isNotDone();
            assertThat(ready).doesNotExist();
            assertThat(envoy.admin().ready()).as("health checks fail").isFalse();
            connection.close();
            assertThat(mayEnd.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            drain.join();
            assertThat(log).contains("done");
        }
    }

    @Test
    void aConnectionThatStaysHoldsEnvoyNoLongerThanTheTimeout() throws Exception {
        int port = FreePorts.one();
        int adminPort = FreePorts.one();
        Path ready = folder.resolve("ready");
        List<String> log = new CopyOnWriteArrayList<>();
        try (RealEnvoy _ = RealEnvoy.withBootstrap(bootstrap(port, adminPort)).awaitReady();
                Socket _ = new Socket(LOOPBACK, port)) {
            AdminPage admin = new AdminPage(new InetSocketAddress(LOOPBACK, adminPort));
            await(() -> admin.connections() == 1);
            new Drain(
                            admin,
                            new DrainOptions(Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ZERO, 0),
                            ready,
                            log::add)
                    .run();
            assertThat(log).contains("the time is over");
            assertThat(ready).exists();
        }
    }

    @Test
    void anEnvoyThatIsGoneHoldsNothingLongerThanTheTimeout() throws Exception {
        Path ready = folder.resolve("ready");
        new Drain(
                        new AdminPage(new InetSocketAddress(LOOPBACK, FreePorts.one())),
                        new DrainOptions(Duration.ZERO, Duration.ofSeconds(1), Duration.ZERO, 0),
                        ready,
                        _ -> {})
                .run();
        assertThat(Files.exists(ready)).isTrue();
    }

    @Test
    void theServerIsHealthyAndTellsThatADrainTookTooLong() throws Exception {
        try (ReadyServer server = ReadyServer.start(
                        new InetSocketAddress(LOOPBACK, 0), folder.resolve("never"), Duration.ofMillis(300), _ -> {});
                HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(
                                    HttpRequest.newBuilder(uri(server.port(), "/healthz"))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(200);
            assertThat(client.send(
                                    HttpRequest.newBuilder(uri(server.port(), "/shutdown/ready"))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(500);
        }
    }

    private static URI uri(int port, String path) {
        return URI.create("http://" + LOOPBACK.getHostAddress() + ":" + port + path);
    }

    private interface Check {
        boolean holds() throws IOException;
    }

    private static void await(Check check) throws IOException, InterruptedException {
        while (!check.holds()) {
            Thread.sleep(20);
        }
    }

    private static String bootstrap(int port, int adminPort) {
        return """
            node: {id: test, cluster: test}
            admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
            static_resources:
              listeners:
              - name: http
                address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: http
                      route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, direct_response: {status: 200}}]}]}
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
            """.formatted(adminPort, port);
    }
}
