package dev.gatehouse.controller.kubernetes;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the news for Events in a status change: a condition became bad, or became good again. An object that is good
 * from the beginning, or still being set up, makes no news.
 */
final class StatusNews {
    /** Conditions that report a problem with the status "False". */
    private static final Set<String> GOOD = Set.of("Accepted", "Programmed", "ResolvedRefs");

    /** Conditions that report a problem with the status "True". */
    private static final Set<String> BAD = Set.of("Conflicted", "Warning");

    /** Reasons that a new object passes through while it is set up. */
    private static final Set<String> ON_ITS_WAY = Set.of("Pending", "NoResources", "AddressNotAssigned");

    private StatusNews() {}

    private record Key(String place, String type) {}

    private record State(boolean wrong, String reason, String message) {}

    /** The news between two values of {@code status}, in the form of the Kubernetes API. */
    static Set<ClusterEvents.News> of(Map<String, Object> before, Map<String, Object> after) {
        Map<Key, State> was = conditions(before);
        Set<ClusterEvents.News> news = new LinkedHashSet<>();
        conditions(after).forEach((key, is) -> {
            Optional<State> last = Optional.ofNullable(was.get(key)).filter(State::wrong);
            if (is.wrong() && !last.equals(Optional.of(is))) {
                news.add(new ClusterEvents.News(true, is.reason(), key.place() + key.type() + ": " + is.message()));
            } else if (!is.wrong() && last.isPresent() && !ON_ITS_WAY.contains(is.reason())) {
                news.add(new ClusterEvents.News(false, is.reason(), key.place() + key.type() + ": right again"));
            }
        });
        return news;
    }

    private static Map<Key, State> conditions(Map<String, Object> status) {
        Map<Key, State> conditions = new LinkedHashMap<>();
        add(conditions, "", status);
        for (Map<?, ?> listener : maps(status, "listeners")) {
            add(conditions, "listener " + listener.get("name") + ": ", listener);
        }
        for (Map<?, ?> parent : maps(status, "parents")) {
            add(conditions, place(parent, "parentRef"), parent);
        }
        for (Map<?, ?> ancestor : maps(status, "ancestors")) {
            add(conditions, place(ancestor, "ancestorRef"), ancestor);
        }
        return conditions;
    }

    private static String place(Map<?, ?> entry, String field) {
        if (!(entry.get(field) instanceof Map<?, ?> reference)) {
            return "";
        }
        Object section = reference.get("sectionName");
        return reference.get("kind") + " " + reference.get("name") + (section == null ? "" : "/" + section) + ": ";
    }

    private static void add(Map<Key, State> conditions, String place, Map<?, ?> of) {
        for (Map<?, ?> condition : maps(of, "conditions")) {
            String type = String.valueOf(condition.get("type"));
            String reason = String.valueOf(condition.get("reason"));
            boolean holds = "True".equals(condition.get("status"));
            boolean fails = "False".equals(condition.get("status"));
            if (GOOD.contains(type) || BAD.contains(type)) {
                boolean wrong = GOOD.contains(type) ? fails && !ON_ITS_WAY.contains(reason) : holds;
                conditions.put(
                        new Key(place, type), new State(wrong, reason, String.valueOf(condition.get("message"))));
            }
        }
    }

    private static List<Map<?, ?>> maps(Map<?, ?> of, String field) {
        return of.get(field) instanceof List<?> list
                ? list.stream()
                        .filter(Map.class::isInstance)
                        .<Map<?, ?>>map(each -> (Map<?, ?>) each)
                        .toList()
                : List.of();
    }
}
