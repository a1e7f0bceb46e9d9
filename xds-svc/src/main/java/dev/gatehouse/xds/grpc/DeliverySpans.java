package dev.gatehouse.xds.grpc;

import dev.gatehouse.events.Position;
import dev.gatehouse.tracing.ParentContext;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.xds.snapshot.FleetSnapshot;
import dev.gatehouse.xds.stream.Effect;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * The spans of one stream for traced changes. A change's span lasts from its arrival here until the subscriber has
 * applied it. It has a child span for each push, until the push's ACK or NACK. A change that is overtaken by another
 * before it is applied ends with the outcome {@code overtaken}. Used by one thread at a time.
 */
final class DeliverySpans {
    /**
     * The greatest age of a traced change. A newly connected subscriber gets resources that may have been published
     * long ago, and this delivery is no part of the change.
     */
    private static final Duration FRESH = Duration.ofMinutes(1);

    private static final int MOST_NAMES = 20;

    private final Tracing tracing;
    private final Map<String, Span> pushes = new HashMap<>();
    private Span delivery = Span.getInvalid();
    private Position position = new Position("none", 0);

    DeliverySpans(Tracing tracing) {
        this.tracing = tracing;
    }

    /** The stream has a new target. */
    void target(FleetSnapshot snapshot, SubscriberIdentity subscriber, Instant now) {
        if (!tracing.isOn() || snapshot.position().equals(position)) {
            return;
        }
        end("overtaken");
        position = snapshot.position();
        if (snapshot.trace().isEmpty() || snapshot.publishedAt().plus(FRESH).isBefore(now)) {
            return;
        }
        delivery = tracing.under(
                "deliver",
                SpanKind.CONSUMER,
                ParentContext.ofTraceparent(snapshot.trace().getBytes(StandardCharsets.UTF_8)));
        delivery.setAttribute("gatehouse.fleet", snapshot.fleet());
        delivery.setAttribute("gatehouse.node", subscriber.nodeId());
        delivery.setAttribute("gatehouse.config_log.offset", position.offset());
    }

    /** Makes the delivery's span, if there is one, the thread's current one until the scope is closed. */
    @SuppressWarnings("MustBeClosedChecker")
    Scope enter() {
        return Tracing.within(delivery);
    }

    /** Takes an effect of the stream. */
    void happened(Effect effect) {
        if (!delivery.isRecording()) {
            return;
        }
        switch (effect) {
            case Effect.Push push -> {
                answered(push.typeUrl(), "superseded");
                Span span = tracing.part("push " + type(push.typeUrl()), delivery);
                span.setAttribute("gatehouse.xds.resources", push.resources().size());
                span.setAttribute("gatehouse.xds.removed", push.removed().size());
                pushes.put(push.typeUrl(), span);
            }
            case Effect.Acknowledged acknowledged -> answered(acknowledged.typeUrl(), "ack");
            case Effect.Rejected rejected -> {
                Span span = pushes.get(rejected.typeUrl());
                if (span != null) {
                    // The subscriber's message may quote the configuration.
                    span.setAttribute(
                            "gatehouse.xds.refused",
                            String.join(
                                    ", ",
                                    rejected.resources()
                                            .subList(
                                                    0,
                                                    Math.min(
                                                            MOST_NAMES,
                                                            rejected.resources().size()))));
                    Tracing.fail(span, "nack");
                }
                answered(rejected.typeUrl(), "nack");
            }
            case Effect.Applied applied -> {
                if (applied.position().equals(position)) {
                    end("applied");
                }
            }
            case Effect.Settled settled -> {
                if (settled.position().equals(position)) {
                    Tracing.fail(delivery, "refused");
                    end("refused");
                }
            }
        }
    }

    /** Ends the change's span: another change overtook it, or the stream has ended. */
    void end(String outcome) {
        pushes.values().forEach(span -> {
            span.setAttribute("gatehouse.xds.answer", "none");
            span.end();
        });
        pushes.clear();
        if (delivery.isRecording()) {
            delivery.setAttribute("gatehouse.outcome", outcome);
            delivery.end();
            delivery = Span.getInvalid();
        }
    }

    private void answered(String typeUrl, String answer) {
        Span span = pushes.remove(typeUrl);
        if (span != null) {
            span.setAttribute("gatehouse.xds.answer", answer);
            span.end();
        }
    }

    private static String type(String typeUrl) {
        return typeUrl.substring(typeUrl.lastIndexOf('.') + 1);
    }
}
