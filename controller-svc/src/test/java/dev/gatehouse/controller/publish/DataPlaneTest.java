package dev.gatehouse.controller.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.FleetState;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DataPlaneTest {
    private static final String FLEET = "shop/edge";
    private static final ObjectRef ROUTE = new ObjectRef("HTTPRoute", "shop", "cart");

    private final DataPlane dataPlane =
            new DataPlane(id -> id.name().equals("table") && id.fleet().equals(FLEET) ? Set.of(ROUTE) : Set.of());

    @Test
    void nothingIsKnownOfAFleetWithoutProxies() {
        assertThat(dataPlane.state(FLEET)).isEqualTo(FleetState.UNKNOWN);
    }

    @Test
    void aFleetIsPendingWhileAProxyHasNoConfigurationYet() {
        connect("a");
        applied("a", "e", 1);
        FleetState state = connect("b");
        assertThat(state.programmed().status()).isEqualTo(Condition.Status.False);
        assertThat(state.programmed().reason()).isEqualTo("Pending");
        assertThat(state.programmed().message()).startsWith("1 of 2 connected proxies");
        assertThat(applied("b", "e", 1).programmed().holds()).isTrue();
    }

    @Test
    void aRejectionNamesTheProxyAndGoesToTheOwnersOfTheResource() {
        connect("a");
        applied("a", "e", 1);
        FleetState state = rejected("a", "e", 2, "table");
        assertThat(state.programmed().reason()).isEqualTo("Invalid");
        assertThat(state.programmed().message()).startsWith("Refused by a,");
        assertThat(state.rejections()).containsOnlyKeys(ROUTE);
        assertThat(state.rejections().get(ROUTE)).isEqualTo("no such cluster (a, table)");
    }

    @Test
    void aRejectionWithoutANamedResourceBlamesNobody() {
        FleetState state = rejected("a", "e", 2, "");
        assertThat(state.programmed().reason()).isEqualTo("Invalid");
        assertThat(state.rejections()).isEmpty();
    }

    @Test
    void anotherProxyThatAppliesTheSameDoesNotClearIt() {
        rejected("a", "e", 2, "table");
        assertThat(applied("b", "e", 2).rejections()).containsOnlyKeys(ROUTE);
    }

    @Test
    void whatIsAppliedLaterClearsARejectionAndWhatWasSentBeforeDoesNot() {
        rejected("a", "e", 2, "table");
        assertThat(applied("a", "e", 1).rejections()).containsOnlyKeys(ROUTE);
        FleetState state = applied("a", "e", 3);
        assertThat(state.rejections()).isEmpty();
        assertThat(state.programmed().holds()).isTrue();
    }

    @Test
    void aNewLifeOfTheLogClearsARejection() {
        rejected("a", "e", 7, "table");
        assertThat(applied("a", "f", 1).programmed().holds()).isTrue();
    }

    @Test
    void aProxyThatLeavesTakesItsRejectionAlong() {
        connect("b");
        applied("b", "e", 2);
        rejected("a", "e", 2, "table");
        assertThat(disconnect("a").programmed().holds()).isTrue();
        assertThat(disconnect("b")).isEqualTo(FleetState.UNKNOWN);
    }

    @Test
    void aProxyThatComesBackStartsOver() {
        connect("a");
        applied("a", "e", 1);
        disconnect("a");
        assertThat(connect("a").programmed().reason()).isEqualTo("Pending");
    }

    @Test
    void fleetsAreApart() {
        rejected("a", "e", 2, "table");
        assertThat(dataPlane.state("shop/other")).isEqualTo(FleetState.UNKNOWN);
    }

    @Test
    void aReportOfAnUnknownSortChangesNothing() {
        connect("a");
        FleetState before = applied("a", "e", 1);
        assertThat(dataPlane.take(report("a").build())).isEqualTo(before);
    }

    private FleetState connect(String node) {
        return dataPlane.take(report(node)
                .setConnected(DataPlaneReport.Connected.getDefaultInstance())
                .build());
    }

    private FleetState disconnect(String node) {
        return dataPlane.take(report(node)
                .setDisconnected(DataPlaneReport.Disconnected.getDefaultInstance())
                .build());
    }

    private FleetState applied(String node, String epoch, long offset) {
        return dataPlane.take(report(node)
                .setApplied(DataPlaneReport.Applied.newBuilder().setEpoch(epoch).setOffset(offset))
                .build());
    }

    private FleetState rejected(String node, String epoch, long offset, String resource) {
        return dataPlane.take(report(node)
                .setRejected(DataPlaneReport.Rejected.newBuilder()
                        .setEpoch(epoch)
                        .setOffset(offset)
                        .setTypeUrl("type.googleapis.com/x")
                        .addResources(resource)
                        .setMessage("no such cluster"))
                .build());
    }

    private static DataPlaneReport.Builder report(String node) {
        return DataPlaneReport.newBuilder().setFleet(FLEET).setNodeId(node);
    }
}
