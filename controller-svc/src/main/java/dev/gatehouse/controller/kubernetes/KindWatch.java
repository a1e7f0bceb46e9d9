package dev.gatehouse.controller.kubernetes;

import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.ResourceReader.Reading;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.AnyNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Follows the objects of one kind. It lists them in pages, watches from there, and lists again if the watch cannot
 * continue (the API server has dropped the version, or was unavailable for long). While the API server is unavailable,
 * the last known objects stay in force.
 *
 * <p>A status that was written is told as such only: most events of a kind are about those that this controller wrote itself.
 *
 * <p>Runs on a virtual thread of its own. Keeps the names of the objects, and by what an edit of them is told, not the objects.
 */
final class KindWatch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(KindWatch.class.getName());
    private static final long PAGE = 500;
    private static final int GONE = 410;
    private static final int NOT_FOUND = 404;
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final Duration LAST_RETRY = Duration.ofSeconds(20);

    /**
     * A field selector that excludes types of Secrets that gateways never use. Most Secrets that change often are of
     * these types. The API server applies the selector, so that they cost nothing here.
     */
    private static final String SECRETS = "type!=kubernetes.io/service-account-token,type!=helm.sh/release.v1,"
            + "type!=bootstrap.kubernetes.io/token,"
            + "type!=kubernetes.io/dockercfg,type!=kubernetes.io/ssh-auth";

    /** Receives the API server's answers. Called by one thread at a time for each kind; may block. */
    interface Sink {
        /** All objects of the kind, as changes since the objects reported before. */
        void listed(Kind<?> kind, List<Change> changes) throws InterruptedException;

        void changed(Change change) throws InterruptedException;

        /** The object's present status on the API server. */
        void status(ObjectRef ref, LiveStatus status);

        void gone(ObjectRef ref);

        /** A namespace exists. {@code ending} is true while it is being deleted. */
        void namespace(String name, boolean ending);

        /** The API server no longer serves the kind. */
        void notServed(Kind<?> kind);
    }

    /**
     * By what an edit of an object is told from a write of its status: the API server counts the edits of kinds that have a status of their
     * own, but not those of labels and annotations.
     *
     * @param generation how often it was edited; 0: its kind has no such count
     */
    private record Seen(long generation, boolean ending, Map<String, String> labels, Map<String, String> annotations) {
        static final Seen UNKNOWN = new Seen(0, false, Map.of(), Map.of());

        static Seen of(ObjectMeta metadata) {
            Long generation = metadata.getGeneration();
            return generation == null
                    ? UNKNOWN
                    : new Seen(
                            generation,
                            metadata.getDeletionTimestamp() != null,
                            metadata.getLabels() == null ? Map.of() : Map.copyOf(metadata.getLabels()),
                            ObjectTree.annotations(metadata));
        }

        boolean isSameAs(@Nullable Seen before) {
            return generation > 0 && equals(before);
        }
    }

    private final KubernetesClient client;
    private final ServedKind served;
    private final List<String> namespaces;
    private final Sink sink;
    private final Map<ObjectKey, Seen> known = new ConcurrentHashMap<>();
    private final Thread thread;

    /**
     * @param namespaces the namespaces to follow; an empty list: all namespaces
     * @param known the objects that were reported before
     */
    KindWatch(KubernetesClient client, ServedKind served, List<String> namespaces, Sink sink, Set<ObjectKey> known) {
        this.namespaces = List.copyOf(namespaces);
        known.forEach(key -> this.known.put(key, Seen.UNKNOWN));
        this.client = client;
        this.served = served;
        this.sink = sink;
        this.thread = Thread.ofVirtual().name("watch-" + served).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    ServedKind served() {
        return served;
    }

    /** Stops. The reported objects stay in force. */
    @Override
    public void close() {
        thread.interrupt();
    }

    /** Stops, and waits until no more is reported; returns the reported objects. */
    Set<ObjectKey> closeAndHandOver() throws InterruptedException {
        close();
        thread.join();
        return Set.copyOf(known.keySet());
    }

    /** Stops, and waits until no more is reported; then reports all objects as deleted. */
    void closeAndForget() throws InterruptedException {
        close();
        thread.join();
        forget();
    }

    private void run() {
        Duration retry = FIRST_RETRY;
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    List<String> versions = list();
                    retry = FIRST_RETRY;
                    watch(versions);
                } catch (KubernetesClientException e) {
                    if (e.getCode() == NOT_FOUND) {
                        sink.notServed(served.kind());
                    }
                    if (e.getCode() != GONE) {
                        LOG.log(
                                Level.WARNING,
                                "{0} cannot be listed or watched: {1}; again in {2}",
                                served,
                                said(e),
                                retry);
                    }
                    Thread.sleep(retry);
                    retry = retry.multipliedBy(2).compareTo(LAST_RETRY) > 0 ? LAST_RETRY : retry.multipliedBy(2);
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private static String said(Throwable e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** The API calls for the objects: one for each followed namespace, or one for all namespaces. */
    private List<
                    AnyNamespaceOperation<
                            GenericKubernetesResource,
                            GenericKubernetesResourceList,
                            Resource<GenericKubernetesResource>>>
            objects() {
        var all = client.genericKubernetesResources(served.context());
        if (!served.kind().namespaced()) {
            return List.of(all);
        }
        if (namespaces.isEmpty()) {
            return List.of(all.inAnyNamespace());
        }
        return namespaces.stream()
                .<AnyNamespaceOperation<
                                GenericKubernetesResource,
                                GenericKubernetesResourceList,
                                Resource<GenericKubernetesResource>>>
                        map(all::inNamespace)
                .toList();
    }

    private ListOptionsBuilder options() {
        ListOptionsBuilder options = new ListOptionsBuilder();
        return served.kind().equals(Kinds.SECRET) ? options.withFieldSelector(SECRETS) : options;
    }

    /** The versions from which to watch, in the order of {@link #objects()}. */
    private List<String> list() throws InterruptedException {
        List<Change> changes = new ArrayList<>();
        Map<ObjectKey, Seen> listed = new HashMap<>();
        List<String> versions = new ArrayList<>();
        for (var objects : objects()) {
            versions.add(list(objects, changes, listed));
        }
        for (ObjectKey key : known.keySet()) {
            if (!listed.containsKey(key)) {
                changes.add(new Change.Remove(served.kind(), key));
                sink.gone(ObjectRef.of(served.kind(), key));
            }
        }
        known.clear();
        known.putAll(listed);
        sink.listed(served.kind(), changes);
        return versions;
    }

    private String list(
            AnyNamespaceOperation<
                            GenericKubernetesResource,
                            GenericKubernetesResourceList,
                            Resource<GenericKubernetesResource>>
                    objects,
            List<Change> changes,
            Map<ObjectKey, Seen> listed) {
        String next = "";
        GenericKubernetesResourceList page;
        do {
            ListOptionsBuilder options = options().withLimit(PAGE);
            page = objects.list((next.isEmpty() ? options : options.withContinue(next)).build());
            for (GenericKubernetesResource object : page.getItems()) {
                listed.put(key(object), Seen.of(object.getMetadata()));
                changes.add(change(object));
                told(object);
            }
            next = page.getMetadata().getContinue() == null
                    ? ""
                    : page.getMetadata().getContinue();
        } while (!next.isEmpty());
        return page.getMetadata().getResourceVersion();
    }

    /** Watches all namespaces until one watch ends. */
    private void watch(List<String> versions) throws InterruptedException {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        List<Watch> open = new ArrayList<>();
        try {
            var objects = objects();
            for (int i = 0; i < objects.size(); i++) {
                ListOptions options = options()
                        .withResourceVersion(versions.get(i))
                        .withAllowWatchBookmarks(true)
                        .build();
                open.add(objects.get(i).watch(options, new Follower(ended)));
            }
            ended.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KubernetesClientException cause
                    ? cause
                    : new KubernetesClientException("the watch ended: " + e.getCause(), e);
        } finally {
            open.forEach(Watch::close);
        }
    }

    private final class Follower implements Watcher<GenericKubernetesResource> {
        private final CompletableFuture<Void> ended;

        Follower(CompletableFuture<Void> ended) {
            this.ended = ended;
        }

        @Override
        public void eventReceived(Action action, GenericKubernetesResource object) {
            try {
                switch (action) {
                    case ADDED, MODIFIED -> {
                        Seen now = Seen.of(object.getMetadata());
                        Seen before = known.put(key(object), now);
                        told(object);
                        if (!now.isSameAs(before)) {
                            sink.changed(change(object));
                        }
                    }
                    case DELETED -> {
                        known.remove(key(object));
                        sink.gone(ObjectRef.of(served.kind(), key(object)));
                        sink.changed(new Change.Remove(served.kind(), key(object)));
                    }
                    case BOOKMARK, ERROR -> {
                        // The client itself handles both: a bookmark moves its version, an error closes the watch.
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                ended.completeExceptionally(e);
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "an event of " + served + " could not be handled; listing again", e);
                ended.completeExceptionally(new KubernetesClientException(said(e), e));
            }
        }

        @Override
        public void onClose(@Nullable WatcherException cause) {
            if (cause != null && cause.isHttpGone()) {
                ended.complete(null);
            } else {
                ended.completeExceptionally(
                        cause == null
                                ? new KubernetesClientException("the watch was closed")
                                : cause.asClientException());
            }
        }

        @Override
        public void onClose() {
            ended.complete(null);
        }
    }

    private ObjectKey key(GenericKubernetesResource object) {
        String namespace = object.getMetadata().getNamespace();
        return new ObjectKey(
                namespace == null ? "" : namespace, object.getMetadata().getName());
    }

    private Change change(GenericKubernetesResource object) {
        Kind<?> kind = served.kind();
        return switch (ResourceReader.read(kind, ObjectTree.of(kind, object))) {
            case Reading.Readable<?> readable -> new Change.Put(kind, readable.resource());
            case Reading.Broken<?> broken -> {
                LOG.log(
                        Level.WARNING,
                        "{0} {1} cannot be used: {2}",
                        kind,
                        key(object),
                        broken.object().message());
                yield new Change.Broken(kind, broken.object());
            }
        };
    }

    private void told(GenericKubernetesResource object) {
        boolean ending = object.getMetadata().getDeletionTimestamp() != null;
        if (served.kind().equals(Kinds.NAMESPACE)) {
            sink.namespace(object.getMetadata().getName(), ending);
        }
        if (served.kind().group().isEmpty() || served.kind().equals(Kinds.ENDPOINT_SLICE)) {
            return;
        }
        if (ending) {
            // The status of an object that is being deleted is no longer written.
            sink.gone(ObjectRef.of(served.kind(), key(object)));
            return;
        }
        Map<String, Object> status = object.getAdditionalProperties().get("status") instanceof Map<?, ?> fields
                ? LiveStatus.fields(fields)
                : Map.of();
        sink.status(
                ObjectRef.of(served.kind(), key(object)),
                LiveStatus.of(served, object.getMetadata().getResourceVersion(), status));
    }

    private void forget() throws InterruptedException {
        List<Change> changes = new ArrayList<>();
        for (ObjectKey key : known.keySet()) {
            changes.add(new Change.Remove(served.kind(), key));
            sink.gone(ObjectRef.of(served.kind(), key));
        }
        known.clear();
        sink.listed(served.kind(), changes);
    }
}
