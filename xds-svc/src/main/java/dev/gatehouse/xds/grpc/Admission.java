package dev.gatehouse.xds.grpc;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets new streams begin in turn. After a restart all proxies of a replica connect at once, and each first sends the
 * versions of all its resources. A thousand of these messages read at the same time would exceed the process's memory.
 * A waiting stream is not read, so that HTTP/2's flow control keeps its messages at the subscriber.
 *
 * <p>Thread-safe. The stream that has waited longest is next.
 */
final class Admission {
    private final int places;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Place> waiting = new LinkedHashSet<>();
    private int taken;

    /** @param places the most streams that begin at a time */
    Admission(int places) {
        this.places = places;
    }

    /** The number of streams that wait for a place. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** The place of one stream. The stream enters it once, and leaves it once it has begun or ended. */
    final class Place {
        private final Runnable admitted;
        private boolean has;

        /** @param admitted is called once, on the caller's thread or on the thread of the stream that left; it must not block */
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

        /** Passes the place to the next stream, or stops waiting. Does nothing before {@link #enter} and on later calls. */
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
