package dev.gatehouse.events.kafka;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Checks whether a topic of one partition still has its written records: somebody may delete and recreate it, empty it,
 * or restore older disks. Confined to one thread, except {@link #written}.
 */
final class TopicWatch implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 5_000;

    private final Admin admin;
    private final String topic;
    private final TopicPartition partition;
    private final Uuid id;
    private final long beginning;
    private final AtomicLong end = new AtomicLong();

    /** @throws KafkaException if the topic does not exist, or no broker is available */
    TopicWatch(KafkaLink link) throws InterruptedException {
        topic = link.topic();
        partition = new TopicPartition(topic, 0);
        admin = Admin.create(
                link.settings(Map.of("default.api.timeout.ms", TIMEOUT_MILLIS, "request.timeout.ms", TIMEOUT_MILLIS)));
        try {
            id = id();
            beginning = offset(OffsetSpec.earliest());
        } catch (ExecutionException e) {
            admin.close();
            throw new KafkaException("topic " + topic + " cannot be looked at", e.getCause());
        }
    }

    /** A record was written. Thread-safe. */
    void written(long offset) {
        end.accumulateAndGet(offset + 1, Math::max);
    }

    /**
     * Checks the topic. While the brokers are unavailable, the check has no result.
     *
     * @throws KafkaException if the topic has lost written records
     */
    void look() throws InterruptedException {
        try {
            if (!id.equals(id())) {
                throw new KafkaException("topic " + topic + " was deleted and made anew");
            }
            if (offset(OffsetSpec.earliest()) > beginning) {
                throw new KafkaException("topic " + topic + " has lost its beginning");
            }
            if (offset(OffsetSpec.latest()) < end.get()) {
                throw new KafkaException("topic " + topic + " has lost its end");
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new KafkaException("topic " + topic + " was deleted", e.getCause());
            }
            if (!(e.getCause() instanceof RetriableException)) {
                throw new KafkaException("topic " + topic + " cannot be looked at", e.getCause());
            }
        }
    }

    private Uuid id() throws InterruptedException, ExecutionException {
        Collection<TopicDescription> described =
                admin.describeTopics(List.of(topic)).allTopicNames().get().values();
        return described.iterator().next().topicId();
    }

    private long offset(OffsetSpec which) throws InterruptedException, ExecutionException {
        return admin.listOffsets(Map.of(partition, which))
                .partitionResult(partition)
                .get()
                .offset();
    }

    @Override
    public void close() {
        admin.close();
    }
}
