package dev.gatehouse.waf.inspection;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What rules found.
 *
 * @param policy whose rules they are
 * @param rules ids of the rules that matched and are to be logged, in order
 * @param tags of those rules, each once
 * @param score the anomaly score, where rules keep one
 * @param skipped why the request was not inspected, where the policy lets it pass then
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
