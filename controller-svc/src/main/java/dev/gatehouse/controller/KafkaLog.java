package dev.gatehouse.controller;

import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.SealRing;
import dev.gatehouse.events.kafka.KafkaConfigLogWriter;
import dev.gatehouse.events.kafka.quarkus.KafkaConfig;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;

/** The config log on Kafka, where that is configured: written by the replica that leads. */
@Singleton
final class KafkaLog {
    private Optional<KafkaConfigLogWriter> writer = Optional.empty();

    void start(
            @Observes StartupEvent event, KafkaConfig config, MemoryConfigLog log, SealRing seal, Standing standing) {
        writer = config.link().map(link -> KafkaConfigLogWriter.start(log, link, seal, standing::serves));
    }

    @PreDestroy
    void close() {
        writer.ifPresent(KafkaConfigLogWriter::close);
    }
}
