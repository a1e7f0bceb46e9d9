package dev.gatehouse.events.kafka;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.events.DataPlaneReports;
import dev.gatehouse.events.LatestReports;
import dev.gatehouse.events.ReportMailbox;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.time.SteadyTime;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Publishes data-plane reports on a topic of Kafka. The state of each subscriber is repeated every few seconds. So a
 * new reader is soon up to date, and a reader that gets no reports of a reporter for long knows that the reporter is
 * gone. Reports wait in a {@link ReportMailbox} while the brokers are away. Thread-safe.
 */
public final class KafkaDataPlaneReports implements DataPlaneReports, Subscription {
    /** The period at which the state is repeated. */
    static final Duration AGAIN = Duration.ofSeconds(3);

    private static final Logger LOG = System.getLogger(KafkaDataPlaneReports.class.getName());
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final int BOUND = 10_000;

    private final KafkaLink link;
    private final String reporter;
    private final InstantSource clock;
    private final InstantSource passing;
    private final ReportMailbox mailbox = new ReportMailbox(BOUND);
    private final LatestReports latest = new LatestReports();
    private final Thread thread;

    private KafkaDataPlaneReports(KafkaLink link, String reporter, InstantSource clock) {
        this.link = link;
        this.reporter = reporter;
        this.clock = clock;
        this.passing = SteadyTime.beside(clock);
        this.thread = Thread.ofVirtual().name("data-plane-reports-kafka").unstarted(this::run);
    }

    /** @param reporter this replica's name in its reports */
    public static KafkaDataPlaneReports start(KafkaLink link, String reporter, InstantSource clock) {
        KafkaDataPlaneReports started = new KafkaDataPlaneReports(link, reporter, clock);
        started.thread.start();
        return started;
    }

    @Override
    public void publish(DataPlaneReport report) {
        latest.take(report);
        mailbox.put(report);
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        boolean reported = false;
        try {
            while (true) {
                try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        link.settings(Map.of("max.block.ms", 5_000)),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
                    publishUntilBroken(producer);
                } catch (org.apache.kafka.common.errors.InterruptException e) {
                    return;
                } catch (KafkaException e) {
                    if (!reported) {
                        LOG.log(
                                Level.WARNING,
                                "Reports cannot be written to {0} ({1}); the latest are kept and sent again.",
                                link,
                                e.getMessage());
                        reported = true;
                    }
                    Thread.sleep(AFTER_FAILURE);
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private void publishUntilBroken(KafkaProducer<byte[], byte[]> producer) throws InterruptedException {
        long saidAgain = 0;
        while (true) {
            for (Optional<DataPlaneReport> next = mailbox.poll(); next.isPresent(); next = mailbox.poll()) {
                send(producer, next.get());
            }
            if (passing.millis() - saidAgain >= AGAIN.toMillis()) {
                saidAgain = passing.millis();
                latest.all().forEach(report -> send(producer, report));
                // Says that the reporter is there, also where it has nobody connected.
                send(
                        producer,
                        DataPlaneReport.newBuilder()
                                .setReporter(reporter)
                                .setAtMillis(clock.millis())
                                .build());
            }
            Thread.sleep(LOOK);
        }
    }

    /** By the reporter, so that its reports stay in their order. */
    private void send(KafkaProducer<byte[], byte[]> producer, DataPlaneReport report) {
        var unused = producer.send(
                new ProducerRecord<>(link.topic(), reporter.getBytes(StandardCharsets.UTF_8), report.toByteArray()));
    }
}
