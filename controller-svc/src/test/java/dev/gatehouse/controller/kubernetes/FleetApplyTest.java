package dev.gatehouse.controller.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.controller.infrastructure.FleetNames;
import dev.gatehouse.controller.infrastructure.KubernetesObject;
import dev.gatehouse.gatewayapi.ObjectKey;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Objects that are there already. */
class FleetApplyTest {
    private static final String ACCOUNT = "/api/v1/namespaces/system/serviceaccounts/named";

    @AutoClose
    private final FakeApiServer server = new FakeApiServer();

    @AutoClose
    private final ClusterEvents events = new ClusterEvents(server.client(), () -> true, InstantSource.system());

    private final FleetApply fleets =
            new FleetApply(server.client(), events, Set.of("gatehouse.dev/controller"), "system");

    FleetApplyTest() throws IOException {}

    @BeforeEach
    void aFleetThatThisProcessWroteBefore() {
        server.label("/api/v1/namespaces/system/services/fleet", FleetNames.FLEET_LABEL, "f");
    }

    @Test
    void aServiceAccountOfTheUserIsUsedAsItIs() throws Exception {
        List<KubernetesObject> objects = List.of(object("ServiceAccount", "named"), object("Service", "fleet"));
        fleets.apply("ns/gw", objects);
        fleets.deleteOthers("ns/gw", objects);
        // Nor is it deleted once the fleet has another.
        fleets.deleteOthers("ns/gw", List.of(object("Service", "fleet")));
        assertThat(server.next()).isEqualTo("PATCH /api/v1/namespaces/system/services/fleet");
        assertThat(server.bodies()).hasSize(1);
    }

    @Test
    void aServiceAccountOfTheFleetIsWritten() throws Exception {
        server.label(ACCOUNT, FleetNames.FLEET_LABEL, "f");
        fleets.apply("ns/gw", List.of(object("ServiceAccount", "named")));
        assertThat(server.next()).isEqualTo("PATCH " + ACCOUNT);
    }

    @Test
    void whatGatehouseRunsAsIsNotLent() {
        server.label(ACCOUNT, "app.kubernetes.io/part-of", "gatehouse");
        assertThatThrownBy(() -> fleets.apply("ns/gw", List.of(object("ServiceAccount", "named"))))
                .isInstanceOf(FleetWriter.Refused.class)
                .hasMessageContaining("is there already, and is not of this fleet");
    }

    @Test
    void otherObjectsOfSomebodyElseAreRefused() {
        assertThatThrownBy(() -> fleets.apply("ns/gw", List.of(object("Service", "other"))))
                .isInstanceOf(FleetWriter.Refused.class);
        assertThat(server.bodies()).isEmpty();
    }

    private static KubernetesObject object(String kind, String name) {
        return new KubernetesObject(
                "v1",
                kind,
                new ObjectKey("system", name),
                Map.of(
                        "apiVersion",
                        "v1",
                        "kind",
                        kind,
                        "metadata",
                        Map.of("name", name, "namespace", "system", "labels", Map.of(FleetNames.FLEET_LABEL, "f"))));
    }
}
