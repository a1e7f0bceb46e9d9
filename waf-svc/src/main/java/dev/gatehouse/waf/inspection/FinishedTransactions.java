package dev.gatehouse.waf.inspection;

import dev.gatehouse.seclang.Transaction;

/**
 * Is given each transaction after its logging phase, once: for the log of matched rules, audit logs and events. Called on the thread of
 * the inspection, which it may block only for a moment; what it throws is logged and harms no request.
 */
public interface FinishedTransactions {
    /** @param policy whose rules were run */
    void take(String policy, Transaction transaction);

    /** Gives it to the other, too. */
    default FinishedTransactions and(FinishedTransactions other) {
        return (policy, transaction) -> {
            take(policy, transaction);
            other.take(policy, transaction);
        };
    }
}
