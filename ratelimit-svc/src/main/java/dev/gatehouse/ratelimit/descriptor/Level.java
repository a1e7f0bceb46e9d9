package dev.gatehouse.ratelimit.descriptor;

import java.util.List;
import java.util.Optional;

/**
 * A node of a domain's tree, as it is configured.
 *
 * @param value empty: every value, each counted by itself; with {@code *}: the values of that shape
 * @param rule of the descriptors that end here
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
