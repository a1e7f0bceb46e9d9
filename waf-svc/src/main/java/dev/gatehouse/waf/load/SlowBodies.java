package dev.gatehouse.waf.load;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Refuses bodies that come so slowly that they hold memory for nothing. A held body must bring a number of bytes in each
 * period of time, whatever it brought before: so neither a client that stops nor one that sends a byte now and then
 * holds a body for long. One thread looks at all held bodies, several times a period. Thread-safe.
 */
public final class SlowBodies implements AutoCloseable {
    private static final Logger LOG = System.getLogger(SlowBodies.class.getName());
    private static final int LOOKS = 10;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /** A body that is held until its end. */
    public interface Body {
        /** How many bytes have come; called by another thread than the body's own. */
        long received();

        /** Refuses the body unless it has ended in the meantime. Must not block. */
        void refuse();
    }

    /** When a period began, and how many bytes had come by then. */
    private record Mark(long nanos, long bytes) {}

    private final long period;
    private final long bytesPerPeriod;
    private final LongSupplier clock;
    private final Map<Body, Mark> bodies = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /**
     * Bodies that nobody looks at; {@link #start} makes one with a thread that does.
     *
     * @param period the length of a period
     * @param rate the least number of bytes a second, over a period
     * @param clock the time in nanoseconds
     */
    public SlowBodies(Duration period, long rate, LongSupplier clock) {
        if (!period.isPositive() || rate < 1) {
            throw new IllegalArgumentException("slow bodies: " + rate + " bytes a second over " + period
                    + " (expected: at least 1 byte, a positive time)");
        }
        this.period = period.toNanos();
        this.bytesPerPeriod = Math.max(1, (long) (rate * (this.period / (double) TimeUnit.SECONDS.toNanos(1))));
        this.clock = clock;
    }

    /** Begins to look after bodies. */
    public static SlowBodies start(Duration period, long rate) {
        SlowBodies slow = new SlowBodies(period, rate, System::nanoTime);
        Duration pause = period.dividedBy(LOOKS);
        Thread.ofVirtual()
                .name("waf-slow-bodies")
                .start(() -> slow.run(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE));
        return slow;
    }

    private void run(Duration pause) {
        try {
            while (!closed) {
                Thread.sleep(pause);
                sweep();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks after a body from now on. */
    public void watch(Body body) {
        bodies.put(body, new Mark(clock.getAsLong(), body.received()));
    }

    /** The body has ended, or nobody waits for it. */
    public void forget(Body body) {
        bodies.remove(body);
    }

    /** Looks at all bodies. */
    void sweep() {
        long now = clock.getAsLong();
        bodies.forEach((body, mark) -> {
            if (now - mark.nanos < period) {
                return;
            }
            long received = body.received();
            if (received - mark.bytes < bytesPerPeriod) {
                bodies.remove(body);
                refuse(body);
            } else {
                bodies.replace(body, mark, new Mark(now, received));
            }
        });
    }

    /** A body that cannot be refused must not keep others from it. */
    private static void refuse(Body body) {
        try {
            body.refuse();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "A body that comes too slowly cannot be refused.", e);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
