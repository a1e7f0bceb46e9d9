package dev.gatehouse.standalone.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.infrastructure.HostProxy;
import dev.gatehouse.envoyprocess.EnvoyProcess;
import dev.gatehouse.envoyprocess.EnvoyState;
import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.standalone.fleet.ListenerAddress.Transport;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class EnvoyFleetIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    @Test
    void anEnvoyRunsForEachGatewayAndEndsWithIt() throws Exception {
        List<Integer> ports = FreePorts.some(2);
        try (EnvoyFleet fleet = fleet()) {
            assertThat(fleet.apply(List.of(proxy("ns/a", ports.get(0)), proxy("ns/b", ports.get(1))))
                            .complete())
                    .isTrue();
            EnvoyProcess a = live(fleet, "ns/a");
            EnvoyProcess b = live(fleet, "ns/b");
            assertThat(a.admin().orElseThrow().get("/server_info")).contains("\"cluster\": \"ns/a\"");

            assertThat(fleet.apply(List.of(proxy("ns/b", ports.get(1)))).complete())
                    .isTrue();

            assertThat(fleet.states()).containsOnlyKeys("ns/b");
            assertThat(a.await(EnvoyState.Stopped.class::isInstance, SOON)).isTrue();
            assertThat(fleet.process("ns/b")).containsSame(b);
            fleet.close();
            assertThat(b.state()).isEqualTo(new EnvoyState.Stopped());
        }
    }

    @Test
    void aTakenPortKeepsOnlyItsOwnGatewayFromStarting() throws Exception {
        try (ServerSocket held = new ServerSocket(0, 1, LOOPBACK);
                EnvoyFleet fleet = fleet()) {
            ProxySpec blocked = proxy("ns/blocked", held.getLocalPort());
            List<PortProblem> problems = fleet.apply(List.of(blocked, proxy("ns/free", FreePorts.one())))
                    .ports();

            assertThat(problems).extracting(PortProblem::fleet).containsExactly("ns/blocked");
            assertThat(problems.getFirst().message())
                    .contains("is in use by java (process "
                            + ProcessHandle.current().pid());
            assertThat(fleet.states()).containsOnlyKeys("ns/free");

            held.close();
            // The system may lend the port to an outgoing connection for a moment.
            Await.until(
                    () -> fleet.apply(List.of(blocked)).complete(), SOON, () -> "the port that was released is free");
            live(fleet, "ns/blocked");
        }
    }

    @Test
    void aGatewayThatComesBackWhileItDrainsRunsAgain() throws Exception {
        ProxySpec proxy = proxy("ns/a", FreePorts.one());
        try (EnvoyFleet fleet = fleet()) {
            fleet.apply(List.of(proxy));
            EnvoyProcess first = live(fleet, "ns/a");
            fleet.apply(List.of());
            assertThat(fleet.apply(List.of(proxy)).complete()).isTrue();
            assertThat(live(fleet, "ns/a")).isNotSameAs(first);
            assertThat(first.state()).isEqualTo(new EnvoyState.Stopped());
        }
    }

    @Test
    void anEnvoyThatCrashesIsStartedAnewWithTheEditOfItsEnvoyProxy() throws Exception {
        int port = FreePorts.one();
        ProxySpec good = proxy("ns/a", port);
        ProxySpec bad = new ProxySpec("ns/a", good.listeners(), withArguments("--no-such-flag"));
        try (EnvoyFleet fleet = fleet()) {
            assertThat(fleet.apply(List.of(bad)).complete()).isTrue();
            EnvoyProcess first = fleet.process("ns/a").orElseThrow();
            Await.until(() -> first.state() instanceof EnvoyState.Crashed, SOON, () -> "log: " + log);

            Await.until(
                    () -> fleet.apply(List.of(good)).complete(),
                    SOON,
                    () -> "state: " + first.state() + ", log: " + log);

            assertThat(live(fleet, "ns/a")).isNotSameAs(first);
        }
    }

    private static HostProxy withArguments(String... arguments) {
        EnvoyProxySpec d = EnvoyProxySpec.DEFAULT;
        return new HostProxy(new EnvoyProxySpec(
                d.mergeType(),
                d.mergeGateways(),
                d.kubernetes(),
                d.logLevels(),
                d.bootstrap(),
                d.concurrency(),
                d.routingType(),
                List.of(arguments),
                d.shutdown(),
                d.ipFamily(),
                d.telemetry(),
                d.filterOrder(),
                d.backendTls(),
                d.preserveRouteOrder(),
                d.luaValidation(),
                d.dynamicModules(),
                d.geoIp()));
    }

    private EnvoyProcess live(EnvoyFleet fleet, String name) throws InterruptedException {
        EnvoyProcess process = fleet.process(name).orElseThrow();
        assertThat(process.await(EnvoyState.Live.class::isInstance, SOON))
                .as("log: %s", log)
                .isTrue();
        return process;
    }

    /** Without an xds-svc: the Envoys live, and wait for it. */
    private EnvoyFleet fleet() {
        return new EnvoyFleet(
                RealEnvoy.binary(),
                new EnvoyFleet.Settings(
                        new InetSocketAddress(LOOPBACK, FreePorts.one()), "warning", 1, Duration.ofSeconds(2)),
                (fleet, line) -> log.add(fleet + ": " + line));
    }

    private static ProxySpec proxy(String fleet, int port) {
        return new ProxySpec(fleet, List.of(new ListenerAddress("http", LOOPBACK, port, Transport.TCP)));
    }
}
