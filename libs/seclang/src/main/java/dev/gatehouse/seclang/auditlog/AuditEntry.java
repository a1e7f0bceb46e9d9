package dev.gatehouse.seclang.auditlog;

import dev.gatehouse.seclang.audit.AuditRecord;
import dev.gatehouse.seclang.audit.AuditSettings;

/**
 * A record, and how its rules want it written.
 *
 * @param policy whose rules were run
 */
public record AuditEntry(String policy, AuditSettings settings, AuditRecord record) {
    /** What a record takes without its bodies, about. */
    private static final int BASE = 4096;

    /** About how many bytes of memory it holds. */
    public long size() {
        return BASE
                + (long) record.request().body().length()
                + record.response().body().length();
    }
}
