package dev.gatehouse.waf.inspection;

import java.util.List;
import java.util.OptionalLong;

/**
 * What rules found.
 *
 * @param rules ids of the rules that matched, in order
 * @param score the anomaly score, where rules keep one
 */
public record Findings(List<Long> rules, OptionalLong score, boolean blocked) {
    public Findings {
        rules = List.copyOf(rules);
    }
}
