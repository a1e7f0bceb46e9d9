package dev.gatehouse.events.kafka;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.testkit.KafkaBroker;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaReportsIT {
    private static final InstantSource CLOCK = InstantSource.system();

    @Test
    void aReaderHearsWhatIsTrueWhenItStartsAndWhoIsSilentIsAway(@TempDir Path directory) throws Exception {
        try (KafkaBroker broker = new KafkaBroker(directory)) {
            KafkaLink link = new KafkaLink("reports", Map.of("bootstrap.servers", broker.address()));
            BlockingQueue<DataPlaneReport> first = new LinkedBlockingQueue<>();
            BlockingQueue<DataPlaneReport> second = new LinkedBlockingQueue<>();
            try (KafkaReportReader reader = KafkaReportReader.start(link, first::add, CLOCK)) {
                try (KafkaDataPlaneReports reports = KafkaDataPlaneReports.start(link, "xds-1", CLOCK)) {
                    reports.publish(report().setConnected(
                                    DataPlaneReport.Connected.newBuilder().setVersion("1.40.0"))
                            .build());
                    reports.publish(applied(1));
                    hasBoth(first);
                    // What is said again is no news to this reader, and is all to one that comes late.
                    try (KafkaReportReader late = KafkaReportReader.start(link, second::add, CLOCK)) {
                        hasBoth(second);
                    }
                    reports.publish(applied(2));
                    assertThat(next(first).getApplied().getOffset()).isEqualTo(2);
                }
                DataPlaneReport away = next(first);
                assertThat(away.getDisconnected().getReason()).isEqualTo("reporter xds-1 is away");
                assertThat(away.getNodeId()).isEqualTo("proxy-1");
                assertThat(first).isEmpty();
            }
        }
    }

    /** In any order: who begins to read between the two hears the first when it is said again. */
    private static void hasBoth(BlockingQueue<DataPlaneReport> reports) throws InterruptedException {
        List<DataPlaneReport> both = List.of(next(reports), next(reports));
        assertThat(both).anyMatch(DataPlaneReport::hasConnected);
        assertThat(both).anyMatch(report -> report.getApplied().getOffset() == 1);
    }

    private static DataPlaneReport applied(long offset) {
        return report().setApplied(
                        DataPlaneReport.Applied.newBuilder().setEpoch("one").setOffset(offset))
                .build();
    }

    private static DataPlaneReport.Builder report() {
        return DataPlaneReport.newBuilder()
                .setReporter("xds-1")
                .setFleet("a/gw")
                .setNodeId("proxy-1");
    }

    private static DataPlaneReport next(BlockingQueue<DataPlaneReport> reports) throws InterruptedException {
        return Objects.requireNonNull(reports.poll(60, SECONDS), "no report within 60 s");
    }
}
