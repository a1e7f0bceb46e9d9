package dev.gatehouse.controller.status;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Merges Gatehouse's status into an object's present status. Conditions of types that Gatehouse does not write, and
 * entries of other controllers, stay unchanged. A condition keeps the time of its last transition while its status is
 * the same. Statuses are trees in the form of the Kubernetes API.
 */
public final class StatusMerge {
    /** The most ancestors that the API server accepts (GEP-713). */
    private static final int MAX_ANCESTORS = 16;

    /** The API server's limit for a condition's message, in characters. */
    private static final int MAX_MESSAGE = 32_768;

    private static final String ADDRESSES = "addresses";
    private static final String PENDING = "Pending";

    private final Set<String> controllerNames;
    private final String now;

    /**
     * @param controllerNames the controller names whose entries Gatehouse owns
     * @param now the transition time of conditions that change now, RFC 3339
     */
    public StatusMerge(Set<String> controllerNames, String now) {
        this.controllerNames = Set.copyOf(controllerNames);
        this.now = now;
    }

    /**
     * The fields of {@code live} that must change, as a JSON merge patch; empty: no field changes.
     *
     * @param desired absent: Gatehouse's part of the status is removed
     */
    public Optional<Map<String, Object>> patch(Map<String, Object> live, Optional<ObjectStatus> desired) {
        Map<String, Object> before = normal(live);
        Map<String, Object> after = desired.map(status -> merge(before, status)).orElseGet(() -> withoutOurs(before));
        Map<String, Object> patch = new LinkedHashMap<>();
        after.forEach((field, value) -> {
            if (!Objects.equals(before.get(field), value)) {
                patch.put(field, value);
            }
        });
        if (desired.orElse(null) instanceof ObjectStatus.Listeners
                && !list(before, ADDRESSES).isEmpty()
                && !after.containsKey(ADDRESSES)) {
            patch.put(ADDRESSES, List.of());
        }
        return patch.isEmpty() ? Optional.empty() : Optional.of(patch);
    }

    private Map<String, Object> merge(Map<String, Object> live, ObjectStatus status) {
        Map<String, Object> desired = normal(StatusTree.of(status, now));
        Map<String, Object> merged = new LinkedHashMap<>();
        switch (status) {
            case ObjectStatus.OfClass _, ObjectStatus.Own _ -> {
                merged.putAll(desired);
                merged.put("conditions", conditions(list(live, "conditions"), list(desired, "conditions")));
            }
            case ObjectStatus.Listeners _ -> {
                merged.putAll(desired);
                merged.put("conditions", conditions(list(live, "conditions"), list(desired, "conditions")));
                merged.put("listeners", listeners(list(live, "listeners"), list(desired, "listeners")));
            }
            case ObjectStatus.Parents _ ->
                merged.put("parents", entries(list(live, "parents"), list(desired, "parents"), "parentRef"));
            case ObjectStatus.Ancestors _ -> {
                List<Map<String, Object>> all =
                        entries(list(live, "ancestors"), list(desired, "ancestors"), "ancestorRef");
                merged.put("ancestors", all.size() > MAX_ANCESTORS ? all.subList(0, MAX_ANCESTORS) : all);
            }
        }
        return merged;
    }

    private Map<String, Object> withoutOurs(Map<String, Object> live) {
        Map<String, Object> rest = new LinkedHashMap<>();
        for (String field : List.of("parents", "ancestors")) {
            if (live.containsKey(field)) {
                rest.put(
                        field,
                        list(live, field).stream().filter(entry -> !ours(entry)).toList());
            }
        }
        return rest;
    }

    private List<Map<String, Object>> conditions(List<Map<String, Object>> live, List<Map<String, Object>> desired) {
        List<Map<String, Object>> merged = new ArrayList<>();
        for (Map<String, Object> condition : desired) {
            Map<String, Object> next = new LinkedHashMap<>(condition);
            String message = String.valueOf(next.get("message"));
            if (message.length() > MAX_MESSAGE) {
                next.put("message", message.substring(0, MAX_MESSAGE - 1) + "…");
            }
            Optional<Map<String, Object>> settled = find(live, "type", condition.get("type"))
                    .filter(before -> generation(before) > generation(condition)
                            || generation(before) == generation(condition)
                                    && Objects.equals(before.get("status"), "True")
                                    && Objects.equals(condition.get("reason"), PENDING));
            if (settled.isPresent()) {
                // A condition about a newer generation is kept, since Gateway API forbids overwriting it. A condition
                // that held for this generation is also kept while a newly started controller waits for the proxies'
                // reports.
                merged.add(settled.get());
                continue;
            }
            find(live, "type", condition.get("type"))
                    .filter(before -> Objects.equals(before.get("status"), condition.get("status")))
                    .flatMap(before -> Optional.ofNullable(before.get("lastTransitionTime")))
                    .ifPresent(time -> next.put("lastTransitionTime", time));
            merged.add(next);
        }
        for (Map<String, Object> condition : live) {
            boolean own = condition.get("type") instanceof String type && Conditions.ALL.contains(type);
            if (!own && find(desired, "type", condition.get("type")).isEmpty()) {
                merged.add(condition);
            }
        }
        return inOrderOf(live, merged, "type");
    }

