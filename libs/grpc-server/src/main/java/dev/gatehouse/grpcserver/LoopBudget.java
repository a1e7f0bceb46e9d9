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
 * <p>A round is what a loop handles between two looks at its task queue. Called on event loops; each has a round of its
 * own.
 */
public final class LoopBudget {
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
        private long since;
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
            round.since = now;
            // Behind all that has arrived up to now.
            loop.execute(() -> round.begun = false);
            return false;
        }
        return now - round.since > nanos;
    }
}
