package dev.gatehouse.xds.grpc;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets new streams begin by turns. All proxies of a replica that was started again connect at once, and each first tells the version of
 * everything that it has: read side by side, a thousand of these messages are more memory than the process has. A stream that waits is not
 * read from, so that HTTP/2's flow control keeps the rest of what its subscriber says on the subscriber's side.
 *
 * <p>Thread-safe. Who waits longest is next.
 */
final class Admission {
    private final int places;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Place> waiting = new LinkedHashSet<>();
    private int taken;

    /** @param places streams that begin at a time */
    Admission(int places) {
        this.places = places;
    }

    /** Streams that wait for a place. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** One stream's. It is entered once, and left once it has begun, or when it ends. */
    final class Place {
        private final Runnable admitted;
        private boolean has;

        /** @param admitted is called once, on the caller's thread or on that of who left; it must not block */
        Place(Runnable admitted) {
            this.admitted = admitted;
        }

        /** Takes the place, or waits for it. */
        void enter() {
            lock.lock();
            try {
                if (taken == places) {
                    waiting.add(this);
                    return;
                }
                taken++;
                has = true;
            } finally {
                lock.unlock();
            }
            admitted.run();
        }

        /** Gives the place to the next, or waits no longer. A second time, and before {@link #enter}, it does nothing. */
        void leave() {
            next().ifPresent(place -> place.admitted.run());
        }

        private Optional<Place> next() {
            lock.lock();
            try {
                if (!has) {
                    waiting.remove(this);
                    return Optional.empty();
                }
                has = false;
                if (waiting.isEmpty()) {
                    taken--;
                    return Optional.empty();
                }
                Place next = waiting.iterator().next();
                waiting.remove(next);
                next.has = true;
                return Optional.of(next);
            } finally {
                lock.unlock();
            }
        }
    }
}
