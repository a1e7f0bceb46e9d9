package dev.gatehouse.controller.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;

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

    private final KubernetesClient client;
    private final String namespace;
    private final String lease;
    private final String identity;
    private final Timing timing;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> overtaken = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean leads;
    private volatile boolean hasLed;
    private volatile boolean anotherLeads;

    /** @param identity this replica's unique name: the pod's name */
    public Leadership(KubernetesClient client, String namespace, String lease, String identity, Timing timing) {
        this.timing = timing;
        this.client = client;
        this.namespace = namespace;
        this.lease = lease;
        this.identity = identity;
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
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    await(stand());
                } catch (ExecutionException | KubernetesClientException e) {
                    LOG.log(Level.WARNING, "standing for Lease {0}/{1} failed: {2}", namespace, lease, e.getMessage());
                } finally {
                    leads = false;
                }
                Thread.sleep(timing.retry());
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private static void await(CompletableFuture<?> election) throws InterruptedException, ExecutionException {
        try {
            election.get();
        } catch (InterruptedException e) {
            election.cancel(true);
            throw e;
        }
    }

    private CompletableFuture<?> stand() {
        return client.leaderElector()
                .withConfig(new LeaderElectionConfigBuilder()
                        .withName(lease)
                        .withLock(new LeaseLock(namespace, lease, identity))
                        .withLeaseDuration(timing.lease())
                        .withRenewDeadline(timing.renew())
                        .withRetryPeriod(timing.retry())
                        .withReleaseOnCancel(true)
                        .withLeaderCallbacks(new LeaderCallbacks(this::began, this::ended, this::follows))
                        .build())
                .build()
                .start();
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
        if (!leader.equals(identity)) {
            LOG.log(Level.INFO, "{0} leads; {1} stands by", leader, identity);
            anotherLeads = true;
            if (hasLed) {
                overtaken.forEach(Runnable::run);
            }
        }
    }
}
