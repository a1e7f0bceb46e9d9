package dev.gatehouse.controller;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class QuietHeapTest {
    private long collections;
    private int full;
    private final QuietHeap heap = new QuietHeap(() -> collections, () -> {
        collections++;
        full++;
    });

    private int looks(int times) {
        for (int i = 0; i < times; i++) {
            heap.look();
        }
        return full;
    }

    @Test
    void oneFullCollectionFollowsABurst() {
        collections = 50;
        assertThat(looks(3)).isZero();
        assertThat(looks(1)).isEqualTo(1);
        assertThat(looks(100)).isEqualTo(1);
        collections += 10;
        assertThat(looks(100)).isEqualTo(2);
    }

    @Test
    void noneIsMadeWhileThereIsWork() {
        for (int i = 0; i < 100; i++) {
            collections += 5;
            assertThat(looks(2)).isZero();
        }
    }

    @Test
    void whoDoesLittleIsLeftAlone() {
        collections = 9;
        assertThat(looks(100)).isZero();
    }
}
