package dev.gatehouse.seclang.regex;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that the states of a family of automata may take together. States are a cache: where a new one would not fit all
 * automata begin anew, so that no text, however odd, makes the process grow. For any number of threads.
 */
public final class AutomatonMemory {
    private final long limit;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong resets = new AtomicLong();
    private final List<WeakReference<LazyDfa>> automata = new ArrayList<>();

    /** @param limit bytes; less than a megabyte makes long patterns slow */
    public AutomatonMemory(long limit) {
        this.limit = limit;
    }

    /** Bytes that states take now, about. */
    public long used() {
        return used.get();
    }

    /** Bytes that they may take. */
    public long limit() {
        return limit;
    }

    /** How often all states were dropped. */
    public long resets() {
        return resets.get();
    }

    synchronized void register(LazyDfa automaton) {
        automata.removeIf(each -> each.get() == null);
        automata.add(new WeakReference<>(automaton));
    }

    /** False: it did not fit, and the states of all automata have been dropped; the bytes are counted in what is new. */
    boolean take(long bytes) {
        if (used.addAndGet(bytes) <= limit) {
            return true;
        }
        drop(bytes);
        return false;
    }

    private synchronized void drop(long bytes) {
        if (used.get() > limit) {
            used.set(bytes);
            resets.incrementAndGet();
            for (WeakReference<LazyDfa> each : automata) {
                LazyDfa automaton = each.get();
                if (automaton != null) {
                    automaton.forget();
                }
            }
        }
    }
}
