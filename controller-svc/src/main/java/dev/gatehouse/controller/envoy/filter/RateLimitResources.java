package dev.gatehouse.controller.envoy.filter;

import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.api.ratelimit.v3.RateLimitDescriptor;
import dev.gatehouse.api.ratelimit.v3.RateLimitPolicy;
import dev.gatehouse.api.ratelimit.v3.RateLimitUnit;
import dev.gatehouse.controller.envoy.filter.LimitActions.Entry;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.policy.EffectivePolicies.Traffic;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.traffic.RateLimits.Global;
import dev.gatehouse.gatewayapi.traffic.RateLimits.Rule;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Makes global rate limits: the actions of a route, and the descriptors that ratelimit-svc matches them with.
 * Descriptors have Envoy Gateway's form. The first level names the rule of the route, or of the policy if its targets
 * share the rule. Each selector adds a level.
 *
 * <p>Shared rules have the policy's own domain. Shared rules and other rules are numbered separately.
 */
public final class RateLimitResources {
    private RateLimitResources() {}

    /** A rule with its number in descriptors and its number in the policy. */
    private record Numbered(int index, int inPolicy, Rule rule) {}

    /** The domain of a listener's limits. */
    public static String domain(ListenerKey listener) {
        return listener.toString();
    }

    /** The domain of the limits that the targets of {@code policy} share. */
    public static String sharedDomain(ObjectKey policy) {
        return policy.toString();
    }

    /** True if {@code limit} has a rule that is shared between targets ({@code shared}) or not shared. */
    public static boolean has(Global limit, boolean shared) {
        return limit.rules().stream().anyMatch(rule -> rule.shared() == shared);
    }

    /** The actions that a route sends for each request. */
    static List<RateLimit> actions(String ruleName, ObjectKey policy, Global limit, boolean shared) {
        List<RateLimit> limits = new ArrayList<>();
        for (Numbered each : numbered(limit, shared)) {
            Rule rule = each.rule();
            for (List<Entry> entries : alternatives(each)) {
                List<Entry> all = new ArrayList<>();
                all.add(LimitActions.constant(shared ? sharedName(policy, each) : ruleName));
                all.addAll(entries);
                limits.add(LimitActions.limit(all, rule, rule.requestCost(), false));
                rule.responseCost()
                        .ifPresent(cost -> limits.add(LimitActions.limit(all, rule, Optional.of(cost), true)));
            }
        }
        return limits;
    }

    /** The limits of a route on a listener, as a part of the listener's domain. */
    public static RateLimitConfig config(ListenerKey listener, ObjectRef route, SortedMap<String, Traffic> limits) {
        String domain = domain(listener);
        RateLimitConfig.Builder config = RateLimitConfig.newBuilder()
                .setName(domain + "/" + route.kind().toLowerCase(Locale.ROOT) + "/" + route.key())
                .setDomain(domain);
        for (Map.Entry<String, Traffic> entry : limits.entrySet()) {
            List<RateLimitDescriptor.Builder> chains = new ArrayList<>();
            entry.getValue()
                    .settings()
                    .globalLimit()
                    .ifPresent(limit -> numbered(limit, false).forEach(each -> join(chains, chain(each))));
            if (!chains.isEmpty()) {
                config.addDescriptors(first(entry.getKey(), chains));
            }
        }
        return config.build();
    }

    /** The limits that the targets of {@code policy} share. */
    public static RateLimitConfig sharedConfig(ObjectKey policy, Global limit) {
        String domain = sharedDomain(policy);
        RateLimitConfig.Builder config =
                RateLimitConfig.newBuilder().setName(domain).setDomain(domain);
        for (Numbered each : numbered(limit, true)) {
            config.addDescriptors(first(sharedName(policy, each), List.of(chain(each))));
        }
        return config.build();
    }

    private static String sharedName(ObjectKey policy, Numbered rule) {
        return policy + "/rule/" + rule.inPolicy();
    }

    private static RateLimitDescriptor.Builder first(String name, List<RateLimitDescriptor.Builder> below) {
        RateLimitDescriptor.Builder first =
                RateLimitDescriptor.newBuilder().setKey(name).setValue(name);
        below.forEach(first::addDescriptors);
        return first;
    }

    /** Adds a chain of descriptors. Chains with the same beginning share it, since a key may occur only once in a level. */
    private static void join(List<RateLimitDescriptor.Builder> chains, RateLimitDescriptor.Builder chain) {
        Optional<RateLimitDescriptor.Builder> same = chains.stream()
                .filter(each ->
                        each.getKey().equals(chain.getKey()) && each.getValue().equals(chain.getValue()))
                .findFirst();
        if (same.isEmpty()) {
            chains.add(chain);
            return;
        }
        RateLimitDescriptor.Builder there = same.get();
        if (chain.hasRateLimit() && !there.hasRateLimit()) {
            there.setRateLimit(chain.getRateLimit()).setShadowMode(chain.getShadowMode());
        }
        List<RateLimitDescriptor.Builder> below = new ArrayList<>(there.getDescriptorsBuilderList());
        int before = below.size();
        chain.getDescriptorsBuilderList().forEach(each -> join(below, each));
        below.subList(before, below.size()).forEach(there::addDescriptors);
    }

    private static RateLimitDescriptor.Builder chain(Numbered numbered) {
        Rule rule = numbered.rule();
        List<Entry> entries = alternatives(numbered).getFirst();
        RateLimitDescriptor.Builder inner =
                level(entries.getLast()).setRateLimit(limit(rule)).setShadowMode(rule.shadowMode());
        for (Entry entry : entries.subList(0, entries.size() - 1).reversed()) {
            inner = level(entry).addDescriptors(inner);
        }
        return inner;
    }

    private static RateLimitDescriptor.Builder level(Entry entry) {
        RateLimitDescriptor.Builder level = RateLimitDescriptor.newBuilder().setKey(entry.key());
        entry.value().ifPresent(level::setValue);
        return level;
    }

    private static RateLimitPolicy limit(Rule rule) {
        return RateLimitPolicy.newBuilder()
                .setUnit(
                        switch (rule.limit().unit()) {
                            case Second -> RateLimitUnit.SECOND;
                            case Minute -> RateLimitUnit.MINUTE;
                            case Hour -> RateLimitUnit.HOUR;
                            case Day -> RateLimitUnit.DAY;
                            case Week -> RateLimitUnit.WEEK;
                            case Month -> RateLimitUnit.MONTH;
                            case Year -> RateLimitUnit.YEAR;
                        })
                .setRequestsPerUnit((int) rule.limit().requests())
                .build();
    }

    private static List<Numbered> numbered(Global limit, boolean shared) {
        List<Numbered> numbered = new ArrayList<>();
        for (int i = 0; i < limit.rules().size(); i++) {
            if (limit.rules().get(i).shared() == shared) {
                numbered.add(new Numbered(numbered.size(), i, limit.rules().get(i)));
            }
        }
        return numbered;
    }

    private static List<List<Entry>> alternatives(Numbered numbered) {
        return numbered.rule().selectors().isEmpty()
                ? List.of(List.of(LimitActions.constant(LimitActions.matchKey(numbered.index(), -1))))
                : LimitActions.alternatives(numbered.rule(), numbered.index(), false);
    }
}
