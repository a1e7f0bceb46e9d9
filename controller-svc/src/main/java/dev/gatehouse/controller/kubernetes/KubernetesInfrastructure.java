package dev.gatehouse.controller.kubernetes;

import dev.gatehouse.controller.infrastructure.Infrastructure;
import dev.gatehouse.controller.infrastructure.KubernetesObject;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/**
 * Makes the cluster have the objects that the fleets should have, while this replica leads: applies what changed, deletes what
 * is not wanted any more, and does everything again every few minutes, for what others changed.
 *
 * <p>Nothing is deleted on the word of this process alone: a fleet's objects go when the API server says that its Gateway is
 * gone or is not ours. What the API server refuses is reported, and tried again, ever more slowly; other fleets are not held up.
 *
 * <p>Thread-safe; works on one thread of its own.
 */
public final class KubernetesInfrastructure implements AutoCloseable {
    /** What becomes of a fleet's objects. */
    @FunctionalInterface
    public interface Outcomes extends BiConsumer<String, Optional<String>> {
        /**
         * Hears of each attempt.
         *
         * @param refusal what the API server said against it; empty: all is as it should be
         */
        @Override
        void accept(String fleet, Optional<String> refusal);
    }

    private static final Logger LOG = System.getLogger(KubernetesInfrastructure.class.getName());
    private static final Duration RESYNC = Duration.ofMinutes(5);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);

    /** What was done for a fleet last, and when to do it again. */
    private record Attempt(Infrastructure wanted, boolean done, Duration pause, Instant next) {
        /** The pause after the next attempt, should that fail too; empty while nothing is to be done. */
        Optional<Duration> due(Instant now) {
            return done || now.isBefore(next) ? Optional.empty() : Optional.of(pause);
        }
    }

    private final FleetWriter writer;
    private final BooleanSupplier leads;
    private final Outcomes outcomes;
    private final InstantSource clock;
    private final Semaphore wake = new Semaphore(0);
    private final Map<String, Attempt> attempts = new HashMap<>();
    private final Thread thread;
    private volatile Map<String, Infrastructure> wanted = Map.of();

    /**
     * @param leads true while this replica may write
     * @param outcomes called on this object's thread
     */
    KubernetesInfrastructure(FleetWriter writer, BooleanSupplier leads, Outcomes outcomes, InstantSource clock) {
        this.writer = writer;
        this.leads = leads;
        this.outcomes = outcomes;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("infrastructure").unstarted(this::run);
    }

    /** Begins; returns at once. */
    public void start() {
        thread.start();
    }

    /** Says what each fleet should have; returns at once. */
    public void wanted(Map<String, Infrastructure> fleets) {
        if (!fleets.equals(wanted)) {
            wanted = Map.copyOf(fleets);
            wake.release();
        }
    }

    /** Says that this replica leads now; returns at once. */
    public void lead() {
        wake.release();
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }

    private void run() {
        boolean led = false;
        Instant resync = Instant.MIN;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Instant now = clock.instant();
                boolean leading = leads.getAsBoolean();
                if (leading && (!led || !now.isBefore(resync))) {
                    // Somebody else may have written meanwhile.
                    attempts.clear();
                    resync = now.plus(RESYNC);
                    deleteOrphans(Set.copyOf(wanted.keySet()));
                }
                led = leading;
                Instant next = leading ? round(now, resync) : now.plus(RESYNC);
                long pause = Math.max(1, Duration.between(clock.instant(), next).toMillis());
                if (wake.tryAcquire(pause, TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    /** Does what is due; returns when something is due next. */
    private Instant round(Instant now, Instant resync) {
        Map<String, Infrastructure> fleets = wanted;
        Instant next = resync;
        Set<String> all = new HashSet<>(fleets.keySet());
        all.addAll(attempts.keySet());
        for (String fleet : all) {
            Optional<Infrastructure> goal = Optional.ofNullable(fleets.get(fleet));
            Attempt last = attempts.get(fleet);
            Optional<Duration> due =
                    last == null || !goal.equals(Optional.of(last.wanted())) ? Optional.of(FIRST_RETRY) : last.due(now);
            if (due.isPresent()) {
                Attempt attempt = attempt(fleet, goal, due.get());
                if (goal.isEmpty() && attempt.done()) {
                    attempts.remove(fleet);
                } else {
                    attempts.put(fleet, attempt);
                }
            }
            Attempt latest = attempts.get(fleet);
            if (latest != null && !latest.done() && latest.next().isBefore(next)) {
                next = latest.next();
            }
        }
        return next;
    }

    private Attempt attempt(String fleet, Optional<Infrastructure> goal, Duration pause) {
        Infrastructure now = goal.orElse(new Infrastructure.Kept());
        try {
            if (goal.isEmpty()) {
                writer.deleteIfGone(fleet);
            } else if (goal.get() instanceof Infrastructure.Desired desired) {
                desired(fleet, desired.objects());
            } else {
                outcomes.accept(fleet, Optional.empty());
            }
            return new Attempt(now, true, FIRST_RETRY, Instant.MAX);
        } catch (FleetWriter.Refused e) {
            LOG.log(Level.WARNING, "the objects of fleet {0} are refused: {1}", fleet, e.getMessage());
            outcomes.accept(fleet, Optional.of(e.getMessage()));
        } catch (KubernetesClientException e) {
            LOG.log(Level.WARNING, "the objects of fleet {0} could not be written: {1}", fleet, e.getMessage());
        }
        Duration longer = pause.multipliedBy(2);
        return new Attempt(
                now,
                false,
                longer.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : longer,
                clock.instant().plus(pause));
    }

    private void desired(String fleet, List<KubernetesObject> objects) throws FleetWriter.Refused {
        writer.apply(fleet, objects);
        writer.deleteOthers(fleet, objects);
        outcomes.accept(fleet, Optional.empty());
    }

    /** Fleets of Gateways that went while nobody led. */
    private void deleteOrphans(Set<String> known) {
        try {
            for (String fleet : writer.existingFleets()) {
                if (!known.contains(fleet)) {
                    writer.deleteIfGone(fleet);
                }
            }
        } catch (KubernetesClientException e) {
            LOG.log(Level.WARNING, "fleets of Gateways that are gone could not be looked for: {0}", e.getMessage());
        }
    }
}
