package dev.gatehouse.controller.control;

import dev.gatehouse.gatewayapi.ObjectRef;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Counts of the controller's work since its start. Written by the controller's thread, read by any. */
public final class Tally {
    private final AtomicLong batches = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile Set<ObjectRef> refused = Set.of();

    Tally() {}

    void handled(int changed, Duration took, Set<ObjectRef> refusedNow) {
        batches.incrementAndGet();
        changes.addAndGet(changed);
        nanos.addAndGet(took.toNanos());
        refused = Set.copyOf(refusedNow);
    }

    void failed() {
        failures.incrementAndGet();
    }

    /** The number of batches. Changes that are translated and published together are one batch. */
    public long batches() {
        return batches.get();
    }

    /** The total time of all batches. */
    public Duration time() {
        return Duration.ofNanos(nanos.get());
    }

    /** The number of changes of objects and of proxies' states. */
    public long changes() {
        return changes.get();
    }

    /** The number of failed translations. Each left the last good result in force. */
    public long failures() {
        return failures.get();
    }

    /** The objects with parts that are held back because a proxy rejected them. */
    public Set<ObjectRef> refused() {
        return refused;
    }
}
