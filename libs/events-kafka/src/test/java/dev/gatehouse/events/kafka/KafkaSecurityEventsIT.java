package dev.gatehouse.events.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.events.v1.SecurityEvent;
import dev.gatehouse.testkit.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class KafkaSecurityEventsIT {
    @Test
    void eventsAreOnTheTopicOnceTheBrokerIsThere(@TempDir Path directory) throws Exception {
        try (KafkaBroker broker = new KafkaBroker(directory)) {
            KafkaLink link = new KafkaLink("security", Map.of("bootstrap.servers", broker.address()));
            List<SecurityEvent> events = List.of(event("a"), event("b"));
            try (KafkaSecurityEvents writer = new KafkaSecurityEvents(link)) {
                // The broker starts meanwhile: until it is there they fail.
                while (writer.write(events) > 0) {
                    Thread.onSpinWait();
                }
            }
            assertThat(read(link, events.size())).containsExactlyElementsOf(events);
        }
    }

    @Test
    void withoutABrokerEventsFailAndTheNextFailAtOnce() throws Exception {
        KafkaLink link = new KafkaLink("security", Map.of("bootstrap.servers", "127.0.0.1:9"));
        try (KafkaSecurityEvents writer = new KafkaSecurityEvents(link)) {
            assertThat(writer.write(List.of(event("a")))).isOne();
            long start = System.nanoTime();
            assertThat(writer.write(List.of(event("b"), event("c")))).isEqualTo(2);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
        }
    }

    private static SecurityEvent event(String id) {
        return SecurityEvent.newBuilder().setService("waf-svc").setUniqueId(id).build();
    }

    private static List<SecurityEvent> read(KafkaLink link, int count) throws Exception {
        List<SecurityEvent> events = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                link.settings(Map.of("group.id", "test", "auto.offset.reset", "earliest")),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(link.topic()));
            while (events.size() < count) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    events.add(SecurityEvent.parseFrom(record.value()));
                }
            }
        }
        return events;
    }
}
