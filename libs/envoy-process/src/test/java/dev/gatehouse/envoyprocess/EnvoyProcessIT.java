package dev.gatehouse.envoyprocess;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class EnvoyProcessIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    /** The port of a server that nothing listens to. */
    private static final int NOBODY = 1;

    private static final Backoff QUICK =
            new Backoff(Duration.ofMillis(50), Duration.ofMillis(50), Duration.ofSeconds(1));

    private static EnvoyBinary binary;

    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<EnvoyState> states = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void findEnvoy() throws IOException {
        binary = EnvoyLocator.ofEnvironment(System.out::println)
                .locate(Optional.ofNullable(System.getProperty("envoy.path")).map(Path::of));
    }

    @Test
    void isReadyOnceItHasItsConfiguration() throws Exception {
        try (EnvoyProcess envoy = start(serving(NOBODY))) {
            assertThat(envoy.awaitReady(SOON)).as("log: %s", log).isTrue();
            assertThat(envoy.admin().orElseThrow().get("/server_info")).contains("\"state\": \"LIVE\"");
        }
        assertThat(states)
                .extracting(EnvoyState::getClass)
                .containsExactly(
                        (Class) EnvoyState.Starting.class,
                        EnvoyState.Live.class,
                        EnvoyState.Ready.class,
                        EnvoyState.Stopped.class);
    }

    @Test
    void theBootstrapIsLoadedAndIsLiveButNotReadyWithoutXds() throws Exception {
        Bootstrap bootstrap =
                Bootstrap.of("node \"1\"", "a/b", new InetSocketAddress(InetAddress.getLoopbackAddress(), NOBODY));
        try (EnvoyProcess envoy = start(bootstrap.json())) {
            assertThat(envoy.await(EnvoyState.Live.class::isInstance, SOON))
                    .as("log: %s", log)
                    .isTrue();
            EnvoyAdmin admin = envoy.admin().orElseThrow();
            assertThat(admin.ready()).isFalse();
            assertThat(admin.get("/server_info"))
                    .contains("\"id\": \"node \\\"1\\\"\"")
                    .contains("\"cluster\": \"a/b\"");
        }
    }

    @Test
    void theAdminPageIsASocketThatOnlyTheUserCanOpen() throws Exception {
        Bootstrap bootstrap =
                Bootstrap.of("node", "a/b", new InetSocketAddress(InetAddress.getLoopbackAddress(), NOBODY));
        try (EnvoyProcess envoy = start(folder ->
                bootstrap.withAdminSocket(folder.resolve("admin.socket")).json())) {
            assertThat(envoy.await(EnvoyState.Live.class::isInstance, SOON))
                    .as("log: %s", log)
                    .isTrue();
            EnvoyAdmin admin = envoy.admin().orElseThrow();
            assertThat(admin.get("/server_info")).contains("\"cluster\": \"a/b\"");
            // Large enough to come in many parts.
            assertThat(admin.get("/stats?usedonly").lines()).hasSizeGreaterThan(50);
            Path socket = ((UnixDomainSocketAddress) ((EnvoyState.Live) envoy.state()).admin()).getPath();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aSocketPathThatIsTooLongIsToldWithItsLength() throws Exception {
        Bootstrap bootstrap =
                Bootstrap.of("node", "a/b", new InetSocketAddress(InetAddress.getLoopbackAddress(), NOBODY));
        try (EnvoyProcess envoy = start(folder ->
                bootstrap.withAdminSocket(folder.resolve("x".repeat(100))).json())) {
            assertThat(envoy.await(EnvoyState.Crashed.class::isInstance, SOON)).isTrue();
            assertThat(((EnvoyState.Crashed) envoy.state()).lastLine()).contains("too long for a Unix socket");
        }
    }

    @Test
    void aCrashedEnvoyIsStartedAgain() throws Exception {
        try (EnvoyProcess envoy = start(serving(NOBODY))) {
            assertThat(envoy.awaitReady(SOON)).isTrue();
            long first = pid(envoy);

            ProcessHandle.of(first).orElseThrow().destroyForcibly();

            assertThat(envoy.await(state -> state instanceof EnvoyState.Ready ready && ready.pid() != first, SOON))
                    .isTrue();
            assertThat(states)
                    .anyMatch(state -> state instanceof EnvoyState.Crashed crash
                            && crash.exit() == 137
                            && crash.restartIn().equals(Duration.ofMillis(50)));
        }
    }

    @Test
    void anEnvoyWhoseBootstrapIsRefusedSaysWhyInItsState() throws Exception {
        try (EnvoyProcess envoy = start("{\"admin\": {\"no_such_field\": 1}}")) {
            assertThat(envoy.await(EnvoyState.Crashed.class::isInstance, SOON)).isTrue();
        }
        assertThat(log).anyMatch(line -> line.contains("no_such_field"));
    }

    @Test
    void drainingLetsARequestUnderWayFinish() throws Exception {
        try (ServerSocket backend = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                EnvoyProcess envoy = start(serving(backend.getLocalPort()))) {
            assertThat(envoy.awaitReady(SOON)).isTrue();
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port(envoy))) {
                client.getOutputStream().write(ascii("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
                try (Socket upstream = backend.accept()) {
                    CompletableFuture<Void> drained = CompletableFuture.runAsync(() -> drain(envoy, SOON));
                    assertThat(envoy.await(EnvoyState.Draining.class::isInstance, SOON))
                            .isTrue();
                    while (!envoy.admin().orElseThrow().get("/server_info").contains("\"state\": \"DRAINING\"")) {
                        Thread.onSpinWait();
                    }
                    upstream.getOutputStream().write(ascii("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));

                    assertThat(new String(readUntil(client.getInputStream(), "hello"), StandardCharsets.US_ASCII))
                            .contains("200 OK")
                            .containsIgnoringCase("connection: close");
                    drained.get(20, TimeUnit.SECONDS);
                }
            }
            assertThat(envoy.state()).isEqualTo(new EnvoyState.Stopped());
        }
    }

    @Test
    void drainingEndsWhenTheTimeIsUp() throws Exception {
        try (ServerSocket backend = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                EnvoyProcess envoy = start(serving(backend.getLocalPort()))) {
            assertThat(envoy.awaitReady(SOON)).isTrue();
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port(envoy))) {
                client.getOutputStream().write(ascii("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
                try (Socket upstream = backend.accept()) {
                    long started = System.nanoTime();
                    envoy.drain(Duration.ofMillis(500));
                    assertThat(Duration.ofNanos(System.nanoTime() - started))
                            .isBetween(Duration.ofMillis(500), Duration.ofSeconds(10));
                    assertThat(upstream.isConnected()).isTrue();
                }
            }
        }
    }

    @Test
    void envoyEndsWhenTheJvmIsKilled(@TempDir Path folder) throws Exception {
        Path bootstrap = Files.writeString(folder.resolve("bootstrap.json"), serving(NOBODY));
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        binary.path().toString(),
                        bootstrap.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long pid = Long.parseLong(new String(readUntil(jvm.getInputStream(), "\n"), StandardCharsets.US_ASCII).strip());
        ProcessHandle envoy = ProcessHandle.of(pid).orElseThrow();
        assertThat(envoy.isAlive()).isTrue();

        jvm.destroyForcibly();

        envoy.onExit().get(20, TimeUnit.SECONDS);
    }

    /** Runs an Envoy, prints its process id and waits to be killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws Exception {
            String bootstrap = Files.readString(Path.of(args[1]));
            EnvoyProcess envoy = EnvoyProcess.start(
                    EnvoyBinary.check(Path.of(args[0])), EnvoyLaunch.of("held", _ -> bootstrap, System.err::println));
            envoy.awaitReady(SOON);
            System.out.println(pid(envoy));
            envoy.await(EnvoyState.Stopped.class::isInstance, Duration.ofMinutes(5));
        }
    }

    private EnvoyProcess start(String bootstrap) {
        return start(_ -> bootstrap);
    }

    private EnvoyProcess start(Function<Path, String> bootstrap) {
        return EnvoyProcess.start(
                binary,
                EnvoyLaunch.of("test", bootstrap, log::add)
                        .withConcurrency(1)
                        .withBackoff(QUICK)
                        .withOnState(states::add));
    }

    private static void drain(EnvoyProcess envoy, Duration limit) {
        try {
            envoy.drain(limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long pid(EnvoyProcess envoy) {
        return envoy.state() instanceof EnvoyState.Ready ready ? ready.pid() : -1;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] readUntil(InputStream in, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("ended after \"" + text + "\"; expected \"" + end + "\"");
            }
            text.append((char) b);
        }
        return ascii(text.toString());
    }

    /** Of the listener, which takes a port that is free: "http::127.0.0.1:43210". */
    private static int port(EnvoyProcess envoy) throws IOException {
        String listeners = envoy.admin().orElseThrow().get("/listeners").strip();
        return Integer.parseInt(listeners.substring(listeners.lastIndexOf(':') + 1));
    }

    private static String serving(int backend) {
        return List.of(
                        "admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}",
                        "static_resources:",
                        "  listeners:",
                        "  - name: http",
                        "    address: {socket_address: {address: 127.0.0.1, port_value: 0}}",
                        "    filter_chains:",
                        "    - filters:",
                        "      - name: hcm",
                        "        typed_config:",
                        "          '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                        "          stat_prefix: http",
                        "          route_config: {virtual_hosts: [{name: all, domains: ['*'], routes: [{match: {prefix: /}, route: {cluster: backend}}]}]}",
                        "          http_filters:",
                        "          - name: router",
                        "            typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}",
                        "  clusters:",
                        "  - name: backend",
                        "    load_assignment: {cluster_name: backend, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: "
                                + backend + "}}}}]}]}")
                .stream()
                .reduce("", (a, b) -> a + b + "\n");
    }
}
