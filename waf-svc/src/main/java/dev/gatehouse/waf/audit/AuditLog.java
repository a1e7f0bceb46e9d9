package dev.gatehouse.waf.audit;

import dev.gatehouse.seclang.Transaction;
import dev.gatehouse.seclang.audit.LogLimits;
import dev.gatehouse.seclang.auditlog.AuditEntry;
import dev.gatehouse.seclang.auditlog.AuditSink;
import io.opentelemetry.api.trace.SpanContext;

/** Makes the audit record of a transaction, if its rules ask for one, and hands it over. */
public final class AuditLog {
    private final AuditSink sink;
    private final LogLimits limits;

    public AuditLog(AuditSink sink, LogLimits limits) {
        this.sink = sink;
        this.limits = limits;
    }

    /**
     * Called once for each transaction, after its logging phase. Does not wait for anything to be written.
     *
     * @param policy the policy whose rules ran
     * @param span the inspection's span; invalid: the request is not sampled
     */
    public void take(String policy, Transaction transaction, SpanContext span) {
        transaction
                .auditRecord(limits)
                .ifPresent(record -> sink.take(new AuditEntry(
                        policy,
                        transaction.auditSettings(),
                        record,
                        span.isValid() ? span.getTraceId() : "",
                        span.isValid() ? span.getSpanId() : "")));
    }
}
