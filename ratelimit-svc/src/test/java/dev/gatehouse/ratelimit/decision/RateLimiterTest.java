package dev.gatehouse.ratelimit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.ratelimit.descriptor.Descriptor;
import dev.gatehouse.ratelimit.descriptor.DomainRules;
import dev.gatehouse.ratelimit.descriptor.Entry;
import dev.gatehouse.ratelimit.descriptor.InvalidRules;
import dev.gatehouse.ratelimit.descriptor.Level;
import dev.gatehouse.ratelimit.descriptor.Rule;
import dev.gatehouse.ratelimit.descriptor.RuleBook;
import dev.gatehouse.ratelimit.limit.Limit;
import dev.gatehouse.ratelimit.limit.Unit;
import dev.gatehouse.ratelimit.memory.MemoryCounterStore;
import dev.gatehouse.ratelimit.store.CounterStore;
import dev.gatehouse.ratelimit.store.Increment;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
    private final AtomicLong now = new AtomicLong(1_000_020);
    private final InstantSource clock = () -> Instant.ofEpochSecond(now.get());
    private final Recording store = new Recording(new MemoryCounterStore(10_000, clock));
    private final RateLimiter limiter = new RateLimiter(store, 100, clock);

    private static final class Recording implements CounterStore {
        private final CounterStore store;
        private final AtomicInteger batches = new AtomicInteger();

        Recording(CounterStore store) {
            this.store = store;
        }

        @Override
        public CompletionStage<List<Long>> increment(List<Increment> batch) {
            batches.incrementAndGet();
            return store.increment(batch);
        }

        @Override
        public String kind() {
            return store.kind();
        }

        @Override
        public void close() {
            store.close();
        }
    }

    private static Rule.Limited limit(long requests, String name, String... replaces) {
        return new Rule.Limited(new Limit(requests, Unit.MINUTE, name), false, false, Set.of(replaces));
    }

    private static Level level(String key, Rule rule) {
        return new Level(key, "", Optional.of(rule), List.of());
    }

    private static RuleBook book(Level... levels) {
        try {
            return RuleBook.EMPTY.plus("d", DomainRules.of("d", List.of(levels)));
        } catch (InvalidRules e) {
            throw new AssertionError(e);
        }
    }

    private static Descriptor descriptor(String key, String value, long hits) {
        return new Descriptor(List.of(new Entry(key, value)), Optional.empty(), hits);
    }

    private Decision ask(RuleBook book, Descriptor... descriptors) {
        return limiter.decide(book, new Request("d", List.of(descriptors)))
                .toCompletableFuture()
                .join();
    }

    /** A budget that the costs of responses use up to the last: a check that costs nothing is refused from the next one on. */
    @Test
    void costsOfResponsesTakeACounterBeyondItsLimit() {
        RuleBook book = book(level("user", limit(5, "")));
        for (int response = 0; response < 6; response++) {
            assertThat(ask(book, descriptor("user", "x", 0)).overall()).isEqualTo(Code.OK);
            ask(book, descriptor("user", "x", 1));
        }
        assertThat(ask(book, descriptor("user", "x", 0)).overall()).isEqualTo(Code.OVER_LIMIT);
    }

    @Property(tries = 30)
    void concurrentHitsNeverAdmitMoreThanTheLimit(
            @ForAll @IntRange(min = 0, max = 40) int limit, @ForAll @IntRange(min = 1, max = 3) int hits)
            throws Exception {
        RuleBook book = book(level("user", limit(limit, "")));
        AtomicInteger admitted = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> running = new ArrayList<>();
        RateLimiter fresh = new RateLimiter(new MemoryCounterStore(1000, clock), 100, clock);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 8; i++) {
                running.add(threads.submit(() -> {
                    start.await();
                    for (int n = 0; n < 20; n++) {
                        Request request = new Request("d", List.of(descriptor("user", "x", hits)));
                        if (fresh.decide(book, request)
                                        .toCompletableFuture()
                                        .join()
                                        .overall()
                                == Code.OK) {
                            admitted.addAndGet(hits);
                        }
                    }
                    return admitted;
                }));
            }
            start.countDown();
            for (Future<?> each : running) {
                each.get();
            }
        }
        assertThat(admitted.get()).isEqualTo(limit - limit % hits);
    }

    @Test
    void statusesSayWhatIsLeftAndWhenTheWindowEnds() {
        RuleBook book = book(level("user", limit(3, "three")));
        Status.Counted status = (Status.Counted)
                ask(book, descriptor("user", "x", 1)).statuses().getFirst();
        assertThat(status.remaining()).isEqualTo(2);
        assertThat(status.limit().name()).isEqualTo("three");
        assertThat(status.untilReset()).isEqualTo(Duration.ofSeconds(60 - 1_000_020 % 60));
    }

    @Test
    void aNewWindowStartsFromNothing() {
        RuleBook book = book(level("user", limit(1, "")));
        assertThat(ask(book, descriptor("user", "x", 1)).overall()).isEqualTo(Code.OK);
        assertThat(ask(book, descriptor("user", "x", 1)).overall()).isEqualTo(Code.OVER_LIMIT);
        now.addAndGet(60);
        assertThat(ask(book, descriptor("user", "x", 1)).overall()).isEqualTo(Code.OK);
    }

    @Test
    void valuesOfAKeyAloneCountEachByItself() {
        RuleBook book = book(level("user", limit(1, "")));
        assertThat(ask(book, descriptor("user", "x", 1)).overall()).isEqualTo(Code.OK);
        assertThat(ask(book, descriptor("user", "y", 1)).overall()).isEqualTo(Code.OK);
        assertThat(ask(book, descriptor("user", "y", 1)).overall()).isEqualTo(Code.OVER_LIMIT);
    }

    @Test
    void whatIsKnownToBeOverAsksTheStoreNoMore() {
        RuleBook book = book(level("user", limit(2, "")));
        ask(book, descriptor("user", "x", 3));
        int asked = store.batches.get();
        Decision decision = ask(book, descriptor("user", "x", 1));
        assertThat(decision.overall()).isEqualTo(Code.OVER_LIMIT);
        assertThat(decision.tightest().orElseThrow().remaining()).isZero();
        assertThat(store.batches.get()).isEqualTo(asked);
    }

    @Test
    void anOverrideThatAllowsMoreIsNotAnsweredFromWhatIsKnownOfALowerLimit() {
        RuleBook book = book(level("user", limit(1, "")));
        ask(book, descriptor("user", "x", 5));
        Descriptor generous =
                new Descriptor(List.of(new Entry("user", "x")), Optional.of(new Limit(10, Unit.MINUTE, "")), 1);
        Decision decision = ask(book, generous);
        assertThat(decision.overall()).isEqualTo(Code.OK);
        assertThat(decision.tightest().orElseThrow().remaining()).isEqualTo(4);
    }

    @Test
    void zeroHitsLookWithoutCounting() {
        RuleBook book = book(level("user", limit(1, "")));
        for (int i = 0; i < 5; i++) {
            assertThat(ask(book, descriptor("user", "x", 0)).overall()).isEqualTo(Code.OK);
        }
        assertThat(ask(book, descriptor("user", "x", 1)).overall()).isEqualTo(Code.OK);
        assertThat(ask(book, descriptor("user", "x", 1)).overall()).isEqualTo(Code.OVER_LIMIT);
    }

    @Test
    void shadowModeReportsAndLetsThrough() {
        Rule shadow = new Rule.Limited(new Limit(0, Unit.MINUTE, ""), true, false, Set.of());
        Decision decision = ask(book(level("user", shadow)), descriptor("user", "x", 1));
        assertThat(decision.overall()).isEqualTo(Code.OK);
        assertThat(decision.tightest().orElseThrow().shadowed()).isTrue();
    }

    @Test
    void oneDescriptorOverItsLimitRefusesTheRequest() {
        RuleBook book = book(level("a", limit(100, "")), level("b", limit(0, "")));
        Decision decision = ask(book, descriptor("a", "", 1), descriptor("b", "", 1));
        assertThat(decision.overall()).isEqualTo(Code.OVER_LIMIT);
        assertThat(decision.statuses()).extracting(Status::code).containsExactly(Code.OK, Code.OVER_LIMIT);
    }

    @Test
    void quotasRefuseOnlyWhenAllOfThemAreSpent() {
        RuleBook book = book(
                level("a", new Rule.Limited(new Limit(0, Unit.MINUTE, ""), false, true, Set.of())),
                level("b", new Rule.Limited(new Limit(1, Unit.MINUTE, ""), false, true, Set.of())));
        assertThat(ask(book, descriptor("a", "", 1), descriptor("b", "", 1)).overall())
                .isEqualTo(Code.OK);
        assertThat(ask(book, descriptor("a", "", 1), descriptor("b", "", 1)).overall())
                .isEqualTo(Code.OVER_LIMIT);
    }

    @Test
    void aReplacedRuleNeitherCountsNorRefuses() {
        RuleBook book = book(level("all", limit(0, "all")), level("vip", limit(100, "vip", "all")));
        Decision decision = ask(book, descriptor("all", "", 1), descriptor("vip", "", 1));
        assertThat(decision.overall()).isEqualTo(Code.OK);
        assertThat(decision.statuses().getFirst()).isEqualTo(new Status.Unmatched());
        assertThat(ask(book, descriptor("all", "", 1)).overall()).isEqualTo(Code.OVER_LIMIT);
    }

    @Test
    void unlimitedAndUnmatchedNeverAskTheStore() {
        RuleBook book = book(level("free", new Rule.Unlimited("", Set.of())));
        Decision decision = ask(book, descriptor("free", "x", 1), descriptor("unknown", "x", 1));
        assertThat(decision.statuses()).containsExactly(new Status.Unlimited(), new Status.Unmatched());
        assertThat(store.batches.get()).isZero();
    }

    @Test
    void aDomainWithoutRulesLimitsNothingNotEvenByOverride() {
        Descriptor override =
                new Descriptor(List.of(new Entry("user", "x")), Optional.of(new Limit(0, Unit.SECOND, "")), 1);
        Decision decision = ask(RuleBook.EMPTY, override);
        assertThat(decision.overall()).isEqualTo(Code.OK);
        assertThat(decision.knownDomain()).isFalse();
    }
}
