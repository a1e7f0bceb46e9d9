package dev.gatehouse.events.grpc;

import static dev.gatehouse.events.Changes.secret;
import static dev.gatehouse.events.Changes.set;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.Recorder;
import dev.gatehouse.events.ReportTopic;
import dev.gatehouse.events.Seal;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrpcEventsTest {
    private static final Seal SEAL =
            Seal.ofRing("k:" + Base64.getEncoder().encodeToString(new byte[32]), new SecureRandom());

    private final String name = InProcessServerBuilder.generateName();
    private final ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    private final Recorder recorder = new Recorder();

    @AfterEach
    void stop() {
        channel.shutdownNow();
    }

    private Server serve(BindableService service) throws IOException {
        return InProcessServerBuilder.forName(name).addService(service).build().start();
    }

    private Server serve(ConfigLog log, Optional<Seal> seal) throws IOException {
        return serve(new GrpcConfigLogServer(log, () -> seal));
    }

    @Test
    void aFollowerResumesAfterTheServerWasAwayAndIsSentAReplayOfANewEpoch() throws Exception {
        MemoryConfigLog log = new MemoryConfigLog("e1");
        log.append(set("f", "a", 1));
        Server server = serve(log, Optional.empty());
        try (var follower = GrpcConfigLogFollower.start(channel, "test", Optional::empty, recorder, new Random(1))) {
            assertThat(recorder.next(3)).containsExactly("replay e1", "1 f +a@1=bytes of a", "caught up 1");
            assertThat(follower.connected()).isTrue();
            server.shutdownNow().awaitTermination();
            log.append(set("f", "b", 1));
            server = serve(log, Optional.empty());
            assertThat(recorder.next(2)).containsExactly("2 f +b@1=bytes of b", "caught up 2");
            server.shutdownNow().awaitTermination();
            MemoryConfigLog next = MemoryConfigLog.loading("e2");
            server = serve(next, Optional.empty());
            assertThat(recorder.next()).isEqualTo("replay e2");
            next.append(set("f", "c", 1));
            next.loaded();
            assertThat(recorder.next(2)).containsExactly("1 f +c@1=bytes of c", "caught up 1");
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void secretsCrossSealedAndAreOpenedAtTheOtherEnd() throws Exception {
        MemoryConfigLog log = new MemoryConfigLog("e");
        log.append(secret("f", "s", 1));
        Server server = serve(log, Optional.of(SEAL));
        try (var follower =
                GrpcConfigLogFollower.start(channel, "test", () -> Optional.of(SEAL), recorder, new Random(1))) {
            assertThat(recorder.next(3)).containsExactly("replay e", "1 f +s@1=bytes of s", "caught up 1");
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void aSecretIsLeftOutWhereEitherSideHasNoKeyAndTheRestComes() throws Exception {
        MemoryConfigLog log = new MemoryConfigLog("e");
        log.append(secret("f", "s", 1));
        log.append(set("f", "a", 1));
        Server server = serve(log, Optional.of(SEAL));
        try (var keyless = GrpcConfigLogFollower.start(channel, "test", Optional::empty, recorder, new Random(1))) {
            assertThat(recorder.next(3)).containsExactly("replay e", "2 f +a@1=bytes of a", "caught up 2");
        }
        server.shutdownNow().awaitTermination();
        server = serve(log, Optional.empty());
        try (var keyed =
                GrpcConfigLogFollower.start(channel, "test", () -> Optional.of(SEAL), recorder, new Random(1))) {
            assertThat(recorder.next(3)).containsExactly("replay e", "2 f +a@1=bytes of a", "caught up 2");
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void aTransactionOfMegabytesCrossesAStreamThatIsReadSlowly() throws Exception {
        MemoryConfigLog log = new MemoryConfigLog("e");
        for (int i = 0; i < 2_000; i++) {
            log.append(set("f", "resource-" + i + "-" + "x".repeat(2_000), 1));
        }
        Server server = serve(log, Optional.empty());
        try (var follower = GrpcConfigLogFollower.start(channel, "test", Optional::empty, recorder, new Random(1))) {
            assertThat(recorder.next()).isEqualTo("replay e");
            assertThat(recorder.next().split(" \\+", -1)).hasSize(2_001);
            assertThat(recorder.next()).isEqualTo("caught up 2000");
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void reportsArriveAndTheLatestStateIsSentAgainToAControllerThatComesBack() throws Exception {
        BlockingQueue<String> read = new LinkedBlockingQueue<>();
        Server server = serve(topic(read));
        try (GrpcDataPlaneReports reports = GrpcDataPlaneReports.start(channel, new Random(1))) {
            reports.publish(report().setConnected(DataPlaneReport.Connected.getDefaultInstance())
                    .build());
            assertThat(next(read)).isEqualTo("CONNECTED 0");
            reports.publish(applied(1));
            awaitApplied(read, 1);
            server.shutdownNow().awaitTermination();
            assertThat(next(read)).startsWith("DISCONNECTED");
            reports.publish(applied(2));
            BlockingQueue<String> second = new LinkedBlockingQueue<>();
            server = serve(topic(second));
            awaitApplied(second, 2);
            reports.publish(applied(3));
            awaitApplied(second, 3);
        } finally {
            server.shutdownNow();
        }
    }

    private static GrpcDataPlaneReportsServer topic(BlockingQueue<String> read) {
        ReportTopic topic = new ReportTopic();
        topic.subscribe(report ->
                read.add(report.getWhatCase() + " " + report.getApplied().getOffset()));
        return new GrpcDataPlaneReportsServer(topic, InstantSource.system());
    }

    private static void awaitApplied(BlockingQueue<String> read, int offset) throws InterruptedException {
        String report = next(read);
        while (!report.equals("APPLIED " + offset)) {
            report = next(read);
        }
    }

    private static String next(BlockingQueue<String> read) throws InterruptedException {
        return Objects.requireNonNull(read.poll(10, SECONDS), "nothing came within 10 s");
    }

    private static DataPlaneReport applied(long offset) {
        return report().setApplied(
                        DataPlaneReport.Applied.newBuilder().setEpoch("e").setOffset(offset))
                .build();
    }

    private static DataPlaneReport.Builder report() {
        return DataPlaneReport.newBuilder().setFleet("f").setNodeId("n");
    }
}
