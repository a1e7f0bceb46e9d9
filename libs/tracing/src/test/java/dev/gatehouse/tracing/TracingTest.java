package dev.gatehouse.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.tracing.grpc.CallerSpan;
import io.grpc.Metadata;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TracingTest {
    private static final String SAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String UNSAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final Tracing tracing = Tracing.by(SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build()
            .get("test"));

    private static Metadata metadata(String... headers) {
        Metadata metadata = new Metadata();
        for (int i = 0; i < headers.length; i += 2) {
            metadata.put(Metadata.Key.of(headers[i], Metadata.ASCII_STRING_MARSHALLER), headers[i + 1]);
        }
        return metadata;
    }

    private static SpanContext caller(String... headers) {
        AtomicReference<SpanContext> read = new AtomicReference<>();
        CallerSpan.with(metadata(headers)).run(() -> read.set(CallerSpan.current()));
        return Objects.requireNonNull(read.get());
    }

    private List<SpanData> spans() {
        return exporter.getFinishedSpanItems();
    }

    @Test
    void theCallersSpanIsReadInTheOrderOfTheFormats() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        assertThat(caller("traceparent", SAMPLED).getSpanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(caller("b3", trace + "-00f067aa0ba902b8-1").getSpanId()).isEqualTo("00f067aa0ba902b8");
        assertThat(caller("x-b3-traceid", trace, "x-b3-spanid", "00f067aa0ba902b9", "x-b3-sampled", "1")
                        .getSpanId())
                .isEqualTo("00f067aa0ba902b9");
        assertThat(caller("traceparent", UNSAMPLED, "b3", trace + "-00f067aa0ba902b8-1")
                        .isValid())
                .isFalse();
        assertThat(caller("x-b3-traceid", trace, "x-b3-spanid", "00f067aa0ba902b9", "x-b3-sampled", "0")
                        .isValid())
                .isFalse();
        assertThat(caller("x-b3-traceid", trace, "x-b3-sampled", "1").isValid()).isFalse();
        assertThat(caller().isValid()).isFalse();
    }

    @Test
    void aSpanIsMadeOnlyUnderASampledParent() {
        assertThat(tracing.serve("a", caller("traceparent", UNSAMPLED))).isSameAs(Span.getInvalid());
        assertThat(tracing.serve("a", SpanContext.getInvalid())).isSameAs(Span.getInvalid());
        assertThat(Tracing.OFF.serve("a", caller("traceparent", SAMPLED))).isSameAs(Span.getInvalid());
        tracing.serve("a", caller("traceparent", SAMPLED)).end();
        assertThat(spans()).hasSize(1);
        assertThat(spans().getFirst().getParentSpanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(spans().getFirst().getTraceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
    }

    private CompletionStage<String> call(String name, CompletionStage<String> answer) {
        return tracing.call(name, _ -> {}, () -> answer, (span, text) -> span.setAttribute("answer", text));
    }

    @Test
    void aCallIsAPartOfTheCurrentSpanAndSoIsWhatFollowsOnAnotherThread() throws InterruptedException {
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> second = new CompletableFuture<>();
        Span request = tracing.serve("request", caller("traceparent", SAMPLED));
        CompletionStage<String> all;
        try (Scope _ = request.makeCurrent()) {
            all = call("first", first).thenCompose(_ -> call("second", second));
        }
        assertThat(Span.current()).isSameAs(Span.getInvalid());
        Thread other = Thread.ofPlatform().start(() -> {
            first.complete("one");
            assertThat(Span.current()).isSameAs(Span.getInvalid());
        });
        other.join();
        second.completeExceptionally(new IllegalStateException("password=hunter2"));
        assertThat(all.toCompletableFuture()).isCompletedExceptionally();
        request.end();
        assertThat(spans()).extracting(SpanData::getName).containsExactly("first", "second", "request");
        assertThat(spans().subList(0, 2))
                .extracting(SpanData::getParentSpanId)
                .containsOnly(request.getSpanContext().getSpanId());
        assertThat(spans().getFirst().getAttributes().get(AttributeKey.stringKey("answer")))
                .isEqualTo("one");
        assertThat(spans().get(1).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(spans().get(1).toString()).contains("IllegalStateException").doesNotContain("hunter2");
    }

    @Test
    void whatFollowsOnASharedStageBelongsToTheCallerThatFollows() {
        CompletableFuture<String> shared = new CompletableFuture<>();
        Span traced = tracing.serve("traced", caller("traceparent", SAMPLED));
        try (Scope _ = traced.makeCurrent()) {
            Tracing.keep(shared).thenAccept(_ -> call("of-traced", CompletableFuture.completedFuture("")));
        }
        Tracing.keep(shared).thenAccept(_ -> call("of-nobody", CompletableFuture.completedFuture("")));
        try (Scope _ = traced.makeCurrent()) {
            shared.complete("");
        }
        assertThat(spans()).extracting(SpanData::getName).containsExactly("of-traced");
    }

    @Test
    void aCallThatThrowsEndsItsSpan() {
        try (Scope _ = tracing.serve("request", caller("traceparent", SAMPLED)).makeCurrent()) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> tracing.call(
                            "broken",
                            _ -> {},
                            () -> {
                                throw new IllegalArgumentException("x");
                            },
                            (_, _) -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(spans()).extracting(SpanData::getName).containsExactly("broken");
    }

    /** What a call costs of which nothing is traced: reading the metadata, asking for a span, and for one of a call to a store. */
    private static long allocated(Tracing tracing, Metadata metadata, int rounds) {
        CompletionStage<String> done = CompletableFuture.completedFuture("");
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < rounds; i++) {
            SpanContext caller = CallerSpan.read(metadata);
            Span span = tracing.serve("request", caller);
            if (span.isRecording()) {
                throw new AssertionError("a span");
            }
            if (tracing.isInSpan()) {
                throw new AssertionError("in a span");
            }
            Tracing.keep(done);
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @Test
    void whatIsNotTracedAllocatesNothing() {
        Metadata unsampled = metadata("traceparent", UNSAMPLED, "x-request-id", "1");
        Metadata b3 = metadata("b3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b8-0");
        for (Metadata each : List.of(unsampled, b3, new Metadata())) {
            for (Tracing kind : List.of(tracing, Tracing.OFF)) {
                allocated(kind, each, 20_000);
                // A few bytes: the measurement's own.
                assertThat(allocated(kind, each, 100_000) / 100_000)
                        .as("bytes for each call with %s", each)
                        .isZero();
            }
        }
        // The measure sees what is traced.
        allocated(Tracing.OFF, unsampled, 1);
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        CallerSpan.read(metadata("traceparent", SAMPLED));
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isPositive();
    }
}
