package dev.gatehouse.controller.kubernetes;

import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.controller.status.StatusMerge;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.time.SteadyTime;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes the controller's statuses to the objects. A status that the object already has is not written. An object is
 * written at most every 500 ms, with its latest status. Only the leader writes; the other replicas follow, so that they
 * can take over.
 *
 * <p>Thread-safe. The queue is bounded by the number of objects, since it keeps only the latest status of each.
 */
public final class StatusWriter implements AutoCloseable {
    private static final Logger LOG = System.getLogger(StatusWriter.class.getName());
    private static final Duration BETWEEN_WRITES = Duration.ofMillis(500);
    private static final Duration GATHER = Duration.ofMillis(20);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);
    private static final int WRITERS = 8;
    private static final int ATTEMPTS = 5;
    private static final int CONFLICT = 409;
    private static final int NOT_FOUND = 404;

    private record Due(Instant at, ObjectRef ref) {}

    /**
     * A patch whose fields the API server dropped silently because its CRD lacks them. Writing the patch again would
     * have the same result.
     *
     * @param json the status that the API server kept
     */
    private record Unkept(String json, Map<String, Object> patch) {}

    private final KubernetesClient client;
    private final BooleanSupplier leads;
    private final ClusterEvents events;
    private final Set<String> controllerNames;
    private final InstantSource clock;
    private final InstantSource passing;
    private final Map<ObjectRef, ObjectStatus> desired = new ConcurrentHashMap<>();
    private final Map<ObjectRef, LiveStatus> live = new ConcurrentHashMap<>();
    private final Map<ObjectRef, Unkept> unkept = new ConcurrentHashMap<>();
    private final Set<String> endingNamespaces = ConcurrentHashMap.newKeySet();
    private final AtomicLong writes = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();

    private final Object queue = new Object();
    private final Map<ObjectRef, Due> waiting = new HashMap<>();
    private final PriorityQueue<Due> order = new PriorityQueue<>((a, b) -> a.at().compareTo(b.at()));
    private final Set<ObjectRef> underWay = new HashSet<>();
    private final Map<ObjectRef, Instant> written = new HashMap<>();
    private final Thread[] threads = new Thread[WRITERS];

    /**
     * @param leads true while this replica may write
     * @param events receives the news of bad conditions
     * @param controllerNames the controller names whose entries in statuses this writer owns
     */
    StatusWriter(
            KubernetesClient client,
            BooleanSupplier leads,
            ClusterEvents events,
            Set<String> controllerNames,
            InstantSource clock) {
        this.client = client;
        this.leads = leads;
        this.events = events;
        this.controllerNames = Set.copyOf(controllerNames);
        this.clock = clock;
        this.passing = SteadyTime.beside(clock);
        for (int i = 0; i < WRITERS; i++) {
            threads[i] = Thread.ofVirtual().name("status-writer-" + i).unstarted(this::run);
        }
    }

    /** Begins to write whenever this replica leads. */
    public void start() {
        for (Thread thread : threads) {
            thread.start();
        }
    }

    /** Sets the desired statuses of objects; empty: Gatehouse's part of the object's status is removed. */
    public void wanted(Map<ObjectRef, Optional<ObjectStatus>> changes) {
        changes.forEach((ref, status) -> {
            status.ifPresentOrElse(each -> desired.put(ref, each), () -> desired.remove(ref));
            enqueue(ref, GATHER);
        });
    }

    /** How often a status was written since the start. */
    public long writes() {
        return writes.get();
    }

    /** How often a status could not be written since the start. */
    long failures() {
        return failures.get();
    }

    /** How many objects wait for their status to be written. */
    int waiting() {
        synchronized (queue) {
            return waiting.size();
        }
    }

    /** How long the status that is overdue longest has been due; zero on a replica that does not lead. */
    Duration lag() {
        if (!leads.getAsBoolean()) {
            return Duration.ZERO;
        }
        synchronized (queue) {
            Due first = order.peek();
            Duration lag = first == null ? Duration.ZERO : Duration.between(first.at(), passing.instant());
            return lag.isNegative() ? Duration.ZERO : lag;
        }
    }

    @Override
    public void close() {
        for (Thread thread : threads) {
            thread.interrupt();
        }
    }

    void seen(ObjectRef ref, LiveStatus status) {
        LiveStatus before = live.put(ref, status);
        if (before == null || !before.json().equals(status.json())) {
            enqueue(ref, GATHER);
        }
    }

    void gone(ObjectRef ref) {
        live.remove(ref);
        unkept.remove(ref);
    }

    /** Marks a namespace as being deleted. Statuses of its objects are not written, since each write would delay their deletion. */
    void ending(String namespace) {
        endingNamespaces.add(namespace);
    }

    /** Marks a namespace as existing or deleted. A deleted namespace may be created again. */
    void notEnding(String namespace) {
        if (endingNamespaces.remove(namespace)) {
            live.keySet().stream()
                    .filter(ref -> ref.namespace().equals(namespace))
                    .forEach(ref -> enqueue(ref, GATHER));
        }
    }

    /** Notifies that this replica leads from now on; returns at once. */
    void lead() {
        Set<ObjectRef> all = new HashSet<>(live.keySet());
        all.forEach(ref -> enqueue(ref, Duration.ZERO));
    }

    private void enqueue(ObjectRef ref, Duration delay) {
        if (!leads.getAsBoolean() || endingNamespaces.contains(ref.namespace())) {
            return;
        }
        synchronized (queue) {
            Instant at = passing.instant().plus(delay);
            Instant earliest = written.getOrDefault(ref, Instant.MIN);
            Due due = new Due(at.isBefore(earliest) ? earliest : at, ref);
            Due before = waiting.get(ref);
            if (before == null || due.at().isBefore(before.at())) {
                waiting.put(ref, due);
                order.add(due);
                queue.notifyAll();
            }
        }
    }

    private ObjectRef next() throws InterruptedException {
        synchronized (queue) {
            while (true) {
                Due due = order.peek();
                if (due == null) {
                    queue.wait();
                    continue;
                }
                if (!due.equals(waiting.get(due.ref()))) {
                    // The object was given another time meanwhile, so this entry is stale.
                    order.poll();
                    continue;
                }
                long wait = Duration.between(passing.instant(), due.at()).toMillis();
                if (wait > 0) {
                    queue.wait(wait);
                    continue;
                }
                order.poll();
                waiting.remove(due.ref());
                if (!underWay.add(due.ref())) {
                    // A write that is under way may lack the latest status, so the object is written once more
                    // afterwards.
                    Due later = new Due(passing.instant().plus(GATHER), due.ref());
                    waiting.put(due.ref(), later);
                    order.add(later);
                    continue;
                }
                return due.ref();
            }
        }
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                ObjectRef ref = next();
                boolean wrote = false;
                try {
                    wrote = write(ref);
                } catch (KubernetesClientException e) {
                    failures.incrementAndGet();
                    LOG.log(
                            Level.WARNING,
                            "the status of {0} cannot be written: {1}; again in {2}",
                            ref,
                            e.getMessage(),
                            AFTER_FAILURE);
                    enqueue(ref, AFTER_FAILURE);
                } catch (RuntimeException e) {
                    LOG.log(Level.ERROR, "the status of " + ref + " cannot be written", e);
                } finally {
                    done(ref, wrote);
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private void done(ObjectRef ref, boolean wrote) {
        synchronized (queue) {
            underWay.remove(ref);
            Instant now = passing.instant();
            if (wrote) {
                written.put(ref, now.plus(BETWEEN_WRITES));
            }
            written.values().removeIf(until -> until.isBefore(now));
        }
    }

    private boolean write(ObjectRef ref) {
        for (int attempt = 0; attempt < ATTEMPTS && leads.getAsBoolean(); attempt++) {
            LiveStatus current = live.get(ref);
            if (current == null || endingNamespaces.contains(ref.namespace())) {
                return false;
            }
            StatusMerge merge = new StatusMerge(
                    controllerNames,
                    clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
            Optional<ObjectStatus> status = Optional.ofNullable(desired.get(ref));
            Optional<Map<String, Object>> patch = merge.patch(current.tree(), status);
            if (patch.isEmpty() || new Unkept(current.json(), patch.get()).equals(unkept.get(ref))) {
                return false;
            }
            try {
                GenericKubernetesResource after = object(ref, current)
                        .subresource("status")
                        .patch(
                                PatchContext.of(PatchType.JSON_MERGE),
                                Serialization.asJson(Map.of(
                                        "metadata",
                                        Map.of("resourceVersion", current.version()),
                                        "status",
                                        patch.get())));
                writes.incrementAndGet();
                tell(ref, current, after);
                keep(ref, current, after);
                LiveStatus kept = LiveStatus.of(current.served(), current.version(), status(after));
                merge.patch(kept.tree(), status)
                        .ifPresentOrElse(
                                left -> unkept.put(ref, new Unkept(kept.json(), left)), () -> unkept.remove(ref));
                return true;
            } catch (KubernetesClientException e) {
                if (e.getCode() == NOT_FOUND) {
                    return false;
                }
                if (e.getCode() != CONFLICT) {
                    throw e;
                }
                keep(ref, current, object(ref, current).get());
            }
        }
        enqueue(ref, BETWEEN_WRITES);
        return false;
    }

    private void tell(ObjectRef ref, LiveStatus before, GenericKubernetesResource after) {
        StatusNews.of(before.tree(), status(after))
                .forEach(news -> events.tell(
                        new ClusterEvents.Subject(
                                before.served().apiVersion(),
                                ref.kind(),
                                ref.namespace(),
                                ref.name(),
                                after.getMetadata().getUid()),
                        news));
    }

    private Resource<GenericKubernetesResource> object(ObjectRef ref, LiveStatus status) {
        var objects = client.genericKubernetesResources(status.served().context());
        return ref.namespace().isEmpty()
                ? objects.withName(ref.name())
                : objects.inNamespace(ref.namespace()).withName(ref.name());
    }

    private void keep(ObjectRef ref, LiveStatus before, @Nullable GenericKubernetesResource object) {
        if (object == null) {
            live.remove(ref, before);
            return;
        }
        live.replace(
                ref, before, LiveStatus.of(before.served(), object.getMetadata().getResourceVersion(), status(object)));
    }

    private static Map<String, Object> status(GenericKubernetesResource object) {
        return object.getAdditionalProperties().get("status") instanceof Map<?, ?> fields
                ? LiveStatus.fields(fields)
                : Map.of();
    }
}
