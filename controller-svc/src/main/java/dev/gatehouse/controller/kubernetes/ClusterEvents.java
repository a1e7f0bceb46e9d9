package dev.gatehouse.controller.kubernetes;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Writes Kubernetes Events, which {@code kubectl describe} and {@code kubectl events} show. Only the leader writes
 * them. Equal news about an object within ten minutes increases the count of one Event; an object has at most 20
 * different Events in that time. An Event that cannot be written is dropped, since Events are only for people.
 *
 * <p>Thread-safe; writes on a thread of its own. The queue is bounded, and further news is dropped.
 */
final class ClusterEvents implements AutoCloseable {
    private static final Logger LOG = System.getLogger(ClusterEvents.class.getName());
    private static final Duration TOGETHER = Duration.ofMinutes(10);
    private static final int MOST_WAITING = 1_000;
    private static final int MOST_OF_AN_OBJECT = 20;
    private static final int MOST_REMEMBERED = 4_096;

    /** The API server's limit for an Event's message. */
    private static final int MAX_MESSAGE = 1_024;

    private static final String COMPONENT = "gatehouse";

    /** The namespace of Events about objects without a namespace. */
    private static final String DEFAULT_NAMESPACE = "default";

    /** An object of the cluster. */
    record Subject(String apiVersion, String kind, String namespace, String name, String uid) {}

    /**
     * News about an object.
     *
     * @param wrong true: an Event of type Warning; false: of type Normal
     * @param reason one word, such as "Invalid"
     */
    record News(boolean wrong, String reason, String message) {
        News {
            message = message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE - 1) + "…" : message;
        }
    }

    private record Told(Subject subject, News news) {}

    /** An Event that was written. */
    private record Written(String name, Instant since, int count) {}

    /** The number of an object's Events since a point in time. */
    private record Share(Instant since, int count) {}

    private final KubernetesClient client;
    private final BooleanSupplier leads;
    private final InstantSource clock;
    private final BlockingQueue<Told> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong dropped = new AtomicLong();
    private final Map<Told, Written> written = remembering();
    private final Map<Subject, Share> shares = remembering();
    private final Thread thread;
    private Optional<String> failure = Optional.empty();

    /** @param leads true while this replica may write */
    ClusterEvents(KubernetesClient client, BooleanSupplier leads, InstantSource clock) {
        this.client = client;
        this.leads = leads;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("events").unstarted(this::run);
    }

    private static <K, V> Map<K, V> remembering() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > MOST_REMEMBERED;
            }
        };
    }

    /** Starts the thread; returns at once. */
    void start() {
        thread.start();
    }

    /** Queues news about an object; returns at once. */
    void tell(Subject subject, News news) {
        if (leads.getAsBoolean() && !waiting.offer(new Told(subject, news))) {
            dropped.incrementAndGet();
        }
    }

    /** The number of Events that were dropped because of a bound. */
    long dropped() {
        return dropped.get();
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                write(waiting.take());
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private void write(Told told) {
        try {
            Instant now = clock.instant();
            Written before = written.get(told);
            if (before != null && now.isBefore(before.since().plus(TOGETHER))) {
                again(told, before, now);
            } else if (hasShare(told.subject(), now)) {
                written.put(told, new Written(create(told, now), now, 1));
            } else {
                dropped.incrementAndGet();
            }
            failure = Optional.empty();
        } catch (KubernetesClientException e) {
            dropped.incrementAndGet();
            written.remove(told);
            Optional<String> said = Optional.of(String.valueOf(e.getMessage()));
            if (!said.equals(failure)) {
                failure = said;
                LOG.log(Level.WARNING, "Events cannot be written: {0}", e.getMessage());
            }
        }
    }

    private boolean hasShare(Subject subject, Instant now) {
        Share share = Optional.ofNullable(shares.get(subject))
                .filter(last -> now.isBefore(last.since().plus(TOGETHER)))
                .orElse(new Share(now, 0));
        if (share.count() >= MOST_OF_AN_OBJECT) {
            return false;
        }
        shares.put(subject, new Share(share.since(), share.count() + 1));
        return true;
    }

    private static String namespace(Subject subject) {
        return subject.namespace().isEmpty() ? DEFAULT_NAMESPACE : subject.namespace();
    }

    private static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private String create(Told told, Instant now) {
        Subject subject = told.subject();
        Event event = new EventBuilder()
                .withNewMetadata()
                .withGenerateName(subject.name() + ".")
                .withNamespace(namespace(subject))
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(subject.apiVersion())
                .withKind(subject.kind())
                .withNamespace(subject.namespace().isEmpty() ? null : subject.namespace())
                .withName(subject.name())
                .withUid(subject.uid())
                .endInvolvedObject()
                .withType(told.news().wrong() ? "Warning" : "Normal")
                .withReason(told.news().reason())
                .withMessage(told.news().message())
                .withFirstTimestamp(time(now))
                .withLastTimestamp(time(now))
                .withCount(1)
                .withNewSource()
                .withComponent(COMPONENT)
                .endSource()
                .withReportingComponent(COMPONENT)
                .build();
        return client.v1().events().resource(event).create().getMetadata().getName();
    }

    private void again(Told told, Written before, Instant now) {
        int count = before.count() + 1;
        client.v1()
                .events()
                .inNamespace(namespace(told.subject()))
                .withName(before.name())
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"count\":" + count + ",\"lastTimestamp\":\"" + time(now) + "\"}");
        written.put(told, new Written(before.name(), before.since(), count));
    }
}
