package dev.gatehouse.seclang;

import dev.gatehouse.seclang.parse.Position;
import dev.gatehouse.seclang.variable.Variable;
import java.util.List;
import java.util.Set;

/**
 * A rule with its whole chain.
 *
 * @param conditions all must be met, in order
 * @param status the status of its interruption
 * @param skip the number of following rules that a match skips
 * @param skipAfter the marker or rule id after which evaluation continues upon a match; empty: none
 * @param reads the variables that it may read
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
        Set<Variable> reads) {
    Rule {
        conditions = List.copyOf(conditions);
        reads = Set.copyOf(reads);
    }
}
