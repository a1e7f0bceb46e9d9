package dev.gatehouse.waf.audit;

import dev.gatehouse.events.kafka.KafkaSecurityEvents;
import dev.gatehouse.events.kafka.quarkus.KafkaConfig;
import dev.gatehouse.events.queue.EventCounters;
import dev.gatehouse.events.queue.EventQueue;
import dev.gatehouse.seclang.audit.LogLimits;
import dev.gatehouse.seclang.auditlog.AuditDestination;
import dev.gatehouse.seclang.auditlog.AuditEntry;
import dev.gatehouse.seclang.auditlog.AuditPlaces;
import dev.gatehouse.seclang.auditlog.AuditWriter;
import dev.gatehouse.xdsclient.XdsNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts the audit log together. */
@Singleton
final class AuditWiring {
    private Optional<EventQueue<AuditEntry>> queue = Optional.empty();
    private Optional<AuditWriter> writer = Optional.empty();
    private Optional<KafkaAudit> kafka = Optional.empty();

    @Produces
    @Singleton
    AuditLog auditLog(
            AuditConfig config,
            LogLimits limits,
            KafkaConfig brokers,
            MeterRegistry meters,
            @ConfigProperty(name = "gatehouse.waf.replica") Optional<String> replica) {
        // Not System.out, which the logging of the platform may have taken over.
        AuditWriter files = new AuditWriter(
                new AuditPlaces(config.directory(), config.collectors().orElse(List.of())),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err));
        writer = Optional.of(files);
        kafka = brokers.securityLink()
                .map(link -> new KafkaAudit(
                        new KafkaSecurityEvents(link), replica.orElseGet(() -> XdsNode.hostName("waf-svc"))));
        AuditDestination destination = kafka.<AuditDestination>map(files::and).orElse(files);
        EventQueue<AuditEntry> started = EventQueue.start(
                "audit-log",
                config.queue(),
                config.queueBytes(),
                AuditEntry::size,
                destination::write,
                new MeteredAudit(meters));
        Gauge.builder("gatehouse.waf.audit.waiting", started, EventQueue::waiting)
                .description("Audit records that wait to be written")
                .register(meters);
        queue = Optional.of(started);
        return new AuditLog(started::take, limits);
    }

    @PreDestroy
    void close() throws InterruptedException, IOException {
        if (queue.isPresent()) {
            queue.get().close();
        }
        if (writer.isPresent()) {
            writer.get().close();
        }
        kafka.ifPresent(KafkaAudit::close);
    }

    private static final class MeteredAudit implements EventCounters {
        private final Counter written;
        private final Counter dropped;
        private final Counter failed;

        private MeteredAudit(MeterRegistry meters) {
            written = counter(meters, "written");
            dropped = counter(meters, "dropped");
            failed = counter(meters, "failed");
        }

        private static Counter counter(MeterRegistry meters, String outcome) {
            return Counter.builder("gatehouse.waf.audit.records")
                    .description("Audit records, by what became of them")
                    .tag("outcome", outcome)
                    .register(meters);
        }

        @Override
        public void written(int records) {
            written.increment(records);
        }

        @Override
        public void dropped(int records) {
            dropped.increment(records);
        }

        @Override
        public void failed(int records) {
            failed.increment(records);
        }
    }
}
