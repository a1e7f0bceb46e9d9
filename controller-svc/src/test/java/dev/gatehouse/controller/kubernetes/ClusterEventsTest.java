package dev.gatehouse.controller.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.testkit.Await;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClusterEventsTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final ClusterEvents.News REFUSED =
            new ClusterEvents.News(true, "Invalid", "a proxy refused it: \"x\"");

    @AutoClose
    private final FakeApiServer server = new FakeApiServer();

    private volatile Instant now = Instant.parse("2026-11-27T10:00:00Z");
    private volatile boolean leads = true;

    @AutoClose
    private final ClusterEvents events = new ClusterEvents(server.client(), () -> leads, () -> now);

    ClusterEventsTest() throws IOException {
        events.start();
    }

    private static ClusterEvents.Subject route(String name) {
        return new ClusterEvents.Subject("gateway.networking.k8s.io/v1", "HTTPRoute", "shop", name, "uid-1");
    }

    @Test
    void anEventNamesItsObjectAndSaysWhatHappened() throws InterruptedException {
        events.tell(route("cart"), REFUSED);
        assertThat(server.next()).isEqualTo("POST /api/v1/namespaces/shop/events");
        assertThat(server.bodies().getFirst())
                .contains("\"kind\":\"HTTPRoute\"", "\"uid\":\"uid-1\"", "\"generateName\":\"cart.\"")
                .contains("\"type\":\"Warning\"", "\"reason\":\"Invalid\"", "\"count\":1")
                .contains("a proxy refused it", "\"firstTimestamp\":\"2026-11-27T10:00:00Z\"");
    }

    @Test
    void theSameNewsIsTheSameEventWithAGreaterCount() throws InterruptedException {
        events.tell(route("cart"), REFUSED);
        assertThat(server.next()).startsWith("POST");
        now = now.plusSeconds(60);
        events.tell(route("cart"), REFUSED);
        assertThat(server.next()).isEqualTo("PATCH /api/v1/namespaces/shop/events/written-1");
        assertThat(server.bodies().getLast()).contains("\"count\":2", "\"lastTimestamp\":\"2026-11-27T10:01:00Z\"");
        now = now.plusSeconds(3600);
        events.tell(route("cart"), REFUSED);
        assertThat(server.next()).as("after an hour").startsWith("POST");
    }

    @Test
    void anObjectThatChangesItsMindAllTheTimeHasABoundedNumberOfEvents() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            events.tell(route("cart"), new ClusterEvents.News(true, "Invalid", "attempt " + i));
        }
        events.tell(route("other"), REFUSED);
        for (int i = 0; i < 21; i++) {
            server.next();
        }
        assertThat(server.bodies()).hasSize(21);
        assertThat(server.bodies().getLast()).contains("\"name\":\"other\"");
        assertThat(events.dropped()).isEqualTo(80);
    }

    @Test
    void objectsWithoutANamespaceHaveTheirEventsInDefault() throws InterruptedException {
        events.tell(new ClusterEvents.Subject("gateway.networking.k8s.io/v1", "GatewayClass", "", "teg", "u"), REFUSED);
        assertThat(server.next()).isEqualTo("POST /api/v1/namespaces/default/events");
    }

    @Test
    void whoeverDoesNotLeadWritesNothing() throws InterruptedException {
        leads = false;
        events.tell(route("cart"), REFUSED);
        leads = true;
        events.tell(route("other"), REFUSED);
        server.next();
        assertThat(server.bodies()).hasSize(1);
        assertThat(server.bodies().getFirst()).contains("other");
    }

    @Test
    void anEventThatCannotBeWrittenIsLostAndLaterOnesAreNot() throws InterruptedException {
        server.refuse(403);
        events.tell(route("cart"), REFUSED);
        Await.until(() -> events.dropped() == 1, SOON, () -> "dropped: " + events.dropped());
        server.refuse(0);
        server.next();
        events.tell(route("cart"), REFUSED);
        assertThat(server.next()).startsWith("POST");
    }
}
