package dev.gatehouse.authz.audit;

import java.util.List;

/** What leaves the process of audit events. */
public final class Written {
    private Written() {}

    /** Writes events to the log. */
    public static void log(List<AuditEvent> events) {
        new LogAudit().write(events);
    }

    /** The message that goes to Kafka, and the fields of the log's JSON. */
    public static String of(AuditEvent event) {
        return new SecurityEvents("authz-0").of(event) + "\n" + LogAudit.fields(event);
    }
}
