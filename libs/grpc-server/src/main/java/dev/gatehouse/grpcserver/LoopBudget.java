package dev.gatehouse.grpcserver;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.internal.ThreadExecutorMap;
import java.time.Duration;

/**
 * Limits how long an event loop works on the calls that had arrived when its round began. Calls that are left after
 * that have waited too long, and are answered at once without work. So an overloaded loop answers a part of its calls
 * in time instead of all of them too late, and its sockets' queues shrink as soon as the load does.
 *
 * <p>A round is what a loop handles between two looks at its task queue. Of the time between two calls of a round a quarter of the budget
 * counts at most: a loop that was not run for a while, as on a machine where other processes start, or in a collection, is late but has no
 * more to do than before. Called on event loops; each has a round of its own.
 */
public final class LoopBudget {
    private static final int CALLS_AT_LEAST = 4;

    private final long nanos;
    private final FastThreadLocal<Round> rounds = new FastThreadLocal<>() {
        @Override
        protected Round initialValue() {
            return new Round();
        }
    };

    /** Of one thread. */
    private static final class Round {
        private boolean begun;
        private long last;
        private long used;
    }

    public LoopBudget(Duration budget) {
        if (!budget.isPositive()) {
            throw new IllegalArgumentException("budget: " + budget + " (expected: more than 0)");
        }
        this.nanos = budget.toNanos();
    }

    /** Whether the round of this event loop has used its budget; false on threads that are none. */
    public boolean spent() {
        EventExecutor loop = ThreadExecutorMap.currentExecutor();
        if (loop == null) {
            return false;
        }
        Round round = rounds.get();
        long now = System.nanoTime();
        if (!round.begun) {
            round.begun = true;
            round.last = now;
            round.used = 0;
            // Behind all that has arrived up to now.
            loop.execute(() -> round.begun = false);
            return false;
        }
        round.used += Math.min(now - round.last, nanos / CALLS_AT_LEAST);
        round.last = now;
        return round.used > nanos;
    }
}
