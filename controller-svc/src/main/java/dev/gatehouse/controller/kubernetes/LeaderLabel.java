package dev.gatehouse.controller.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Labels this replica's pod while it serves, so that the Service of the config log leads to this pod only: only the
 * leader can act on the proxies' reports. A pod that has led before and hangs cannot take its label off: the one that
 * leads does. One virtual thread checks the labels every half minute, and when it is woken.
 */
final class LeaderLabel implements AutoCloseable {
    private static final Logger LOG = System.getLogger(LeaderLabel.class.getName());

    /** The label of the leader's pod. */
    static final String LABEL = "gatehouse.dev/leader";

    private static final int LOOK_EVERY_SECONDS = 30;

    private final KubernetesClient client;
    private final Cluster.Replica replica;
    private final Leadership leadership;
    private final Semaphore wake = new Semaphore(0);
    private final Thread thread;

    LeaderLabel(KubernetesClient client, Cluster.Replica replica, Leadership leadership) {
        this.client = client;
        this.replica = replica;
        this.leadership = leadership;
        this.thread = Thread.ofVirtual().name("leader-label").unstarted(this::run);
    }

    void start() {
        leadership.onLead(wake::release);
        thread.start();
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (true) {
                boolean done = look();
                if (wake.tryAcquire(done ? LOOK_EVERY_SECONDS : 1, TimeUnit.SECONDS)) {
                    wake.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    /** Checks and writes the label; returns false if the attempt must be repeated soon. */
    private boolean look() {
        try {
            Pod pod = client.pods()
                    .inNamespace(replica.namespace())
                    .withName(replica.identity())
                    .get();
            if (pod == null) {
                // The process runs outside of the cluster and has no pod to label.
                return true;
            }
            boolean serves = leadership.serves();
            if (labelled(pod) != serves) {
                label(pod, serves);
            }
            if (serves) {
                others().forEach(other -> label(other, false));
            }
            return true;
        } catch (KubernetesClientException e) {
            LOG.log(Level.WARNING, "label {0} of pod {1}: {2}", LABEL, replica.identity(), e.getMessage());
            return false;
        }
    }

    private static boolean labelled(Pod pod) {
        return Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.<String, String>of())
                .containsKey(LABEL);
    }

    private List<Pod> others() {
        return client.pods().inNamespace(replica.namespace()).withLabel(LABEL).list().getItems().stream()
                .filter(other -> !other.getMetadata().getName().equals(replica.identity()))
                .toList();
    }

    private void label(Pod pod, boolean leader) {
        client.pods()
                .inNamespace(replica.namespace())
                .withName(pod.getMetadata().getName())
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"labels\":{\"" + LABEL + "\":" + (leader ? "\"true\"" : "null") + "}}}");
    }
}
