package dev.gatehouse.seclang.auditlog;

import dev.gatehouse.seclang.audit.AuditRecord;
import dev.gatehouse.seclang.audit.AuditSettings;

/**
 * A record, and how its rules want it written.
 *
 * @param policy the policy whose rules ran
 * @param trace the id of the request's trace, in hexadecimal digits; empty: none
 * @param span the id of the inspection's span; empty: none
 */
public record AuditEntry(String policy, AuditSettings settings, AuditRecord record, String trace, String span) {
    /** The approximate bytes of a record without its bodies. */
    private static final int BASE = 4096;

    /** About how many bytes of memory it holds. */
    public long size() {
        return BASE
                + (long) record.request().body().length()
                + record.response().body().length();
    }
}
