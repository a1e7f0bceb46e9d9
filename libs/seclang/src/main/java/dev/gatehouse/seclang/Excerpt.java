package dev.gatehouse.seclang;

import java.util.ArrayList;
import java.util.List;

/**
 * An excerpt of the matched rules: the first ones, and the rule that ended the transaction.
 *
 * @param leftOut the number of matched rules that are left out
 */
public record Excerpt(List<MatchedRule> rules, int leftOut) {
    public Excerpt {
        rules = List.copyOf(rules);
    }

    /** @param most the most rules to describe, since describing takes longer than matching */
    static Excerpt of(List<Match> matches, int most) {
        if (matches.size() <= most) {
            return new Excerpt(matches.stream().map(Match::matchedRule).toList(), 0);
        }
        List<Match> taken = new ArrayList<>(matches.subList(0, most));
        matches.subList(most, matches.size()).stream()
                .filter(Match::disruptive)
                .findFirst()
                .ifPresent(end -> taken.set(most - 1, end));
        return new Excerpt(taken.stream().map(Match::matchedRule).toList(), matches.size() - most);
    }
}
