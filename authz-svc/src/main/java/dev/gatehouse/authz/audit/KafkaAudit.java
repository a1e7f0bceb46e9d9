package dev.gatehouse.authz.audit;

import dev.gatehouse.events.kafka.KafkaSecurityEvents;
import dev.gatehouse.events.queue.EventDestination;
import java.util.List;

/** Audit events as security events on Kafka. */
final class KafkaAudit implements EventDestination<AuditEvent>, AutoCloseable {
    private final KafkaSecurityEvents kafka;
    private final SecurityEvents events;

    /** @param reporter this replica's name */
    KafkaAudit(KafkaSecurityEvents kafka, String reporter) {
        this.kafka = kafka;
        this.events = new SecurityEvents(reporter);
    }

    @Override
    public int write(List<AuditEvent> written) throws InterruptedException {
        return kafka.write(written.stream().map(events::of).toList());
    }

    @Override
    public void close() {
        kafka.close();
    }
}
