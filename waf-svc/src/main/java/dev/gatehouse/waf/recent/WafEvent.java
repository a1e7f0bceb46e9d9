package dev.gatehouse.waf.recent;

import dev.gatehouse.seclang.Exchange;
import dev.gatehouse.seclang.Interruption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A transaction in which rules found something.
 *
 * @param number counts the events of the process, from 1
 * @param at when its logging phase ended
 * @param policy whose rules were run
 * @param interruption what ended it; empty: it passed
 * @param rules that matched and ask for a line in the log, in order
 * @param leftOut further ones
 * @param trace id of the trace that the request is part of; empty: none
 */
record WafEvent(
        long number,
        Instant at,
        String policy,
        Exchange exchange,
        Optional<Interruption> interruption,
        List<Rule> rules,
        int leftOut,
        String trace) {
    /**
     * A rule that matched.
     *
     * @param severity "CRITICAL"; empty: it says none
     * @param variable what it matched first, without the value: "ARGS:q"; empty: nothing
     */
    record Rule(long id, String message, String severity, String variable) {}

    WafEvent {
        rules = List.copyOf(rules);
    }
}
