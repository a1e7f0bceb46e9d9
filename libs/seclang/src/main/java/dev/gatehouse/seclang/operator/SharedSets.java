package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.regex.RegexSet;
import java.util.List;

/**
 * The sets of patterns that some rule set has. Another one with the same operators takes them as they are, with what texts have made
 * of their automata: a policy's next version is mostly the one before, and ready in a fraction of the time. For any number of threads.
 */
final class SharedSets {
    /** A key keeps its operators alive. Keys of dropped sets are removed when the next set is made. */
    private static final Shared<List<Screening>, RegexSet> KNOWN = new Shared<>(0);

    private SharedSets() {}

    static RegexSet of(List<Screening> operators) {
        List<Screening> key = List.copyOf(operators);
        return KNOWN.get(
                key, () -> RegexSet.of(key.stream().map(Screening::candidate).toList(), RegularExpression.MEMORY));
    }
}
