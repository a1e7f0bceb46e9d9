package dev.gatehouse.seclang;

import dev.gatehouse.seclang.parse.Position;
import java.util.List;
import java.util.Optional;

/**
 * A rule that matched.
 *
 * @param message {@code msg}, expanded; empty without one
 * @param data {@code logdata}, expanded; empty without one
 * @param maturity 1 to 9; 0: not specified
 * @param accuracy 1 to 9; 0: not specified
 * @param logged whether the rule asks for a line in the error log
 * @param audited whether the rule makes the transaction relevant to the audit log
 * @param disruptive whether it ended the transaction
 * @param values the matching values, for a chain the values of all its rules
 */
public record MatchedRule(
        long id,
        Phase phase,
        Position position,
        String revision,
        String version,
        String message,
        String data,
        int maturity,
        int accuracy,
        Optional<Severity> severity,
        List<String> tags,
        boolean logged,
        boolean audited,
        boolean disruptive,
        List<MatchedValue> values) {
    public MatchedRule {
        tags = List.copyOf(tags);
        values = List.copyOf(values);
    }
}
