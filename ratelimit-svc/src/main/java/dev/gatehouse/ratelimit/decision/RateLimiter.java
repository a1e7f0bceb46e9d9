package dev.gatehouse.ratelimit.decision;

import dev.gatehouse.ratelimit.descriptor.CounterKeys;
import dev.gatehouse.ratelimit.descriptor.Descriptor;
import dev.gatehouse.ratelimit.descriptor.DomainRules;
import dev.gatehouse.ratelimit.descriptor.Rule;
import dev.gatehouse.ratelimit.descriptor.RuleBook;
import dev.gatehouse.ratelimit.limit.Limit;
import dev.gatehouse.ratelimit.limit.Window;
import dev.gatehouse.ratelimit.store.CounterStore;
import dev.gatehouse.ratelimit.store.Increment;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decides requests by fixed windows. Hits beyond a limit are counted too, as in envoyproxy/ratelimit, unless the
 * counter is already known to exceed the limit, so that the store is not called. A descriptor with 0 hits is over its limit
 * only if its counter exceeds the limit. Thread-safe.
 */
public final class RateLimiter {
    private final CounterStore store;
    private final InstantSource clock;
    private final SpentKeys spent;

    /** @param maxSpentKeys the most exhausted counters that are remembered */
    public RateLimiter(CounterStore store, int maxSpentKeys, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.spent = new SpentKeys(maxSpentKeys);
    }

    /** Fails only as {@link CounterStore#increment} does. */
    public CompletionStage<Decision> decide(RuleBook book, Request request) {
        Optional<DomainRules> domain = book.domain(request.domain());
        if (domain.isEmpty()) {
            List<Status> statuses = new ArrayList<>();
            request.descriptors().forEach(descriptor -> statuses.add(new Status.Unmatched()));
            return CompletableFuture.completedFuture(Decision.of(statuses, false));
        }
        List<Optional<Rule>> rules = rules(domain.get(), request);
        long now = clock.instant().getEpochSecond();
        List<Pending> pending = new ArrayList<>(rules.size());
        List<Increment> batch = new ArrayList<>(rules.size());
        for (int i = 0; i < rules.size(); i++) {
            Pending each = pending(request.domain(), request.descriptors().get(i), rules.get(i), now);
            pending.add(each);
            if (each instanceof Counting counting) {
                batch.add(counting.increment());
            }
        }
        if (batch.isEmpty()) {
            return CompletableFuture.completedFuture(conclude(pending, List.of(), now));
        }
        return store.increment(batch).thenApply(counts -> conclude(pending, counts, now));
    }

    private sealed interface Pending {}

    private record Settled(Status status) implements Pending {}

    private record Counting(Increment increment, Rule.Limited rule) implements Pending {}

    private static List<Optional<Rule>> rules(DomainRules domain, Request request) {
        List<Optional<Rule>> rules = new ArrayList<>(request.descriptors().size());
        Set<String> replaced = new HashSet<>();
        for (Descriptor descriptor : request.descriptors()) {
            Optional<Rule> rule = descriptor
                    .override()
                    .<Rule>map(limit -> new Rule.Limited(limit, false, false, Set.of()))
                    .or(() -> domain.match(descriptor.entries()));
            rule.ifPresent(matched -> replaced.addAll(matched.replaces()));
            rules.add(rule);
        }
        if (!replaced.isEmpty()) {
            rules.replaceAll(rule -> rule.filter(matched -> !replaced.contains(matched.name())));
        }
        return rules;
    }

    private Pending pending(String domain, Descriptor descriptor, Optional<Rule> rule, long now) {
        if (rule.isEmpty()) {
            return new Settled(new Status.Unmatched());
        }
        return switch (rule.get()) {
            case Rule.Unlimited unlimited -> new Settled(new Status.Unlimited());
            case Rule.Limited limited -> {
                Limit limit = limited.limit();
                Window window = limit.unit().window(now);
                String key = CounterKeys.of(domain, descriptor.entries(), limit.unit(), window);
                yield spent.over(key, limit.requests())
                        ? new Settled(status(limited, true, 0, window, now))
                        : new Counting(new Increment(key, descriptor.hits(), window), limited);
            }
        };
    }

    private Decision conclude(List<Pending> pending, List<Long> counts, long now) {
        List<Status> statuses = new ArrayList<>(pending.size());
        int counted = 0;
        for (Pending each : pending) {
            statuses.add(
                    switch (each) {
                        case Settled settled -> settled.status();
                        case Counting counting -> status(counting, counts.get(counted++), now);
                    });
        }
        return Decision.of(statuses, true);
    }

    private Status status(Counting counting, long count, long now) {
        long limit = counting.rule().limit().requests();
        Increment increment = counting.increment();
        if (count > limit) {
            spent.remember(increment.key(), count, increment.window(), now);
        }
        return status(counting.rule(), count > limit, Math.max(0, limit - count), increment.window(), now);
    }

    private static Status status(Rule.Limited rule, boolean over, long remaining, Window window, long now) {
        return new Status.Counted(
                over && !rule.shadow() ? Code.OVER_LIMIT : Code.OK,
                rule.limit(),
                remaining,
                Duration.ofSeconds(window.end() - now),
                rule.quota(),
                over && rule.shadow());
    }
}
