package dev.gatehouse.controller.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.FleetState;
import dev.gatehouse.events.Position;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DataPlaneTest {
    private static final String FLEET = "shop/edge";
    private static final ObjectRef GATEWAY = new ObjectRef("Gateway", "shop", "edge");
    private static final ObjectRef ROUTE = new ObjectRef("HTTPRoute", "shop", "cart");
    private static final ObjectRef OTHER = new ObjectRef("HTTPRoute", "shop", "other");

    private final DataPlane dataPlane = new DataPlane(
            id -> switch (id.fleet().equals(FLEET) ? id.name() : "") {
                case "table" -> Set.of(ROUTE);
                case "other" -> Set.of(OTHER);
                default -> Set.of();
            },
            new Quarantine(Set.of(FLEET)));

    @Test
    void nothingIsKnownOfAFleetWithoutProxies() {
        assertThat(dataPlane.state(FLEET)).isEqualTo(FleetState.UNKNOWN);
    }

    @Test
    void aGenerationIsPendingUntilEveryConnectedProxyHasItsTransaction() {
        published(1, 5);
        connect("a");
        assertThat(programmed(connect("b")).reason()).isEqualTo("Pending");
        assertThat(programmed(connect("b")).message()).startsWith("2 of 2 connected proxies");
        assertThat(programmed(applied("a", "e", 5)).reason()).isEqualTo("Pending");
        assertThat(programmed(applied("b", "e", 4)).reason()).isEqualTo("Pending");
        assertThat(programmed(applied("b", "e", 5)).holds()).isTrue();
    }

    @Test
    void anOlderGenerationStaysInForceWhileTheProxiesLoadTheNewer() {
        published(1, 1);
        applied("a", "e", 1);
        published(2, 2);
        Condition meanwhile = dataPlane.state(FLEET).programmed(GATEWAY, 2, _ -> true);
        assertThat(meanwhile.holds()).isTrue();
        assertThat(meanwhile.observedGeneration()).hasValue(1);
        Condition after = applied("a", "e", 2).programmed(GATEWAY, 2, _ -> true);
        assertThat(after.holds()).isTrue();
        assertThat(after.observedGeneration()).isEmpty();
    }

    @Test
    void aGenerationThatChangedNoResourceIsInForceAtOnce() {
        published(1, 1);
        applied("a", "e", 1);
        assertThat(dataPlane
                        .published(FLEET, GATEWAY, 2, Optional.of(new Position("e", 1)))
                        .generations())
                .containsEntry(GATEWAY, 2L);
    }

    @Test
    void whatWasInForceStaysWhenAProxyIsAddedOrAllLeave() {
        published(1, 1);
        applied("a", "e", 1);
        assertThat(programmed(connect("b")).holds()).isTrue();
        disconnect("b");
        assertThat(programmed(disconnect("a")).holds()).isTrue();
    }

    @Test
    void nothingStaysOfAGatewayThatIsWithdrawn() {
        published(1, 1);
        applied("a", "e", 1);
        disconnect("a");
        assertThat(dataPlane.withdrawn(FLEET, GATEWAY)).isEqualTo(FleetState.UNKNOWN);
    }

    @Test
    void aRejectionNamesTheProxyAndGoesToTheOwnersOfTheResource() {
        connect("a");
        applied("a", "e", 1);
        FleetState state = rejected("a", "e", 2, "table");
        assertThat(programmed(state).reason()).isEqualTo("Invalid");
        assertThat(programmed(state).message()).startsWith("Refused by a,");
        assertThat(state.rejections()).containsOnlyKeys(ROUTE);
        assertThat(state.rejections().get(ROUTE)).isEqualTo("no such cluster (a, table)");
    }

    @Test
    void aRejectionWithoutANamedResourceBlamesNobody() {
        FleetState state = rejected("a", "e", 2, "");
        assertThat(programmed(state).reason()).isEqualTo("Invalid");
        assertThat(state.rejections()).isEmpty();
    }

    @Test
    void whatIsRefusedOfOthersWhoShareTheProxiesDoesNotConcernAGateway() {
        published(1, 1);
        applied("a", "e", 1);
        FleetState state = rejected("a", "e", 2, "table");
        assertThat(state.programmed(GATEWAY, 1, GATEWAY::equals).holds()).isTrue();
        assertThat(state.programmed(GATEWAY, 1, ROUTE::equals).reason()).isEqualTo("Invalid");
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
        assertThat(programmed(state).reason()).isNotEqualTo("Invalid");
    }

    @Test
    void aNewLifeOfTheLogClearsARejection() {
        rejected("a", "e", 7, "table");
        assertThat(programmed(applied("a", "f", 1)).reason()).isNotEqualTo("Invalid");
    }

    @Test
    void aProxyThatLeavesTakesItsRejectionAlong() {
        connect("b");
        applied("b", "e", 2);
        rejected("a", "e", 2, "table");
        assertThat(programmed(disconnect("a")).reason()).isNotEqualTo("Invalid");
        assertThat(disconnect("b")).isEqualTo(FleetState.UNKNOWN);
    }

    @Test
    void twoRefusedResourcesAreBothNamedAndEachIsClearedWhenItIsAccepted() {
        connect("a");
        rejected("a", "e", 2, "table");
        assertThat(rejected("a", "e", 3, "other").rejections()).containsOnlyKeys(ROUTE, OTHER);
        assertThat(settled("a", "e", 3, "table", "other").rejections()).containsOnlyKeys(ROUTE, OTHER);
        FleetState mended = settled("a", "e", 4, "other");
        assertThat(mended.rejections()).containsOnlyKeys(OTHER);
        assertThat(programmed(mended).reason()).isEqualTo("Invalid");
        assertThat(applied("a", "e", 5).rejections()).isEmpty();
    }

    @Test
    void aResourceThatIsRefusedAnewIsToldInTheLastWords() {
        rejected("a", "e", 2, "table", "first");
        FleetState state = rejected("a", "e", 3, "table", "second");
        assertThat(state.rejections().get(ROUTE)).isEqualTo("second (a, table)");
        assertThat(settled("a", "e", 2).rejections()).as("settled before").containsOnlyKeys(ROUTE);
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

    private void published(long generation, long offset) {
        dataPlane.published(FLEET, GATEWAY, generation, Optional.of(new Position("e", offset)));
    }

    private static Condition programmed(FleetState state) {
        return state.programmed(GATEWAY, 1, _ -> true);
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

    @Test
    void ofAMessageAboutSeveralEachIsToldItsOwnLines() {
        FleetState state = rejected("a", "e", 2, "table", "other: line 1\ntable: line 2\ntable: line 3");
        assertThat(state.rejections().get(ROUTE)).isEqualTo("table: line 2\ntable: line 3 (a, table)");
    }

    private FleetState rejected(String node, String epoch, long offset, String resource) {
        return rejected(node, epoch, offset, resource, "no such cluster");
    }

    private FleetState rejected(String node, String epoch, long offset, String resource, String message) {
        return dataPlane.take(report(node)
                .setRejected(DataPlaneReport.Rejected.newBuilder()
                        .setEpoch(epoch)
                        .setOffset(offset)
                        .setTypeUrl("type.googleapis.com/x")
                        .addResources(resource)
                        .setMessage(message))
                .build());
    }

    private FleetState settled(String node, String epoch, long offset, String... refused) {
        DataPlaneReport.Settled.Builder settled =
                DataPlaneReport.Settled.newBuilder().setEpoch(epoch).setOffset(offset);
        for (String name : refused) {
            settled.addRefused(DataPlaneReport.Resource.newBuilder()
                    .setTypeUrl("type.googleapis.com/x")
                    .setName(name));
        }
        return dataPlane.take(report(node).setSettled(settled).build());
    }

    private static DataPlaneReport.Builder report(String node) {
        return DataPlaneReport.newBuilder().setFleet(FLEET).setNodeId(node);
    }
}
