package dev.gatehouse.ratelimit.descriptor;

import java.util.List;
import java.util.Optional;

/**
 * A node of a domain's tree, as it is configured.
 *
 * @param value empty: every value, with a count for each; with {@code *}: the values that match the pattern
 * @param rule the rule of descriptors that end at this level
 */
public record Level(String key, String value, Optional<Rule> rule, List<Level> children) {
    public Level {
        children = List.copyOf(children);
    }

    /** As messages name it. */
    String label() {
        return value.isEmpty() ? key : key + "=" + value;
    }
}
