package dev.gatehouse.seclang;

import dev.gatehouse.seclang.parse.Position;
import dev.gatehouse.seclang.variable.Variable;
import java.util.List;

/**
 * A rule with its whole chain.
 *
 * @param conditions all must be met, in order
 * @param status the status of its interruption
 * @param skip the number of following rules that a match skips
 * @param skipAfter the marker or rule id after which evaluation continues upon a match; empty: none
 * @param needs the parts of the transaction that it may read
 */
record Rule(
        long id,
        Phase phase,
        Position position,
        List<Condition> conditions,
        Disruption disruption,
        int status,
        Note note,
        int skip,
        String skipAfter,
        List<Variable.Origin> needs) {
    Rule {
        conditions = List.copyOf(conditions);
        needs = List.copyOf(needs);
    }

    boolean needs(Variable.Origin origin) {
        return needs.contains(origin);
    }
}
