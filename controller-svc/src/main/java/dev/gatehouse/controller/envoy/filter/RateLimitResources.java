package dev.gatehouse.controller.envoy.filter;

import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.api.ratelimit.v3.RateLimitDescriptor;
import dev.gatehouse.api.ratelimit.v3.RateLimitPolicy;
import dev.gatehouse.api.ratelimit.v3.RateLimitUnit;
import dev.gatehouse.controller.envoy.filter.LimitActions.AddressKeys;
import dev.gatehouse.controller.envoy.filter.LimitActions.Entry;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.policy.EffectivePolicies.Traffic;
import dev.gatehouse.controller.policy.RateLimitMerge.OwnedRule;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.traffic.RateLimits.Rule;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * Makes global rate limits: the actions of a route, and the descriptors that ratelimit-svc matches them with.
 * Descriptors have Envoy Gateway's form. The first level names the rule of the route, or of the policy if its targets
 * share the rule. Each selector adds a level. Rules of a route that select the same addresses and nothing else would have one
 * descriptor: the later of them have keys of their own.
 *
 * <p>Shared rules have one domain for all policies, since the rules of a route may be from two. The shared rules of each
 * policy and the other rules of a route are numbered separately.
 */
public final class RateLimitResources {
    /** The domain of the limits that the targets of policies share. */
    static final String SHARED_DOMAIN = "shared";

    private RateLimitResources() {}

    /**
     * A rule with its descriptor.
     *
     * @param entries the descriptor below its first entry
     */
    private record Described(OwnedRule owned, List<Entry> entries) {
        Rule rule() {
            return owned.rule();
        }

        /** What names a rule that the targets of its policy share. */
        String sharedName() {
            return owned.policy() + "/rule/" + owned.index();
        }
    }

    /** The domain of a listener's limits. */
    public static String domain(ListenerKey listener) {
        return listener.toString();
    }

    /** True if {@code rules} has one that is shared between targets ({@code shared}) or not shared. */
    static boolean has(List<OwnedRule> rules, boolean shared) {
        return rules.stream().anyMatch(each -> each.rule().shared() == shared);
    }

    /** The actions that a route sends for each request. */
    static List<RateLimit> actions(String ruleName, List<OwnedRule> rules, boolean shared) {
        List<RateLimit> limits = new ArrayList<>();
        for (Described each : described(rules, shared)) {
            Rule rule = each.rule();
            List<Entry> all = new ArrayList<>();
            all.add(LimitActions.constant(shared ? each.sharedName() : ruleName));
            all.addAll(each.entries());
            limits.add(LimitActions.limit(all, rule, rule.requestCost(), false));
            rule.responseCost().ifPresent(cost -> limits.add(LimitActions.limit(all, rule, Optional.of(cost), true)));
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
            described(entry.getValue().globalRules(), false).forEach(each -> join(chains, chain(each)));
            if (!chains.isEmpty()) {
                config.addDescriptors(first(entry.getKey(), chains));
            }
        }
        return config.build();
    }

    /** The limits among {@code rules} that the targets of each policy share, by the policy. */
    public static Map<ObjectKey, RateLimitConfig> sharedConfigs(List<OwnedRule> rules) {
        Map<ObjectKey, RateLimitConfig.Builder> configs = new LinkedHashMap<>();
        for (Described each : described(rules, true)) {
            configs.computeIfAbsent(
                            each.owned().policy(),
                            policy -> RateLimitConfig.newBuilder()
                                    .setName(policy.toString())
                                    .setDomain(SHARED_DOMAIN))
                    .addDescriptors(first(each.sharedName(), List.of(chain(each))));
        }
        Map<ObjectKey, RateLimitConfig> built = new LinkedHashMap<>();
        configs.forEach((policy, config) -> built.put(policy, config.build()));
        return built;
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
        if (chain.hasRateLimit()) {
            there.setRateLimit(chain.getRateLimit()).setShadowMode(chain.getShadowMode());
        }
        List<RateLimitDescriptor.Builder> below = new ArrayList<>(there.getDescriptorsBuilderList());
        int before = below.size();
        chain.getDescriptorsBuilderList().forEach(each -> join(below, each));
        below.subList(before, below.size()).forEach(there::addDescriptors);
    }

    private static RateLimitDescriptor.Builder chain(Described described) {
        Rule rule = described.rule();
        List<Entry> entries = described.entries();
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

    /** The rules that are {@code shared} or not, each with a descriptor that no other rule has below the same first entry. */
    private static List<Described> described(List<OwnedRule> rules, boolean shared) {
        List<Described> described = new ArrayList<>();
        Map<ObjectKey, Integer> ofPolicy = new HashMap<>();
        Set<List<String>> taken = new HashSet<>();
        for (OwnedRule each : rules) {
            if (each.rule().shared() != shared) {
                continue;
            }
            // A policy's own number: all its targets have to say the same, whatever else their rules are merged with.
            int index = shared ? ofPolicy.merge(each.policy(), 1, Integer::sum) - 1 : described.size();
            List<Entry> entries = entries(each.rule(), index, AddressKeys.COMMON);
            // Each shared rule has a first entry of its own. Other rules may differ in nothing but the limit.
            if (!shared && !taken.add(identity(entries))) {
                entries = entries(each.rule(), index, AddressKeys.of(index));
            }
            described.add(new Described(each, entries));
        }
        return described;
    }

    private static List<String> identity(List<Entry> entries) {
        return entries.stream()
                .flatMap(entry -> Stream.of(entry.key(), entry.value().orElse("")))
                .toList();
    }

    private static List<Entry> entries(Rule rule, int index, AddressKeys addressKeys) {
        return rule.selectors().isEmpty()
                ? List.of(LimitActions.constant(LimitActions.matchKey(index, -1)))
                : LimitActions.entries(rule, index, addressKeys);
    }
}
