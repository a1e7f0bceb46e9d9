package dev.gatehouse.seclang.auditlog;

import dev.gatehouse.seclang.audit.AuditRecord;
import dev.gatehouse.seclang.audit.AuditSettings;

/**
 * A record, and how its rules want it written.
 *
 * @param policy whose rules were run
 * @param trace id of the trace that the request is part of, in hexadecimal digits; empty: none
 * @param span id of the inspection's span in it; empty: none
 */
public record AuditEntry(String policy, AuditSettings settings, AuditRecord record, String trace, String span) {
    /** What a record takes without its bodies, about. */
    private static final int BASE = 4096;

    /** About how many bytes of memory it holds. */
    public long size() {
        return BASE
                + (long) record.request().body().length()
                + record.response().body().length();
    }
}
