package dev.gatehouse.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatestReportsTest {
    private static final String TYPE = "type.googleapis.com/x";

    private final LatestReports latest = new LatestReports();

    @Test
    void aRefusalOfEachResourceStaysUntilItIsSettledWithoutIt() {
        DataPlaneReport connected = report().setConnected(DataPlaneReport.Connected.getDefaultInstance())
                .build();
        DataPlaneReport a = rejected(2, "a");
        DataPlaneReport b = rejected(3, "b");
        take(connected, a, b, settled(3, "a", "b"));
        assertThat(latest.all()).containsExactly(connected, a, b, settled(3, "a", "b"));
        take(settled(4, "b"));
        assertThat(latest.all()).containsExactly(connected, b, settled(4, "b"));
    }

    @Test
    void aLaterRefusalOfAResourceTakesThePlaceOfTheEarlier() {
        take(rejected(2, "a"), rejected(3, "a"));
        assertThat(latest.all()).containsExactly(rejected(3, "a"));
    }

    @Test
    void aRefusalOfALaterTransactionOutlastsWhatIsSettledBefore() {
        take(rejected(5, "a"), settled(4));
        assertThat(latest.all()).containsExactly(rejected(5, "a"), settled(4));
    }

    @Test
    void whatIsAppliedEndsEveryRefusal() {
        DataPlaneReport applied = report().setApplied(
                        DataPlaneReport.Applied.newBuilder().setEpoch("e").setOffset(6))
                .build();
        take(rejected(2, "a"), rejected(3, "b"), settled(3, "a", "b"), applied);
        assertThat(latest.all()).containsExactly(applied);
    }

    private void take(DataPlaneReport... reports) {
        List.of(reports).forEach(latest::take);
    }

    private static DataPlaneReport rejected(long offset, String name) {
        return report().setRejected(DataPlaneReport.Rejected.newBuilder()
                        .setEpoch("e")
                        .setOffset(offset)
                        .setTypeUrl(TYPE)
                        .addResources(name)
                        .setMessage(name + ": wrong"))
                .build();
    }

    private static DataPlaneReport settled(long offset, String... refused) {
        DataPlaneReport.Settled.Builder settled =
                DataPlaneReport.Settled.newBuilder().setEpoch("e").setOffset(offset);
        for (String name : refused) {
            settled.addRefused(
                    DataPlaneReport.Resource.newBuilder().setTypeUrl(TYPE).setName(name));
        }
        return report().setSettled(settled).build();
    }

    private static DataPlaneReport.Builder report() {
        return DataPlaneReport.newBuilder().setFleet("gatehouse/waf").setNodeId("waf-0");
    }
}
