package dev.gatehouse.waf.audit;

import dev.gatehouse.events.kafka.KafkaSecurityEvents;
import dev.gatehouse.seclang.auditlog.AuditDestination;
import dev.gatehouse.seclang.auditlog.AuditEntry;
import java.util.List;

/** Audit records as security events on Kafka. */
public final class KafkaAudit implements AuditDestination, AutoCloseable {
    private final KafkaSecurityEvents kafka;
    private final SecurityEvents events;

    /** @param reporter this replica's name */
    public KafkaAudit(KafkaSecurityEvents kafka, String reporter) {
        this.kafka = kafka;
        this.events = new SecurityEvents(reporter);
    }

    @Override
    public int write(List<AuditEntry> entries) throws InterruptedException {
        return kafka.write(entries.stream().map(events::of).toList());
    }

    @Override
    public void close() {
        kafka.close();
    }
}
