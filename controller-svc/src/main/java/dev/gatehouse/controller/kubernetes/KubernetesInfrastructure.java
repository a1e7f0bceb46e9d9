package dev.gatehouse.controller.kubernetes;

import dev.gatehouse.controller.infrastructure.Infrastructure;
import dev.gatehouse.time.SteadyTime;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Writes the desired objects of fleets to the cluster while this replica leads. It applies changed objects, deletes
 * unwanted ones, and repeats everything every few minutes to repair changes by others.
 *
 * <p>A fleet's objects are deleted only if the API server confirms that the Gateway is deleted or not served by this
 * controller. Refused objects are reported and tried again, ever more slowly; so are pods that the cluster cannot make
 * (an admission rule refuses them, or a quota is used up). Other fleets do not wait for them.
 *
 * <p>Thread-safe; works on one thread of its own.
 */
public final class KubernetesInfrastructure implements AutoCloseable {
    /** Receives the outcomes of applying fleets' objects. */
    @FunctionalInterface
    public interface Outcomes {
        /**
         * Receives the outcome of an attempt.
         *
         * @param refusal the API server's refusal; empty: the objects are applied
         * @param unmadePods why the cluster cannot make the proxies' pods; empty: it can, as far as is known
         */
        void accept(String fleet, Optional<String> refusal, Optional<String> unmadePods);
    }

    private static final Logger LOG = System.getLogger(KubernetesInfrastructure.class.getName());
    private static final Duration RESYNC = Duration.ofMinutes(5);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);

    /** How long the cluster has to make a fleet's pods, before it is asked whether it can. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(3);

    private enum Stage {
        /** The objects are not written; another attempt follows. */
        FAILED,
        /** They are written; whether the cluster makes the pods is looked at. */
        WRITTEN,
        /** Nothing follows until all is repeated. */
        DONE
    }

    /**
     * The last attempt for a fleet.
     *
     * @param pause before the attempt after the next one, or the look after the next one
     * @param next the time of the next one
     */
    private record Attempt(Infrastructure wanted, Stage stage, Duration pause, Instant next) {
        static Attempt done(Infrastructure wanted) {
            return new Attempt(wanted, Stage.DONE, FIRST_RETRY, Instant.MAX);
        }

        boolean due(Instant now) {
            return stage != Stage.DONE && !now.isBefore(next);
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
        this.clock = SteadyTime.beside(clock);
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
            Optional<Attempt> last =
                    Optional.ofNullable(attempts.get(fleet)).filter(each -> goal.equals(Optional.of(each.wanted())));
            if (last.isEmpty() || last.get().due(now)) {
                Attempt attempt = last.filter(each -> each.stage() == Stage.WRITTEN)
                        .map(each -> look(fleet, each))
                        .orElseGet(() ->
                                attempt(fleet, goal, last.map(Attempt::pause).orElse(FIRST_RETRY)));
                if (goal.isEmpty() && attempt.stage() == Stage.DONE) {
                    attempts.remove(fleet);
                } else {
                    attempts.put(fleet, attempt);
                }
            }
            Attempt latest = attempts.get(fleet);
            if (latest != null && latest.stage() != Stage.DONE && latest.next().isBefore(next)) {
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
                writer.apply(fleet, desired.objects());
                writer.deleteOthers(fleet, desired.objects());
                // What keeps the pods from being made may have done so before.
                outcomes.accept(fleet, Optional.empty(), writer.unmadePods(desired.objects()));
                return new Attempt(
                        now, Stage.WRITTEN, FIRST_LOOK, clock.instant().plus(FIRST_LOOK));
            } else {
                outcomes.accept(fleet, Optional.empty(), Optional.empty());
            }
            return Attempt.done(now);
        } catch (FleetWriter.Refused e) {
            LOG.log(Level.WARNING, "the objects of fleet {0} are refused: {1}", fleet, e.getMessage());
            outcomes.accept(fleet, Optional.of(e.getMessage()), Optional.empty());
        } catch (KubernetesClientException e) {
            LOG.log(Level.WARNING, "the objects of fleet {0} could not be written: {1}", fleet, e.getMessage());
        }
        return new Attempt(now, Stage.FAILED, longer(pause), clock.instant().plus(pause));
    }

    /** Looks whether the cluster can make the pods of what is written. As long as it cannot, another look follows. */
    private Attempt look(String fleet, Attempt last) {
        if (!(last.wanted() instanceof Infrastructure.Desired desired)) {
            return Attempt.done(last.wanted());
        }
        try {
            Optional<String> problem = writer.unmadePods(desired.objects());
            outcomes.accept(fleet, Optional.empty(), problem);
            if (problem.isEmpty()) {
                return Attempt.done(last.wanted());
            }
            LOG.log(Level.WARNING, "the proxies of fleet {0} cannot be made: {1}", fleet, problem.get());
        } catch (KubernetesClientException e) {
            LOG.log(Level.WARNING, "the proxies of fleet {0} could not be looked at: {1}", fleet, e.getMessage());
        }
        return new Attempt(
                last.wanted(),
                Stage.WRITTEN,
                longer(last.pause()),
                clock.instant().plus(last.pause()));
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : twice;
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
