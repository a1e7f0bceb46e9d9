package dev.gatehouse.controller.control;

import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.events.Position;
import dev.gatehouse.tracing.Tracing;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Traces of configuration changes: the changed objects, their translation, and the publication to the config log, from
 * where xds-svc continues the trace. A batch that publishes nothing has no trace, since written statuses return as
 * changes of their objects. The number of traces per minute is bounded. Used by the controller's thread only.
 */
public final class ChangeTraces {
    /** No change has a trace. */
    public static final ChangeTraces NONE = new ChangeTraces(Tracing.OFF, 0, InstantSource.system());

    /** The most objects that a span names. The span also has the number of all objects. */
    private static final int MOST_OBJECTS = 20;

    private static final long MINUTE = TimeUnit.MINUTES.toMillis(1);
    private static final AttributeKey<List<String>> OBJECTS = AttributeKey.stringArrayKey("gatehouse.change.objects");
    private static final AttributeKey<Long> COUNT = AttributeKey.longKey("gatehouse.change.count");
    private static final AttributeKey<Long> DERIVATIONS = AttributeKey.longKey("gatehouse.translation.derivations");
    private static final AttributeKey<Long> RESOURCES = AttributeKey.longKey("gatehouse.publish.resources");
    private static final AttributeKey<List<String>> FLEETS = AttributeKey.stringArrayKey("gatehouse.fleets");

    private final Tracing tracing;
    private final int perMinute;
    private final InstantSource clock;
    private long minute;
    private int begun;
    private final Batch untraced;

    /** @param perMinute the most traces that begin in a minute; 0: none */
    public ChangeTraces(Tracing tracing, int perMinute, InstantSource clock) {
        this.tracing = tracing;
        this.perMinute = perMinute;
        this.clock = clock;
        this.untraced = new Batch(List.of());
    }

    /** Prepares the trace of a batch, which begins only if the batch publishes resources. */
    Batch batch(List<Change> changes) {
        return tracing.isOn() && perMinute > 0 ? new Batch(objects(changes)) : untraced;
    }

    private boolean mayBegin() {
        long now = clock.millis() / MINUTE;
        if (now != minute) {
            minute = now;
            begun = 0;
        }
        return begun < perMinute && ++begun > 0;
    }

    /** Kind, namespace, name and generation of the changed objects, in the order of the changes. */
    private static List<String> objects(List<Change> changes) {
        List<String> objects = new ArrayList<>();
        for (Change change : changes) {
            switch (change) {
                case Change.Put put ->
                    objects.add(put.kind().name() + " " + put.resource().key() + " generation "
                            + put.resource().metadata().generation());
                case Change.Broken broken ->
                    objects.add(broken.kind().name() + " "
                            + broken.object().metadata().key() + " (unreadable)");
                case Change.Remove remove -> objects.add(remove.kind().name() + " " + remove.key() + " (deleted)");
                case Change.Code _,
                        Change.Fleet _,
                        Change.Held _,
                        Change.Accepted _,
                        Change.Withdrawn _,
                        Change.Applied _,
                        Change.Extensions _ -> {
                    // Other changes follow from changes of objects, or come from proxies.
                }
            }
        }
        return objects;
    }

    private long now() {
        Instant now = clock.instant();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    /** The trace of one batch. It begins with the batch's first publication. */
    final class Batch {
        private final List<String> objects;
        private final long start = now();
        private Span root = Span.getInvalid();
        private boolean decided;
        private long translationStart;
        private long translationEnd;
        private long derivations;

        private Batch(List<String> objects) {
            this.objects = objects;
        }

        /** The translation begins. */
        void translating() {
            if (!objects.isEmpty()) {
                translationStart = now();
            }
        }

        /** @param run the number of derivations that the translation ran */
        void translated(long run) {
            if (!objects.isEmpty()) {
                translationEnd = now();
                derivations = run;
            }
        }

        /** Marks the beginning of a publication; returns its span. */
        Span publishing() {
            if (objects.isEmpty()) {
                return Span.getInvalid();
            }
            if (!decided) {
                decided = true;
                if (mayBegin()) {
                    root = tracing.root("configuration change", start);
                    root.setAttribute(COUNT, (long) objects.size());
                    root.setAttribute(OBJECTS, objects.subList(0, Math.min(objects.size(), MOST_OBJECTS)));
                }
            }
            if (!root.isRecording()) {
                return Span.getInvalid();
            }
            Span translation = tracing.part("translate", root, translationStart);
            translation.setAttribute(DERIVATIONS, derivations);
            translation.end(translationEnd, TimeUnit.NANOSECONDS);
            return tracing.part("publish", root);
        }

        /** @param positions the position of each fleet's transaction in the config log */
        void published(Span span, int resources, Map<String, Position> positions) {
            if (span.isRecording()) {
                span.setAttribute(RESOURCES, (long) resources);
                span.setAttribute(
                        FLEETS,
                        positions.entrySet().stream()
                                .map(each ->
                                        each.getKey() + " at " + each.getValue().offset())
                                .sorted()
                                .toList());
                span.end();
            }
        }

        /** Marks the end of the batch. The proxies' answers come later. */
        void end() {
            root.end();
        }
    }
}
