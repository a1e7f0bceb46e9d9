package dev.gatehouse.controller.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ParentReference;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StatusWriterTest {
    private static final String OURS = "gatehouse.dev/gatewayclass-controller";
    private static final ServedKind ROUTES = new ServedKind(Kinds.HTTP_ROUTE, "v1", "httproutes");

    @AutoClose
    private final FakeApiServer server = new FakeApiServer();

    @AutoClose
    private final ClusterEvents events = new ClusterEvents(server.client(), () -> true, InstantSource.system());

    @AutoClose
    private final StatusWriter writer =
            new StatusWriter(server.client(), () -> true, events, Set.of(OURS), InstantSource.system());

    StatusWriterTest() throws IOException {
        events.start();
        writer.start();
    }

    private static ObjectRef route(String namespace) {
        return new ObjectRef("HTTPRoute", namespace, "route");
    }

    private void there(String namespace) {
        writer.seen(route(namespace), LiveStatus.of(ROUTES, "1", Map.of()));
    }

    private void wanted(String namespace, Condition condition) {
        writer.wanted(Map.of(
                route(namespace),
                Optional.of(new ObjectStatus.Parents(
                        1,
                        List.of(new ObjectStatus.ParentStatus(
                                new ParentReference(
                                        "gateway.networking.k8s.io",
                                        "Gateway",
                                        Optional.empty(),
                                        "eg",
                                        Optional.empty(),
                                        Optional.empty()),
                                OURS,
                                List.of(condition)))))));
    }

    @Test
    void aStatusIsWrittenAndWhatIsWrongIsAnEvent() throws InterruptedException {
        there("shop");
        wanted("shop", Condition.isFalse("Accepted", "UnsupportedValue", "rules[0]: no"));
        assertThat(server.next())
                .isEqualTo("PATCH /apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes/route/status");
        assertThat(server.next()).isEqualTo("POST /api/v1/namespaces/shop/events");
    }

    @Test
    void nothingIsWrittenInANamespaceThatIsBeingDeleted() throws InterruptedException {
        there("going");
        there("shop");
        writer.ending("going");
        wanted("going", Condition.isTrue("Accepted", "Accepted", ""));
        wanted("shop", Condition.isTrue("Accepted", "Accepted", ""));
        assertThat(server.next()).contains("/namespaces/shop/");
        assertThat(server.bodies()).hasSize(1);
        // One of the name is made again.
        writer.notEnding("going");
        assertThat(server.next()).contains("/namespaces/going/");
    }

    @Test
    void nothingIsWrittenOfAnObjectThatIsGone() throws InterruptedException {
        there("a");
        writer.gone(route("a"));
        wanted("a", Condition.isTrue("Accepted", "Accepted", ""));
        there("b");
        wanted("b", Condition.isTrue("Accepted", "Accepted", ""));
        assertThat(server.next()).contains("/namespaces/b/");
        assertThat(server.bodies()).hasSize(1);
    }
}
