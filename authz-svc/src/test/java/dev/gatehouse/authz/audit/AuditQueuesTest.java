package dev.gatehouse.authz.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.events.kafka.KafkaLink;
import dev.gatehouse.events.kafka.KafkaSecurityEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AuditQueuesTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private static AuditEvent event(String host) {
        return new AuditEvent(
                Instant.EPOCH,
                AuditEvent.Kind.DENIAL,
                "",
                "shop/api",
                "",
                "basic",
                "credentials-wrong",
                "",
                "",
                "",
                "",
                "",
                0,
                "192.0.2.1",
                "GET",
                host,
                "",
                "",
                "");
    }

    private double count(String destination, String outcome) {
        return meters.get("gatehouse.authz.audit.events")
                .tags("destination", destination, "outcome", outcome)
                .counter()
                .count();
    }

    @Test
    void aDestinationThatHangsKeepsNoEventFromTheOtherAndNobodyWaiting() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        List<AuditEvent> written = new CopyOnWriteArrayList<>();
        AuditQueues queues = new AuditQueues(100, 1 << 20, meters);
        queues.add("log", events -> {
            written.addAll(events);
            return 0;
        });
        queues.add("kafka", events -> {
            release.await();
            return events.size();
        });
        long start = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
            queues.take(event("h" + i));
            while (written.size() <= i) {
                Thread.onSpinWait();
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
        assertThat(count("kafka", "dropped")).as("what no queue has room for").isGreaterThanOrEqualTo(1000 - 100 - 256);
        release.countDown();
        queues.close();
        assertThat(count("log", "written")).isEqualTo(1000);
        assertThat(count("kafka", "dropped") + count("kafka", "failed")).isEqualTo(1000);
    }

    /** No broker is there: nothing listens on the port. */
    @Test
    void aKafkaThatIsDownLosesCountedEventsAndNoTime() throws InterruptedException {
        AuditQueues queues = new AuditQueues(10, 1 << 20, meters);
        KafkaAudit kafka = new KafkaAudit(
                new KafkaSecurityEvents(new KafkaLink("security", Map.of("bootstrap.servers", "127.0.0.1:9"))), "a");
        queues.add("kafka", kafka);
        long start = System.nanoTime();
        for (int i = 0; i < 10_000; i++) {
            queues.take(event("h" + i));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
        queues.close();
        kafka.close();
        assertThat(count("kafka", "written")).isZero();
        assertThat(count("kafka", "dropped") + count("kafka", "failed")).isEqualTo(10_000);
    }

    @Test
    void textsOfClientsAreShortAndHaveNoLineBreaks() {
        AuditEvent event = event("a\r\nb" + "x".repeat(70_000));
        assertThat(event.host()).startsWith("a??bxxx").hasSize(AuditEvent.LONGEST);
        assertThat(event.size()).isLessThan(2000);
    }
}
