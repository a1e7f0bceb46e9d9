package dev.gatehouse.waf.load;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of bodies that may be held for all requests together. Used by any thread; never blocks.
 *
 * <p>A part of the budget is reserved for small bodies, and a part of that for tiny ones: a few large bodies that never
 * end cannot keep ordinary requests from being inspected.
 */
public final class BodyBudget {
    /** A form, or a call of an API. */
    private static final long TINY = 8 * 1024;

    private static final long SMALL = 128 * 1024;

    private final long bytes;
    private final AtomicLong held = new AtomicLong();

    /** @param bytes the most bytes of all bodies together */
    public BodyBudget(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("body budget: " + bytes + " (expected: at least 1 byte)");
        }
        this.bytes = bytes;
    }

    /** How many bytes may be held in all while a body of this length takes more: all, 7/8 or 3/4 of the budget. */
    private long limit(long length) {
        if (length <= TINY) {
            return bytes;
        }
        return bytes - (length <= SMALL ? bytes / 8 : bytes / 4);
    }

    /** The part of the budget that one request holds. Used by one thread at a time. */
    public final class Share {
        private long mine;

        private Share() {}

        /** Whether there is room for that many bytes more; if so they are taken. */
        public boolean take(long more) {
            if (held.addAndGet(more) > limit(mine + more)) {
                held.addAndGet(-more);
                return false;
            }
            mine += more;
            return true;
        }

        /** Whether there would be room now. */
        public boolean hasRoomFor(long more) {
            return held.get() + more <= limit(mine + more);
        }

        /** Gives all of it back; a second time does nothing. */
        public void giveBack() {
            held.addAndGet(-mine);
            mine = 0;
        }
    }

    /** For a request. */
    public Share share() {
        return new Share();
    }

    /** How many are held. */
    public long held() {
        return held.get();
    }
}
