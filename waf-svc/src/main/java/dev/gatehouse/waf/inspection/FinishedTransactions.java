package dev.gatehouse.waf.inspection;

import dev.gatehouse.seclang.Transaction;
import io.opentelemetry.api.trace.SpanContext;

/**
 * Receives each transaction once after its logging phase, for the log of matched rules, audit logs and events. Called
 * on the inspection's thread, which it may block only for a moment. Its exceptions are logged and affect no request.
 */
public interface FinishedTransactions {
    /**
     * @param policy the policy whose rules ran
     * @param span the inspection's span; invalid: the request is not sampled
     */
    void take(String policy, Transaction transaction, SpanContext span);

    /** Gives it to the other, too. */
    default FinishedTransactions and(FinishedTransactions other) {
        return (policy, transaction, span) -> {
            take(policy, transaction, span);
            other.take(policy, transaction, span);
        };
    }
}
