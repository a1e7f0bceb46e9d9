package dev.gatehouse.controller;

import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.ReportTopic;
import dev.gatehouse.events.SealRing;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.kafka.KafkaConfigLogWriter;
import dev.gatehouse.events.kafka.KafkaReportReader;
import dev.gatehouse.events.kafka.quarkus.KafkaConfig;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The connection to Kafka, if Kafka is configured. Only the leading replica writes the config log; every replica reads the reports. */
@Singleton
final class KafkaBus {
    private final List<Subscription> open = new ArrayList<>();

    void start(
            @Observes StartupEvent event,
            KafkaConfig config,
            MemoryConfigLog log,
            SealRing seal,
            Standing standing,
            ReportTopic reports) {
        config.link().ifPresent(link -> open.add(KafkaConfigLogWriter.start(log, link, seal, standing::serves)));
        config.reportsLink()
                .ifPresent(link -> open.add(KafkaReportReader.start(link, reports, InstantSource.system())));
    }

    @PreDestroy
    void close() {
        open.forEach(Subscription::close);
    }
}
