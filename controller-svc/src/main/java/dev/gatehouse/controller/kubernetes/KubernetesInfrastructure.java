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
 * Writes the desired objects of fleets to the cluster while this replica leads. It applies changed objects, deletes
 * unwanted ones, and repeats everything every few minutes to repair changes by others.
 *
 * <p>A fleet's objects are deleted only if the API server confirms that the Gateway is deleted or not served by this
 * controller. Refused objects are reported and tried again, ever more slowly. Other fleets do not wait for them.
 *
 * <p>Thread-safe; works on one thread of its own.
 */
public final class KubernetesInfrastructure implements AutoCloseable {
    /** Receives the outcomes of applying fleets' objects. */
    @FunctionalInterface
    public interface Outcomes extends BiConsumer<String, Optional<String>> {
        /**
         * Receives the outcome of an attempt.
         *
         * @param refusal the API server's refusal; empty: the objects are applied
         */
        @Override
        void accept(String fleet, Optional<String> refusal);
    }

    private static final Logger LOG = System.getLogger(KubernetesInfrastructure.class.getName());
    private static final Duration RESYNC = Duration.ofMinutes(5);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);

    /** The last attempt for a fleet, and the time of the next one. */
    private record Attempt(Infrastructure wanted, boolean done, Duration pause, Instant next) {
        /** The pause after the next attempt, in case it fails too; empty: no attempt is due. */
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

    /** Starts the thread; returns at once. */
    public void start() {
        thread.start();
    }

    /** Sets the desired objects of each fleet; returns at once. */
    public void wanted(Map<String, Infrastructure> fleets) {
        if (!fleets.equals(wanted)) {
            wanted = Map.copyOf(fleets);
            wake.release();
        }
    }

    /** Notifies that this replica leads from now on; returns at once. */
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
                    // Another replica may have written meanwhile, so earlier attempts do not count.
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

    /** Makes the attempts that are due; returns the time of the next one. */
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

    /** Deletes the fleets of Gateways that were deleted while no replica led. */
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
