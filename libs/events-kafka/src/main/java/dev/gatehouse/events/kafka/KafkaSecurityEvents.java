package dev.gatehouse.events.kafka;

import dev.gatehouse.api.events.v1.SecurityEvent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes security events to a topic of Kafka, by the unique id of their request, which may have any number of partitions. While the
 * brokers are away events fail at once, but for a try every few seconds. Used by one thread.
 */
public final class KafkaSecurityEvents implements AutoCloseable {
    private static final Logger LOG = System.getLogger(KafkaSecurityEvents.class.getName());
    private static final int WAIT_MILLIS = 2_000;
    private static final int DELIVERY_MILLIS = 10_000;
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final KafkaLink link;
    private Optional<KafkaProducer<byte[], byte[]>> producer = Optional.empty();
    private boolean topicIsThere;
    /** When brokers that were away are tried again, by {@link System#nanoTime}. */
    private Optional<Long> awayUntil = Optional.empty();

    public KafkaSecurityEvents(KafkaLink link) {
        this.link = link;
    }

    /**
     * Writes events, and waits until the brokers have them.
     *
     * @return the number of events that the brokers did not take, which has been logged
     */
    public int write(List<SecurityEvent> events) throws InterruptedException {
        if (awayUntil.isPresent() && System.nanoTime() - awayUntil.get() < 0) {
            return events.size();
        }
        try {
            int failed = send(events);
            if (awayUntil.isPresent() && failed == 0) {
                LOG.log(Level.INFO, "Security events are written to {0} again.", link);
                awayUntil = Optional.empty();
            }
            return failed;
        } catch (org.apache.kafka.common.errors.InterruptException e) {
            throw new InterruptedException();
        } catch (KafkaException e) {
            fail(e);
            return events.size();
        }
    }

    private int send(List<SecurityEvent> events) throws InterruptedException {
        if (!topicIsThere) {
            makeTopic();
        }
        KafkaProducer<byte[], byte[]> open = producer();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (SecurityEvent event : events) {
            Future<RecordMetadata> one = open.send(new ProducerRecord<>(
                    link.topic(), event.getUniqueId().getBytes(StandardCharsets.UTF_8), event.toByteArray()));
            sent.add(one);
            if (one.isDone() && one.state() == Future.State.FAILED) {
                // Without brokers each would wait for them anew.
                break;
            }
        }
        open.flush();
        int failed = events.size() - sent.size();
        for (Future<RecordMetadata> one : sent) {
            try {
                one.get();
            } catch (ExecutionException e) {
                failed++;
                fail(Optional.ofNullable(e.getCause()).orElse(e));
            }
        }
        topicIsThere = failed == 0;
        return failed;
    }

    private KafkaProducer<byte[], byte[]> producer() {
        if (producer.isPresent()) {
            return producer.get();
        }
        KafkaProducer<byte[], byte[]> open = new KafkaProducer<>(
                link.settings(Map.of(
                        "max.block.ms", WAIT_MILLIS,
                        "request.timeout.ms", WAIT_MILLIS,
                        "delivery.timeout.ms", DELIVERY_MILLIS,
                        "compression.type", "lz4")),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer = Optional.of(open);
        return open;
    }

    /** Where this may not be done here, others have done it: else writing fails. */
    private void makeTopic() throws InterruptedException {
        try {
            Topics.make(
                    link,
                    Optional.empty(),
                    Map.of(),
                    Map.of("request.timeout.ms", WAIT_MILLIS, "default.api.timeout.ms", WAIT_MILLIS));
        } catch (KafkaException e) {
            LOG.log(Level.DEBUG, "The topic of security events could not be made.", e);
        }
    }

    private void fail(Throwable reason) {
        if (awayUntil.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "Security events cannot be written to {0} ({1}); they are lost, and counted, until they can.",
                    link,
                    reason.getMessage());
        }
        awayUntil = Optional.of(System.nanoTime() + PAUSE.toNanos());
    }

    @Override
    public void close() {
        producer.ifPresent(open -> open.close(Duration.ofMillis(WAIT_MILLIS)));
    }
}
