package dev.gatehouse.waf.inspection;

import dev.gatehouse.seclang.MatchedRule;
import dev.gatehouse.seclang.Transaction;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Writes a line in ModSecurity's shape for each matched rule that asks for one, to the logger {@code waf}. */
public final class ErrorLog implements FinishedTransactions {
    private static final Logger WAF = System.getLogger("waf");

    @Override
    public void take(String policy, Transaction transaction) {
        for (MatchedRule rule : transaction.logged()) {
            WAF.log(Level.INFO, () -> transaction.errorLine(rule));
        }
    }
}
