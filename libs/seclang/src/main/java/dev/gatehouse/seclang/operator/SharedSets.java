package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.regex.RegexSet;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The sets of patterns that some rule set has. Another one with the same operators takes them as they are, with what texts have made
 * of their automata: a policy's next version is mostly the one before, and ready in a fraction of the time. For any number of threads.
 */
final class SharedSets {
    private static final Map<List<Screening>, WeakReference<RegexSet>> KNOWN = new ConcurrentHashMap<>();

    private SharedSets() {}

    static RegexSet of(List<Screening> operators) {
        List<Screening> key = List.copyOf(operators);
        WeakReference<RegexSet> known = KNOWN.get(key);
        RegexSet shared = known == null ? null : known.get();
        if (shared != null) {
            return shared;
        }
        // A key keeps its operators: those of sets that nobody has any more go when the next set is made.
        KNOWN.values().removeIf(each -> each.get() == null);
        RegexSet made = RegexSet.of(key.stream().map(Screening::candidate).toList(), RegularExpression.MEMORY);
        KNOWN.put(key, new WeakReference<>(made));
        return made;
    }
}
