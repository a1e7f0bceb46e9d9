package dev.gatehouse.events.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic of one partition, committed transactions alone. Confined to one thread, but for {@link #wakeup}. */
final class LogReader implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;

    /** Reads from the end: what comes from now on. */
    static LogReader atTheEnd(KafkaLink link) {
        LogReader reader = new LogReader(link);
        reader.consumer.seekToEnd(List.of(reader.partition));
        return reader;
    }

    /** Begins at the beginning. */
    LogReader(KafkaLink link) {
        partition = new TopicPartition(link.topic(), 0);
        consumer = new KafkaConsumer<>(
                link.settings(Map.of(
                        "isolation.level", "read_committed",
                        "enable.auto.commit", "false",
                        "auto.offset.reset", "earliest",
                        "allow.auto.create.topics", "false")),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    /** The present end of committed records, which {@link #position} reaches. */
    long end() {
        return consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    long position() {
        return consumer.position(partition);
    }

    /** The next records; waits up to {@code atMost} for some. */
    ConsumerRecords<byte[], byte[]> poll(Duration atMost) throws WakeupException {
        return consumer.poll(atMost);
    }

    /** True if a broker is connected. */
    boolean connected() {
        return consumer.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals("connection-count"))
                .map(Metric::metricValue)
                .anyMatch(count -> count instanceof Double number && number > 0);
    }

    /** Ends a poll that is under way, or the next one. Thread-safe. */
    void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    }

    /** True for a tombstone: a record without a value. */
    static boolean isTombstone(ConsumerRecord<byte[], byte[]> entry) {
        return entry.value() == null;
    }
}
