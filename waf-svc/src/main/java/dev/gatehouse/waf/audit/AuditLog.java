package dev.gatehouse.waf.audit;

import dev.gatehouse.seclang.Transaction;
import dev.gatehouse.seclang.auditlog.AuditEntry;
import dev.gatehouse.seclang.auditlog.AuditSink;

/** Makes the audit record of a transaction, if its rules ask for one, and hands it over. */
public final class AuditLog {
    private final AuditSink sink;

    public AuditLog(AuditSink sink) {
        this.sink = sink;
    }

    /**
     * Called once for each transaction, after its logging phase. Does not wait for anything to be written.
     *
     * @param policy whose rules were run
     */
    public void take(String policy, Transaction transaction) {
        transaction
                .auditRecord()
                .ifPresent(record -> sink.take(new AuditEntry(policy, transaction.auditSettings(), record)));
    }
}
