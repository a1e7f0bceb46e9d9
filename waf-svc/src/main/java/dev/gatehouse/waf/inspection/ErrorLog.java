package dev.gatehouse.waf.inspection;

import dev.gatehouse.seclang.Excerpt;
import dev.gatehouse.seclang.MatchedRule;
import dev.gatehouse.seclang.Transaction;
import dev.gatehouse.seclang.audit.LogLimits;
import io.opentelemetry.api.trace.SpanContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Writes a line in ModSecurity's form to the logger {@code waf} for each matched rule with logging. If more rules match
 * than one transaction may log, the last line tells how many were left out.
 */
public final class ErrorLog implements FinishedTransactions {
    private static final Logger WAF = System.getLogger("waf");

    private final LogLimits limits;

    public ErrorLog(LogLimits limits) {
        this.limits = limits;
    }

    @Override
    public void take(String policy, Transaction transaction, SpanContext span) {
        Excerpt excerpt = transaction.logged(limits.rules());
        for (MatchedRule rule : excerpt.rules()) {
            WAF.log(Level.INFO, () -> transaction.errorLine(rule));
        }
        if (excerpt.leftOut() > 0) {
            WAF.log(Level.INFO, () -> transaction.errorLine(excerpt.leftOut()));
        }
    }
}
