package dev.gatehouse.events;

import static dev.gatehouse.events.Changes.delete;
import static dev.gatehouse.events.Changes.removed;
import static dev.gatehouse.events.Changes.set;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class MemoryConfigLogTest {
    private final Recorder follower = new Recorder();

    @Test
    void aNewFollowerIsToldTheCompactedStateThenWhatHappens() throws InterruptedException {
        MemoryConfigLog log = new MemoryConfigLog("e");
        log.append(set("f", "a", 1));
        log.append(set("g", "x", 1));
        log.append(set("f", "a", 2));
        log.append(set("f", "b", 1));
        log.append(delete("f", "b"));
        log.append(set("h", "y", 1));
        log.append(removed("h"));
        try (Subscription subscription = log.follow(Optional.empty(), follower)) {
            assertThat(follower.next(4))
                    .containsExactly("replay e", "2 g +x@1=bytes of x", "5 f +a@2=bytes of a", "caught up 7");
            log.append(delete("f", "a"));
            assertThat(follower.next()).isEqualTo("8 f -a");
        }
    }

    @Test
    void aFollowerThatWasBrieflyAwayIsToldOnlyWhatItMissed() throws InterruptedException {
        MemoryConfigLog log = new MemoryConfigLog("e");
        Position seen = log.append(set("f", "a", 1));
        log.append(set("f", "b", 1));
        try (Subscription subscription = log.follow(Optional.of(seen), follower)) {
            assertThat(follower.next(2)).containsExactly("2 f +b@1=bytes of b", "caught up 2");
        }
    }

    @Test
    void aFollowerOfAnotherEpochOrFromTheFutureIsSentAReplay() throws InterruptedException {
        MemoryConfigLog log = new MemoryConfigLog("e");
        log.append(set("f", "a", 1));
        try (Subscription other = log.follow(Optional.of(new Position("old", 1)), follower)) {
            assertThat(follower.next(3)).containsExactly("replay e", "1 f +a@1=bytes of a", "caught up 1");
        }
        try (Subscription future = log.follow(Optional.of(new Position("e", 9)), follower)) {
            assertThat(follower.next(3)).containsExactly("replay e", "1 f +a@1=bytes of a", "caught up 1");
        }
    }

    @Test
    void aSlowFollowerNeverBlocksTheAppenderAndIsSentAReplayOnceItFallsBehind() throws InterruptedException {
        MemoryConfigLog log = new MemoryConfigLog("e", 4, 1 << 20);
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Follower slow = new Follower() {
            @Override
            public void replayStarted(String epoch) {
                follower.replayStarted(epoch);
            }

            @Override
            public void transaction(Position position, Transaction transaction) {
                follower.transaction(position, transaction);
                stuck.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public void caughtUp(Position position) {
                follower.caughtUp(position);
            }
        };
        try (Subscription subscription = log.follow(Optional.empty(), slow)) {
            assertThat(follower.next(2)).containsExactly("replay e", "caught up 0");
            log.append(set("f", "a", 1));
            stuck.await();
            for (int version = 2; version <= 100; version++) {
                log.append(set("f", "a", version));
            }
            release.countDown();
            assertThat(follower.next(4))
                    .containsExactly("1 f +a@1=bytes of a", "replay e", "100 f +a@100=bytes of a", "caught up 100");
        }
    }

    @Test
    void noFollowerHasCaughtUpBeforeTheLogIsLoaded() throws InterruptedException {
        MemoryConfigLog log = MemoryConfigLog.loading("e");
        log.append(set("f", "a", 1));
        try (Subscription subscription = log.follow(Optional.empty(), follower)) {
            assertThat(follower.next(2)).containsExactly("replay e", "1 f +a@1=bytes of a");
            log.append(set("f", "b", 1));
            assertThat(follower.next()).isEqualTo("2 f +b@1=bytes of b");
            log.loaded();
            assertThat(follower.next()).isEqualTo("caught up 2");
        }
    }
}
