package dev.gatehouse.seclang.auditlog;

import java.util.List;

/** Writes audit records, and may take its time. Used by one thread. */
@FunctionalInterface
public interface AuditDestination {
    /**
     * Writes records, in order.
     *
     * @return how many of them could not be written, which has been logged
     * @throws InterruptedException where the writer is to end
     */
    int write(List<AuditEntry> entries) throws InterruptedException;

    /** Writes to the other, too; a record that either could not write counts once for each. */
    default AuditDestination and(AuditDestination other) {
        return entries -> write(entries) + other.write(entries);
    }
}
