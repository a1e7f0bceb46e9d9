package dev.gatehouse.seclang.auditlog;

/** Takes audit records. Never blocks; for any thread. */
@FunctionalInterface
public interface AuditSink {
    void take(AuditEntry entry);
}
