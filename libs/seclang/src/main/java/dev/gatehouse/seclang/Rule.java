package dev.gatehouse.seclang;

import dev.gatehouse.seclang.parse.Position;
import dev.gatehouse.seclang.variable.Variable;
import java.util.List;

/**
 * A rule with all of its chain.
 *
 * @param conditions all must be met, in order
 * @param status of its interruption
 * @param skip how many rules after it are left out once it matches
 * @param skipAfter the marker, or id of a rule, after which evaluation goes on once it matches; empty: none
 * @param needs what of the transaction it may look at
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
