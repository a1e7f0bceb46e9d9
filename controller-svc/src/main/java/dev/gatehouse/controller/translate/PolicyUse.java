package dev.gatehouse.controller.translate;

import dev.gatehouse.controller.policy.Effective;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.TargetedPolicy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The effective policy of a rule of a route on a listener.
 *
 * @param policy the effective policy
 * @param target the target by which the policy is effective
 * @param others the policies that it is merged with, the more specific first
 * @param fields the merged fields; empty if the kind does not merge, so that all fields come from {@code policy}
 * @param problems why the merged fields cannot be used, as "path: message"
 */
public record PolicyUse(
        String kind,
        ObjectKey policy,
        TargetKey target,
        List<ObjectKey> others,
        List<Field> fields,
        List<String> problems) {
    public PolicyUse {
        others = List.copyOf(others);
        fields = List.copyOf(fields);
        problems = List.copyOf(problems);
    }

    /**
     * A field of a policy.
     *
     * @param path the field's path, such as "retry.numRetries"
     * @param value a scalar, or a list as a whole
     * @param from the policies that set the field; several for a list that is merged from their lists
     */
    public record Field(String path, Object value, List<ObjectKey> from) {
        public Field {
            from = List.copyOf(from);
        }
    }

    static <S extends TargetedPolicy<S>> PolicyUse of(String kind, TargetKey target, Effective<S> effective) {
        List<Field> fields = new ArrayList<>();
        leaves(effective.spec().tree(), "", fields, effective.members());
        return new PolicyUse(
                kind,
                effective.policy(),
                target,
                effective.members().stream().skip(1).map(Resource::key).toList(),
                fields,
                effective.problems());
    }

    private static <S extends TargetedPolicy<S>> void leaves(
            Map<?, ?> tree, String prefix, List<Field> fields, List<Resource<S>> members) {
        tree.forEach((name, value) -> {
            String path = prefix + name;
            if (Effective.isOwn(path)) {
                return;
            }
            if (value instanceof Map<?, ?> map && !map.isEmpty()) {
                leaves(map, path + ".", fields, members);
            } else if (value != null) {
                fields.add(new Field(path, value, origins(path, value, members)));
            }
        });
    }

    private static <S extends TargetedPolicy<S>> List<ObjectKey> origins(
            String path, Object value, List<Resource<S>> members) {
        Map<ObjectKey, Object> said = new LinkedHashMap<>();
        for (Resource<S> member : members) {
            Object own = at(member.spec().tree(), path);
            if (own != null) {
                said.put(member.key(), own);
            }
        }
        for (Map.Entry<ObjectKey, Object> each : said.entrySet()) {
            if (Objects.equals(each.getValue(), value)) {
                return List.of(each.getKey());
            }
        }
        return List.copyOf(said.keySet());
    }

    private static @Nullable Object at(Map<?, ?> tree, String path) {
        Object value = tree;
        for (String name : path.split("\\.", -1)) {
            value = value instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return value;
    }
}
