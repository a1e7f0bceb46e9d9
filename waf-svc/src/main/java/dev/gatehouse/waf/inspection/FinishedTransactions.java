package dev.gatehouse.waf.inspection;

import dev.gatehouse.seclang.Transaction;
import io.opentelemetry.api.trace.SpanContext;

/**
 * Is given each transaction after its logging phase, once: for the log of matched rules, audit logs and events. Called on the thread of
 * the inspection, which it may block only for a moment; what it throws is logged and harms no request.
 */
public interface FinishedTransactions {
    /**
     * @param policy whose rules were run
     * @param span of the inspection; invalid: the request is not sampled
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
