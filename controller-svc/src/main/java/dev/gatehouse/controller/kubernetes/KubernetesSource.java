package dev.gatehouse.controller.kubernetes;

import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectRef;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Feeds the controller from the Kubernetes API. Objects are passed on only after every served kind has been listed: a
 * configuration without half of the objects is worse than the last good one. After that, changes are passed on as they
 * arrive.
 *
 * <p>A kind without a CRD is left out, and followed as soon as its CRD appears.
 */
public final class KubernetesSource implements AutoCloseable {
    private static final Logger LOG = System.getLogger(KubernetesSource.class.getName());
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

    /**
     * The number of discoveries in a row that must lack a kind before its objects are dropped. A starting API server
     * may not know all of its CRDs yet.
     */
    private static final int MISSING = 3;

    private final Discovery discovery;
    private final KubernetesClient client;
    private final List<String> secretNamespaces;
    private final List<Kind<?>> kinds;
    private final WatchedNamespaces watched;
    private List<String> selected = List.of();
    private final Controller controller;
    private final StatusWriter statuses;
    private final Map<Kind<?>, KindWatch> watches = new HashMap<>();
    private final Map<Kind<?>, Integer> missing = new HashMap<>();
    private final Semaphore wake = new Semaphore(0);
    private final Thread thread;

    private final Object first = new Object();
    private final Set<Kind<?>> pending = new HashSet<>();
    private final List<Change> initial = new ArrayList<>();
    private volatile boolean complete;

    /**
     * @param secretNamespaces the namespaces in which Secrets are read; an empty list: all namespaces
     * @param more kinds to follow in addition to Gatehouse's own
     * @param watched the namespaces in which objects are followed
     */
    KubernetesSource(
            KubernetesClient client,
            Controller controller,
            StatusWriter statuses,
            List<String> secretNamespaces,
            List<? extends Kind<?>> more,
            WatchedNamespaces watched) {
        this.watched = watched;
        this.kinds = Stream.concat(Kinds.ALL.stream(), more.stream()).toList();
        this.secretNamespaces = List.copyOf(secretNamespaces);
        this.discovery = new Discovery(client, kinds);
        this.client = client;
        this.controller = controller;
        this.statuses = statuses;
        this.thread = Thread.ofVirtual().name("kubernetes-kinds").unstarted(this::run);
    }

    /** Begins to follow the objects; returns at once. */
    public void start() {
        thread.start();
    }

    /** True once every kind has been listed and handed over. */
    public boolean complete() {
        return complete;
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
        watches.values().forEach(KindWatch::close);
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Duration next = LOOK;
                try {
                    follow(discovery.served(), watched.now(client));
                } catch (KubernetesClientException e) {
                    LOG.log(Level.WARNING, "the API server does not say which kinds it serves: {0}", e.getMessage());
                    next = LOOK_AGAIN;
                }
                Thread.sleep(LOOK_AGAIN);
                if (wake.tryAcquire(next.toMillis(), TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private void follow(Map<Kind<?>, ServedKind> served, List<String> namespaces) throws InterruptedException {
        boolean moved = !namespaces.equals(selected);
        if (moved) {
            LOG.log(Level.INFO, "namespaces that are followed: {0}", namespaces);
            selected = namespaces;
        }
        if (watches.isEmpty()) {
            synchronized (first) {
                pending.addAll(served.keySet());
            }
            Set<Kind<?>> absent = new HashSet<>(kinds);
            absent.removeAll(served.keySet());
            if (!absent.isEmpty()) {
                LOG.log(
                        Level.INFO,
                        "kinds that the API server does not serve, and that are left out until it does: {0}",
                        absent);
            }
        }
        for (ServedKind kind : served.values()) {
            missing.remove(kind.kind());
            KindWatch watch = watches.get(kind.kind());
            if (watch == null) {
                begin(kind);
            } else if (!watch.served().equals(kind)) {
                LOG.log(Level.INFO, "{0} is followed as {1} from now on", watch.served(), kind);
                // The kind is served in another version. Objects that were deleted meanwhile are found by comparing
                // names.
                begin(kind, watch);
            } else if (moved && kind.kind().namespaced()) {
                begin(kind, watch);
            }
        }
        for (KindWatch watch : List.copyOf(watches.values())) {
            Kind<?> kind = watch.served().kind();
            if (!served.containsKey(kind) && missing.merge(kind, 1, Integer::sum) >= MISSING) {
                LOG.log(Level.WARNING, "{0} is not served any more; its objects are gone", watch.served());
                watches.remove(kind);
                missing.remove(kind);
                watch.closeAndForget();
            }
        }
    }

    private List<String> namespaces(ServedKind kind) {
        if (!kind.kind().equals(Kinds.SECRET) || secretNamespaces.isEmpty()) {
            return selected;
        }
        return selected.isEmpty()
                ? secretNamespaces
                : secretNamespaces.stream().filter(selected::contains).toList();
    }

    private void begin(ServedKind kind) {
        KindWatch watch = new KindWatch(client, kind, namespaces(kind), sink, Set.of());
        watches.put(kind.kind(), watch);
        watch.start();
    }

    private void begin(ServedKind kind, KindWatch before) throws InterruptedException {
        KindWatch watch = new KindWatch(client, kind, namespaces(kind), sink, before.closeAndHandOver());
        watches.put(kind.kind(), watch);
        watch.start();
    }

    private final KindWatch.Sink sink = new KindWatch.Sink() {
        @Override
        public void listed(Kind<?> kind, List<Change> changes) throws InterruptedException {
            synchronized (first) {
                if (!complete) {
                    initial.addAll(changes);
                    pending.remove(kind);
                    if (pending.isEmpty()) {
                        // The queue is empty, since nothing was submitted yet, so this call does not block.
                        controller.submit(initial);
                        initial.clear();
                        complete = true;
                    }
                    return;
                }
            }
            controller.submit(changes);
        }

        @Override
        public void changed(Change change) throws InterruptedException {
            if (!complete) {
                synchronized (first) {
                    if (!complete) {
                        initial.add(change);
                        return;
                    }
                }
            }
            controller.submit(List.of(change));
        }

        @Override
        public void status(ObjectRef ref, LiveStatus status) {
            statuses.seen(ref, status);
        }

        @Override
        public void gone(ObjectRef ref) {
            statuses.gone(ref);
            if (ref.kind().equals(Kinds.NAMESPACE.name())) {
                statuses.notEnding(ref.name());
            }
        }

        @Override
        public void namespace(String name, boolean ending) {
            if (watched.selector().isPresent()) {
                wake.release();
            }
            if (ending) {
                statuses.ending(name);
            } else {
                statuses.notEnding(name);
            }
        }

        @Override
        public void notServed(Kind<?> kind) {
            wake.release();
        }
    };
}
