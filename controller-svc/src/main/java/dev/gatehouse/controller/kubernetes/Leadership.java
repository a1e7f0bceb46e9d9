package dev.gatehouse.controller.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Elects the controller replica that writes to the cluster: the holder of the Lease. A replica that loses the Lease,
 * for example because the API server was unavailable for longer than the lease, becomes a candidate again.
 *
 * <p>Thread-safe.
 */
public final class Leadership implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Leadership.class.getName());

    /**
     * The timing of the election.
     *
     * @param lease how long a leader stays the leader without renewing its lease
     * @param renew how long the leader tries to renew its lease before it gives up
     * @param retry the wait between two attempts
     * @param elects false if there is only one replica, which always leads
     */
    public record Timing(Duration lease, Duration renew, Duration retry, boolean elects) {
        public static final Timing USUAL =
                new Timing(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2), true);
    }

    private final LeaseElection election;
    private final String lease;
    private final String identity;
    private final Timing timing;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> overtaken = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean leads;
    private volatile boolean hasLed;
    private volatile boolean anotherLeads;
    // Of the thread.
    private long renewedAt;
    private Optional<String> follows = Optional.empty();
    private String failure = "";

    /** @param identity this replica's unique name: the pod's name */
    public Leadership(KubernetesClient client, String namespace, String lease, String identity, Timing timing) {
        this(new ClusterLease(client, namespace, lease), namespace + "/" + lease, identity, timing);
    }

    /** @param lease the Lease's name, for messages */
    Leadership(LeaseElection.Store store, String lease, String identity, Timing timing) {
        this.timing = timing;
        this.lease = lease;
        this.identity = identity;
        this.election = new LeaseElection(store, identity, timing.lease(), InstantSource.system(), System::nanoTime);
        this.thread = Thread.ofVirtual().name("leadership").unstarted(this::run);
    }

    /** Starts as a candidate for the Lease; returns at once. */
    public void start() {
        thread.start();
    }

    /** True while this replica may write. */
    public boolean leads() {
        return leads;
    }

    /** Calls {@code listener} each time this replica begins to lead. The listener must not block. */
    public void onLead(Runnable listener) {
        listeners.add(listener);
    }

    /**
     * True while xds-svc must get its configuration from this replica: the replica leads, or it led last and no other
     * replica is known to lead. So the last good configuration stays available without an API server.
     */
    public boolean serves() {
        return leads || (hasLed && !anotherLeads);
    }

    /** Calls {@code listener} when another replica becomes the leader after this one. The listener must not block. */
    public void onOvertaken(Runnable listener) {
        overtaken.add(listener);
    }

    /** Releases the Lease, so that another replica need not wait until it expires. */
    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join(timing.lease());
    }

    private void run() {
        try {
            if (!timing.elects()) {
                began();
                new CountDownLatch(1).await();
            }
            while (true) {
                try {
                    stand();
                } catch (RuntimeException e) {
                    LOG.log(Level.ERROR, "a listener failed when the leader of Lease " + lease + " changed", e);
                }
                Thread.sleep(timing.retry());
            }
        } catch (InterruptedException e) {
            // Closed.
        } finally {
            if (leads && timing.elects()) {
                leads = false;
                release();
            }
        }
    }

    /** Renews the Lease, or tries to get it. */
    private void stand() throws InterruptedException {
        long began = System.nanoTime();
        boolean holds = attempt(leads ? timing.renew().minusNanos(began - renewedAt) : timing.renew());
        Optional<String> holder = election.holder();
        boolean another = holder.filter(name -> !name.equals(identity)).isPresent();
        if (holds) {
            renewedAt = began;
            if (!leads) {
                began();
            }
        } else if (leads
                && (another || System.nanoTime() - renewedAt >= timing.renew().toNanos())) {
            ended();
        }
        if (another && !holder.equals(follows)) {
            follows(holder.get());
        }
        follows = holder;
    }

    /** False: the Lease is another replica's, or it could not be written in time. */
    private boolean attempt(Duration within) throws InterruptedException {
        FutureTask<Boolean> task = new FutureTask<>(election::attempt);
        Thread.ofVirtual().name("lease").start(task);
        try {
            boolean holds = task.get(within.toNanos(), TimeUnit.NANOSECONDS);
            failure = "";
            return holds;
        } catch (ExecutionException e) {
            failed(String.valueOf(Objects.requireNonNullElse(e.getCause(), e).getMessage()));
        } catch (TimeoutException e) {
            failed("the API server did not answer in time");
        } finally {
            task.cancel(true);
        }
        return false;
    }

    private void failed(String why) {
        if (!why.equals(failure)) {
            failure = why;
            LOG.log(Level.WARNING, "standing for Lease {0} failed: {1}", lease, why);
        }
    }

    private void release() {
        FutureTask<Void> task = new FutureTask<>(election::release, null);
        Thread.ofVirtual().name("lease").start(task);
        try {
            task.get(timing.retry().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            LOG.log(Level.WARNING, "Lease {0} was not given back ({1}); others wait for its end", lease, e);
        }
    }

    private void began() {
        LOG.log(Level.INFO, "{0} leads: it writes statuses and the data plane", identity);
        leads = true;
        hasLed = true;
        anotherLeads = false;
        listeners.forEach(Runnable::run);
    }

    private void ended() {
        leads = false;
        LOG.log(Level.WARNING, "{0} does not lead any more", identity);
    }

    private void follows(String leader) {
        LOG.log(Level.INFO, "{0} leads; {1} stands by", leader, identity);
        anotherLeads = true;
        if (hasLed) {
            overtaken.forEach(Runnable::run);
        }
    }
}
