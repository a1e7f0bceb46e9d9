package dev.gatehouse.waf.inspection;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What rules found.
 *
 * @param policy the policy that has the rules
 * @param rules the ids of the matched rules with logging, in order
 * @param tags the tags of those rules, without duplicates
 * @param score the anomaly score; empty: the rules do not keep one
 * @param skipped why the request passed without inspection; empty: it was inspected
 */
public record Findings(
        String policy,
        List<Long> rules,
        List<String> tags,
        OptionalLong score,
        boolean blocked,
        Optional<String> skipped) {
    public Findings {
        rules = List.copyOf(rules);
        tags = List.copyOf(tags);
    }
}
