package dev.gatehouse.controller.status;

import dev.gatehouse.gatewayapi.ParentReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects the conditions of a policy for each of its ancestors. Gateway API allows {@value #MAX} ancestors. If there
 * are more, ancestors with problems are kept first, and the last entry says that others are left out.
 */
public final class AncestorConditions {
    private static final int MAX = 16;

    private static final Comparator<ObjectStatus.ParentStatus> BY_WEIGHT = Comparator.comparingInt(
                    AncestorConditions::rank)
            .thenComparing(status -> status.reference().namespace().orElse(""))
            .thenComparing(status -> status.reference().name());

    private record Key(ParentReference reference, String controllerName) {}

    private final Map<Key, Map<String, Condition>> conditions = new LinkedHashMap<>();

    /** Sets {@code condition} for an ancestor, in place of an earlier condition of its type. */
    public void put(ParentReference ancestor, String controllerName, Condition condition) {
        conditions
                .computeIfAbsent(new Key(ancestor, controllerName), _ -> new LinkedHashMap<>())
                .put(condition.type(), condition);
    }

    /** Sets Accepted to true for an ancestor, unless another condition Accepted is set. */
    public void accept(ParentReference ancestor, String controllerName) {
        conditions
                .computeIfAbsent(new Key(ancestor, controllerName), _ -> new LinkedHashMap<>())
                .putIfAbsent(
                        Conditions.ACCEPTED,
                        Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The policy is accepted."));
    }

    /** The collected conditions, in the order of the ancestors. */
    public List<ObjectStatus.ParentStatus> statuses() {
        List<ObjectStatus.ParentStatus> all = new ArrayList<>();
        conditions.forEach((key, each) -> all.add(
                new ObjectStatus.ParentStatus(key.reference(), key.controllerName(), List.copyOf(each.values()))));
        if (all.size() <= MAX) {
            return List.copyOf(all);
        }
        all.sort(BY_WEIGHT);
        List<ObjectStatus.ParentStatus> kept = new ArrayList<>(all.subList(0, MAX));
        ObjectStatus.ParentStatus last = kept.removeLast();
        List<Condition> more = new ArrayList<>(last.conditions());
        more.add(Condition.isTrue(
                Conditions.AGGREGATED,
                "Aggregated",
                "The policy has " + all.size() + " ancestors; the first " + MAX + " are shown."));
        kept.add(new ObjectStatus.ParentStatus(last.reference(), last.controllerName(), more));
        return List.copyOf(kept);
    }

    private static int rank(ObjectStatus.ParentStatus status) {
        boolean refused = status.conditions().stream()
                .anyMatch(condition -> condition.type().equals(Conditions.ACCEPTED) && !condition.holds());
        boolean overridden = status.conditions().stream()
                .anyMatch(condition -> condition.type().equals(Conditions.OVERRIDDEN) && condition.holds());
        return refused ? 0 : overridden ? 1 : 2;
    }
}
