package dev.gatehouse.controller.policy;

import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.TargetedPolicy;
import dev.gatehouse.gatewayapi.traffic.RateLimits.Rule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Merges the rate limits of two BackendTrafficPolicies as Envoy Gateway does. A strategic merge keeps the rules of both: a
 * rule has no name by which it could replace another, so that a route's rules are added to its Gateway's. By either merge
 * one policy may have global limits, and the other local ones.
 */
public final class RateLimitMerge {
    private static final String FIELD = "rateLimit";
    private static final String GLOBAL = "global";
    private static final String LOCAL = "local";
    private static final String RULES = "rules";
    private static final String SELECTORS = "clientSelectors";
    private static final String DIRECTIVE = "$patch";

    /**
     * A rule of a global limit.
     *
     * @param policy the policy whose specification has the rule
     * @param index the rule's place there
     */
    public record OwnedRule(ObjectKey policy, int index, Rule rule) {}

    private RateLimitMerge() {}

    /** The specifications of a policy ({@code more}) and of the one that it is merged with, prepared for the merge. */
    record Sides(Map<String, Object> less, Map<String, Object> more) {}

    /** Prepares the rate limits of two specifications; those without are returned as they are. */
    static Sides prepare(Map<String, Object> less, Map<String, Object> more, boolean strategic) {
        if (!(less.get(FIELD) instanceof Map<?, ?> below) || !(more.get(FIELD) instanceof Map<?, ?> over)) {
            return new Sides(less, more);
        }
        Map<String, Object> parent = served(below);
        Map<String, Object> own = served(over);
        if (strategic && !own.containsKey(DIRECTIVE)) {
            unite(parent, own, GLOBAL);
            unite(parent, own, LOCAL);
        }
        Map<String, Object> lessPrepared = new LinkedHashMap<>(less);
        lessPrepared.put(FIELD, parent);
        Map<String, Object> morePrepared = new LinkedHashMap<>(more);
        morePrepared.put(FIELD, own);
        return new Sides(lessPrepared, morePrepared);
    }

    /** The limits that {@code type} leaves in force, without {@code type}. */
    private static Map<String, Object> served(Map<?, ?> limits) {
        Map<String, Object> served = new LinkedHashMap<>();
        limits.forEach((name, value) -> served.put(String.valueOf(name), value));
        Object type = served.remove("type");
        if ("Global".equals(type)) {
            served.remove(LOCAL);
        } else if ("Local".equals(type)) {
            served.remove(GLOBAL);
        }
        return served;
    }

    /** Adds the parent's rules to those of {@code own}; of local rules for all requests only one counts. */
    private static void unite(Map<String, Object> parent, Map<String, Object> own, String part) {
        if (!(own.get(part) instanceof Map<?, ?> limit) || limit.containsKey(DIRECTIVE)) {
            return;
        }
        List<?> rules = rules(own, part);
        if (rules.stream().anyMatch(rule -> rule instanceof Map<?, ?> map && map.containsKey(DIRECTIVE))) {
            return;
        }
        boolean hasPreset = part.equals(LOCAL) && rules.stream().anyMatch(RateLimitMerge::isForAll);
        List<Object> united = new ArrayList<>(rules);
        rules(parent, part).stream()
                .filter(rule -> !hasPreset || !isForAll(rule))
                .forEach(united::add);
        Map<String, Object> with = new LinkedHashMap<>();
        limit.forEach((name, value) -> with.put(String.valueOf(name), value));
        with.put(RULES, Collections.unmodifiableList(united));
        own.put(part, with);
    }

    private static boolean isForAll(Object rule) {
        return rule instanceof Map<?, ?> map
                && !(map.get(SELECTORS) instanceof List<?> selectors && !selectors.isEmpty());
    }

    private static List<?> rules(Map<?, ?> limits, String part) {
        return limits.get(part) instanceof Map<?, ?> limit && limit.get(RULES) instanceof List<?> rules
                ? rules
                : List.of();
    }

    /** The rules of the global limit of {@code policy}, in their order, with the policies that have them. */
    public static <S extends TargetedPolicy<S>> List<OwnedRule> owned(Effective<S> policy, List<Rule> rules) {
        List<OwnedRule> owned = new ArrayList<>();
        for (Resource<S> member : policy.members()) {
            int own = Optional.ofNullable(member.spec().tree().get(FIELD))
                    .filter(Map.class::isInstance)
                    .map(limits -> rules(served((Map<?, ?>) limits), GLOBAL).size())
                    .orElse(0);
            for (int i = 0; i < own && owned.size() < rules.size(); i++) {
                owned.add(new OwnedRule(member.key(), i, rules.get(owned.size())));
            }
        }
        return List.copyOf(owned);
    }
}
