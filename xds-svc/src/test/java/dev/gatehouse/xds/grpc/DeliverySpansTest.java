package dev.gatehouse.xds.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.Position;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.xds.snapshot.FleetSnapshot;
import dev.gatehouse.xds.stream.Effect;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeliverySpansTest {
    private static final String PUBLISH = "00f067aa0ba902b7";
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-" + PUBLISH + "-01";
    private static final Instant NOW = Instant.ofEpochSecond(1_000_000);
    private static final SubscriberIdentity PROXY = SubscriberIdentity.of(
                    Node.newBuilder().setId("proxy-1").setCluster("shop/front").build())
            .orElseThrow();

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final Tracing tracing = Tracing.by(SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build()
            .get("test"));
    private final DeliverySpans spans = new DeliverySpans(tracing);

    private static FleetSnapshot snapshot(long offset, String trace, Instant at) {
        return new FleetSnapshot("shop/front", position(offset), at, trace, Map.of());
    }

    private static Position position(long offset) {
        return new Position("epoch", offset);
    }

    private static Effect.Push push(String type) {
        return new Effect.Push(type, "1", "nonce", List.of(), List.of("gone"));
    }

    private List<String> finished() {
        return exporter.getFinishedSpanItems().stream()
                .map(span -> span.getName() + " "
                        + span.getAttributes().get(AttributeKey.stringKey("gatehouse.xds.answer")) + " "
                        + span.getAttributes().get(AttributeKey.stringKey("gatehouse.outcome")))
                .toList();
    }

    @Test
    void aChangeIsFollowedToTheAnswersOfTheProxy() {
        spans.target(snapshot(7, TRACE, NOW), PROXY, NOW);
        spans.happened(push(TypeUrls.CLUSTER));
        spans.happened(new Effect.Acknowledged(TypeUrls.CLUSTER, Duration.ZERO));
        spans.happened(push(TypeUrls.LISTENER));
        spans.target(snapshot(7, TRACE, NOW), PROXY, NOW);
        spans.happened(new Effect.Acknowledged(TypeUrls.LISTENER, Duration.ZERO));
        spans.happened(new Effect.Applied(position(7), NOW));
        assertThat(finished())
                .containsExactly("push Cluster ack null", "push Listener ack null", "deliver null applied");
        SpanData delivery = exporter.getFinishedSpanItems().getLast();
        assertThat(delivery.getParentSpanId()).isEqualTo(PUBLISH);
        assertThat(delivery.getAttributes().get(AttributeKey.stringKey("gatehouse.node")))
                .isEqualTo("proxy-1");
        assertThat(exporter.getFinishedSpanItems().subList(0, 2))
                .extracting(SpanData::getParentSpanId)
                .containsOnly(delivery.getSpanId());
    }

    @Test
    void aRefusalIsAFailureWithoutTheMessage() {
        spans.target(snapshot(7, TRACE, NOW), PROXY, NOW);
        spans.happened(push(TypeUrls.LISTENER));
        spans.happened(new Effect.Rejected(
                position(7), TypeUrls.LISTENER, List.of("shop/front/http"), "bad: password hunter2"));
        spans.happened(new Effect.Settled(position(7), Set.of()));
        assertThat(finished()).containsExactly("push Listener nack null", "deliver null refused");
        assertThat(exporter.getFinishedSpanItems())
                .extracting(span -> span.getStatus().getStatusCode())
                .containsOnly(StatusCode.ERROR);
        assertThat(exporter.getFinishedSpanItems().toString())
                .contains("shop/front/http")
                .doesNotContain("hunter2");
    }

    @Test
    void whatIsOvertakenOrCutOffEndsToo() {
        spans.target(snapshot(7, TRACE, NOW), PROXY, NOW);
        spans.happened(push(TypeUrls.LISTENER));
        spans.target(snapshot(8, "", NOW), PROXY, NOW);
        spans.happened(new Effect.Acknowledged(TypeUrls.LISTENER, Duration.ZERO));
        spans.target(snapshot(9, TRACE, NOW), PROXY, NOW);
        spans.end("disconnected");
        assertThat(finished())
                .containsExactly("push Listener none null", "deliver null overtaken", "deliver null disconnected");
    }

    @Test
    void whatWasPublishedLongAgoOrIsNotTracedHasNoSpan() {
        spans.target(snapshot(7, TRACE, NOW.minusSeconds(61)), PROXY, NOW);
        spans.happened(push(TypeUrls.LISTENER));
        spans.end("disconnected");
        spans.target(snapshot(8, "", NOW), PROXY, NOW);
        spans.happened(push(TypeUrls.LISTENER));
        spans.happened(new Effect.Applied(position(8), NOW));
        spans.target(snapshot(9, "nonsense", NOW), PROXY, NOW);
        spans.end("disconnected");
        new DeliverySpans(Tracing.OFF).target(snapshot(10, TRACE, NOW), PROXY, NOW);
        assertThat(finished()).isEmpty();
    }
}
