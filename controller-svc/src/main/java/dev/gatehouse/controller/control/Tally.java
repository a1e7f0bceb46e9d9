package dev.gatehouse.controller.control;

import dev.gatehouse.gatewayapi.ObjectRef;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** What the controller has done since its start. Written by the controller's thread, read by any. */
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

    /** How often changes were translated and published; what comes in together is one batch. */
    public long batches() {
        return batches.get();
    }

    /** Time for all batches. */
    public Duration time() {
        return Duration.ofNanos(nanos.get());
    }

    /** Changes of objects and of proxies' states. */
    public long changes() {
        return changes.get();
    }

    /** Errors of the translation: each left the last good result in force. */
    public long failures() {
        return failures.get();
    }

    /** The objects of which something is held back, because a proxy refused it. */
    public Set<ObjectRef> refused() {
        return refused;
    }
}
