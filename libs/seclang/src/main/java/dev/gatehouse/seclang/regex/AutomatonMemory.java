package dev.gatehouse.seclang.regex;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory limit for the states of a family of automata together. States are a cache: if a new state does not fit,
 * all automata drop their states, so that no text can make the process grow. Thread-safe.
 */
public final class AutomatonMemory {
    private final long limit;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong resets = new AtomicLong();
    private final List<WeakReference<LazyDfa>> automata = new ArrayList<>();

    /** @param limit in bytes; less than a megabyte makes long patterns slow */
    public AutomatonMemory(long limit) {
        this.limit = limit;
    }

    /** The approximate number of bytes of the present states. */
    public long used() {
        return used.get();
    }

    /** The most bytes that states may take. */
    public long limit() {
        return limit;
    }

    /** The number of times that all states were dropped. */
    public long resets() {
        return resets.get();
    }

    synchronized void register(LazyDfa automaton) {
        automata.removeIf(each -> each.get() == null);
        automata.add(new WeakReference<>(automaton));
    }

    /**
     * Reserves memory for a new state. Returns false if the state did not fit and the states of all automata were
     * dropped; the bytes are then counted for the new generation of states.
     */
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
