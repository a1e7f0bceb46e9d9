package dev.gatehouse.controller.translate;

import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What tells which contribution to a resource a proxy refuses.
 *
 * @param own a fingerprint of what the resource has without contributions; empty: that of the unpatched resource
 * @param names the names by which Envoy's error messages refer to a contribution; for one that is held
 * back, to its replacement
 */
public record Clues(OptionalInt own, Map<OutputPart, Set<String>> names) {
    /** Nothing. */
    public static final Clues NONE = new Clues(OptionalInt.empty(), Map.of());

    public Clues {
        names = Map.copyOf(names);
    }
}
