package dev.gatehouse.seclang;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The match of a rule, with the data that must be recorded at that time.
 *
 * @param hits the last hit; null: the rule's conditions always hold
 */
record Match(
        Rule rule,
        Phase phase,
        String message,
        String data,
        List<String> tags,
        boolean disruptive,
        @Nullable Hit hits) {
    MatchedRule matchedRule() {
        Note note = rule.note();
        return new MatchedRule(
                rule.id(),
                phase,
                rule.position(),
                note.revision(),
                note.version(),
                message,
                data,
                note.maturity(),
                note.accuracy(),
                note.severity(),
                tags,
                note.logged(),
                note.audited(),
                disruptive,
                Hit.list(hits).stream().map(Hit::matchedValue).toList());
    }
}
