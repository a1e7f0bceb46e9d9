package dev.gatehouse.ratelimit.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.ratelimit.limit.Window;
import dev.gatehouse.ratelimit.store.Increment;
import dev.gatehouse.ratelimit.store.StoreUnavailable;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryCounterStoreTest {
    private final AtomicLong now = new AtomicLong(60);
    private final MemoryCounterStore store = new MemoryCounterStore(64, () -> Instant.ofEpochSecond(now.get()));

    private long add(String key, long hits, long end) {
        return store.increment(List.of(new Increment(key, hits, new Window(0, end))))
                .toCompletableFuture()
                .join()
                .getFirst();
    }

    @Test
    void countsAddUpByKey() {
        assertThat(add("a", 2, 120)).isEqualTo(2);
        assertThat(add("a", 3, 120)).isEqualTo(5);
        assertThat(add("b", 1, 120)).isEqualTo(1);
        assertThat(add("a", 0, 120)).isEqualTo(5);
    }

    @Test
    void hugeHitsDoNotWrapAround() {
        add("a", Long.MAX_VALUE, 120);
        assertThat(add("a", Long.MAX_VALUE, 120)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void atTheBoundNewCountersAreRefusedWhileOldOnesGoOn() {
        add("old", 1, 120);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        add("flood-" + i, 1, 120);
                    }
                })
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(StoreUnavailable.class)
                .hasMessageContaining("gatehouse.ratelimit.memory.max-counters");
        assertThat(store.size()).isLessThanOrEqualTo(64);
        assertThat(add("old", 1, 120)).isEqualTo(2);
    }

    @Test
    void countersOfPastWindowsMakeRoom() {
        for (int round = 1; round <= 50; round++) {
            now.set(round * 60L);
            long end = round * 60L + 60;
            assertThat(add("only one in its shard, window " + round, 1, end)).isEqualTo(1);
        }
        assertThat(store.size()).isLessThanOrEqualTo(64);
    }
}