    private List<Map<String, Object>> listeners(List<Map<String, Object>> live, List<Map<String, Object>> desired) {
        List<Map<String, Object>> merged = new ArrayList<>();
        for (Map<String, Object> listener : desired) {
            Map<String, Object> next = new LinkedHashMap<>(listener);
            List<Map<String, Object>> before = find(live, "name", listener.get("name"))
                    .map(entry -> list(entry, "conditions"))
                    .orElse(List.of());
            next.put("conditions", conditions(before, list(listener, "conditions")));
            merged.add(next);
        }
        return merged;
    }

    private List<Map<String, Object>> entries(
            List<Map<String, Object>> live, List<Map<String, Object>> desired, String reference) {
        List<Map<String, Object>> merged = new ArrayList<>();
        List<Map<String, Object>> left = new ArrayList<>(desired);
        for (Map<String, Object> entry : live) {
            if (!ours(entry)) {
                merged.add(entry);
                continue;
            }
            Optional<Map<String, Object>> next = left.stream()
                    .filter(each -> Objects.equals(each.get(reference), entry.get(reference))
                            && Objects.equals(each.get("controllerName"), entry.get("controllerName")))
                    .findFirst();
            next.ifPresent(each -> {
                left.remove(each);
                merged.add(withConditions(each, list(entry, "conditions")));
            });
        }
        left.forEach(each -> merged.add(withConditions(each, List.of())));
        return merged;
    }

    private Map<String, Object> withConditions(Map<String, Object> entry, List<Map<String, Object>> before) {
        Map<String, Object> next = new LinkedHashMap<>(entry);
        List<Map<String, Object>> own = before.stream()
                .filter(condition -> find(list(entry, "conditions"), "type", condition.get("type"))
                        .isPresent())
                .toList();
        next.put("conditions", conditions(own, list(entry, "conditions")));
        return next;
    }

    /** Keeps the present order, so that a write changes no more than necessary. */
    private static List<Map<String, Object>> inOrderOf(
            List<Map<String, Object>> live, List<Map<String, Object>> merged, String field) {
        List<Map<String, Object>> ordered = new ArrayList<>();
        for (Map<String, Object> before : live) {
            find(merged, field, before.get(field))
                    .filter(each -> !ordered.contains(each))
                    .ifPresent(ordered::add);
        }
        merged.stream().filter(each -> !ordered.contains(each)).forEach(ordered::add);
        return ordered;
    }

    private static long generation(Map<String, Object> condition) {
        return condition.get("observedGeneration") instanceof Long generation ? generation : 0;
    }

    private boolean ours(Map<String, Object> entry) {
        return entry.get("controllerName") instanceof String name && controllerNames.contains(name);
    }

    private static Optional<Map<String, Object>> find(
            List<Map<String, Object>> entries, String field, @Nullable Object value) {
        return entries.stream()
                .filter(entry -> Objects.equals(entry.get(field), value))
                .findFirst();
    }

    private static List<Map<String, Object>> list(Map<String, Object> tree, String field) {
        List<Map<String, Object>> entries = new ArrayList<>();
        if (tree.get(field) instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof Map<?, ?> map) {
                    entries.add(fields(map));
                }
            }
        }
        return entries;
    }

    /** The tree with every integer as a {@link Long} and no null, so that equal trees are equal. */
    private static Map<String, Object> normal(Map<String, Object> tree) {
        return fields(tree);
    }

    private static Map<String, Object> fields(Map<?, ?> map) {
        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach((name, value) -> {
            if (value != null) {
                fields.put(String.valueOf(name), normalValue(value));
            }
        });
        return fields;
    }

    private static Object normalValue(Object value) {
        return switch (value) {
            case Map<?, ?> map -> fields(map);
            case List<?> list ->
                list.stream()
                        .filter(Objects::nonNull)
                        .map(StatusMerge::normalValue)
                        .toList();
            case Integer number -> number.longValue();
            default -> value;
        };
    }
}
