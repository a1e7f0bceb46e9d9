package dev.gatehouse.xds.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.Vhds;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Route tables whose virtual hosts are resources of their own, as a real Envoy takes them. */
@Timeout(120)
final class VirtualHostsIT extends EnvoyFixture {
    private final int other = FreePorts.one();

    @Test
    void virtualHostsComeAndGoByThemselves() throws Exception {
        append(transaction(
                List.of(
                        put(TypeUrls.LISTENER, "one", listener("one", port, "t1")),
                        table("t1"),
                        host("t1", "a.example", "1"),
                        host("t1", "b.example", "1")),
                List.of()));
        try (RealEnvoy envoy = RealEnvoy.fromXds("proxy", FLEET, grpc.getPort()).awaitReady()) {
            expect(port, "a.example", "200 1");
            expect(port, "b.example", "200 1");
            expect(port, "c.example", "404 ");
            awaitApplied(append(transaction(
                    List.of(host("t1", "a.example", "2"), host("t1", "c.example", "1")),
                    List.of(id("t1", "b.example")))));
            expect(port, "a.example", "200 2");
            expect(port, "b.example", "404 ");
            expect(port, "c.example", "200 1");

            // A second table; and the first one again after its listener was gone.
            awaitApplied(append(transaction(
                    List.of(
                            host("t2", "a.example", "3"),
                            table("t2"),
                            put(TypeUrls.LISTENER, "two", listener("two", other, "t2"))),
                    List.of())));
            expect(other, "a.example", "200 3");
            awaitApplied(append(transaction(List.of(), List.of(new ResourceId(FLEET, TypeUrls.LISTENER, "two")))));
            awaitApplied(append(
                    transaction(List.of(put(TypeUrls.LISTENER, "two", listener("two", other, "t2"))), List.of())));
            expect(other, "a.example", "200 3");

            interrupt(() -> append(transaction(List.of(host("t1", "a.example", "4")), List.of(id("t1", "c.example")))));
            expect(port, "a.example", "200 4");
            expect(port, "c.example", "404 ");
            expect(other, "a.example", "200 3");
            assertThat(envoy.log()).noneMatch(line -> line.contains("[critical]"));
        }
    }

    @Test
    void aVirtualHostThatIsRefusedIsNamedAndTheOthersArrive() throws Exception {
        append(transaction(
                List.of(
                        put(TypeUrls.LISTENER, "one", listener("one", port, "t1")),
                        table("t1"),
                        host("t1", "a.example", "1"),
                        host("t1", "b.example", "1")),
                List.of()));
        try (RealEnvoy envoy = RealEnvoy.fromXds("proxy", FLEET, grpc.getPort()).awaitReady()) {
            expect(port, "b.example", "200 1");
            Route unreadable = Route.newBuilder()
                    .setMatch(RouteMatch.newBuilder()
                            .setSafeRegex(RegexMatcher.newBuilder().setRegex("(")))
                    .setDirectResponse(DirectResponseAction.newBuilder().setStatus(200))
                    .build();
            append(transaction(
                    List.of(
                            host("t1", "a.example", "2"),
                            put(
                                    TypeUrls.VIRTUAL_HOST,
                                    "t1/b.example",
                                    VirtualHost.newBuilder()
                                            .setName("t1/b.example")
                                            .addDomains("b.example")
                                            .addRoutes(unreadable)
                                            .build())),
                    List.of()));
            expect(port, "a.example", "200 2");
            DataPlaneReport.Rejected rejected =
                    await(DataPlaneReport::hasRejected).getRejected();
            assertThat(rejected.getResourcesList()).containsExactly("t1/b.example");
            assertThat(get(port, "b.example")).isEqualTo("200 1");
            awaitApplied(append(transaction(List.of(host("t1", "b.example", "3")), List.of())));
            expect(port, "b.example", "200 3");
            assertThat(envoy.log()).noneMatch(line -> line.contains("[critical]"));
        }
    }

    @Test
    void aTableThatChangesKeepsItsVirtualHosts() throws Exception {
        append(transaction(
                List.of(
                        put(TypeUrls.LISTENER, "one", listener("one", port, "t1")),
                        table("t1"),
                        host("t1", "a.example", "1")),
                List.of()));
        try (RealEnvoy envoy = RealEnvoy.fromXds("proxy", FLEET, grpc.getPort()).awaitReady()) {
            expect(port, "a.example", "200 1");
            AtomicBoolean stop = new AtomicBoolean();
            Queue<String> failed = new ConcurrentLinkedQueue<>();
            Thread client = Thread.startVirtualThread(() -> {
                while (!stop.get()) {
                    String answer = get(port, "a.example");
                    if (!answer.startsWith("200 ")) {
                        failed.add(answer);
                    }
                }
            });
            for (int i = 0; i < 20; i++) {
                RouteConfiguration changed = RouteConfiguration.newBuilder()
                        .setName("t1")
                        .setVhds(Vhds.newBuilder().setConfigSource(ADS))
                        .addInternalOnlyHeaders("x-" + i)
                        .build();
                awaitApplied(append(transaction(
                        List.of(put(TypeUrls.ROUTES, "t1", changed), host("t1", "a.example", "" + i)), List.of())));
                expect(port, "a.example", "200 " + i);
            }
            // Another listener takes the place, with a table of its own; the old table's hosts go with it.
            awaitApplied(append(transaction(
                    List.of(
                            put(TypeUrls.LISTENER, "one", listener("one", port, "t2")),
                            table("t2"),
                            host("t2", "a.example", "other")),
                    List.of(new ResourceId(FLEET, TypeUrls.ROUTES, "t1"), id("t1", "a.example")))));
            expect(port, "a.example", "200 other");
            stop.set(true);
            client.join();
            assertThat(failed).isEmpty();
            assertThat(envoy.log()).noneMatch(line -> line.contains("[critical]"));
        }
    }

    private static void expect(int port, String host, String expected) {
        Await.until(
                () -> expected.equals(get(port, host)),
                Duration.ofSeconds(20),
                () -> host + ": " + get(port, host) + " (expected: " + expected + ")");
    }

    /** Status and body. */
    private static String get(int port, String host) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return answer.split(" ", 3)[1] + " " + answer.substring(answer.indexOf("\r\n\r\n") + 4);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static ResourceId id(String table, String domain) {
        return new ResourceId(FLEET, TypeUrls.VIRTUAL_HOST, table + "/" + domain);
    }

    private static Put table(String name) {
        return put(
                TypeUrls.ROUTES,
                name,
                RouteConfiguration.newBuilder()
                        .setName(name)
                        .setVhds(Vhds.newBuilder().setConfigSource(ADS))
                        .build());
    }

    private static Put host(String table, String domain, String body) {
        return put(
                TypeUrls.VIRTUAL_HOST,
                table + "/" + domain,
                VirtualHost.newBuilder()
                        .setName(table + "/" + domain)
                        .addDomains(domain)
                        .addRoutes(Route.newBuilder()
                                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                                .setDirectResponse(DirectResponseAction.newBuilder()
                                        .setStatus(200)
                                        .setBody(DataSource.newBuilder().setInlineString(body))))
                        .build());
    }
}
