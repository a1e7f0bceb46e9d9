package dev.gatehouse.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Makes the spans of one service. Whether a request is sampled, its proxy has decided: a span is made only under a parent that is sampled. All other
 * requests get {@link Span#getInvalid}, which takes attributes and drops them; callers ask {@link Span#isRecording} before they compute one. Safe for
 * any thread.
 */
public final class Tracing {
    /** Makes no span. */
    public static final Tracing OFF = new Tracing(Optional.empty());

    private final Optional<Tracer> tracer;

    private Tracing(Optional<Tracer> tracer) {
        this.tracer = tracer;
    }

    /** Makes spans by {@code tracer}. */
    public static Tracing by(Tracer tracer) {
        return new Tracing(Optional.of(tracer));
    }

    /** Whether any span is made. */
    public boolean isOn() {
        return tracer.isPresent();
    }

    /** Whether the thread's current span is recorded: {@link #call} would make a span. To be asked first where calls are frequent. */
    public boolean isInSpan() {
        return isOn() && Span.current().isRecording();
    }

    /** Begins the span of a call that this service answers. Whoever begins it ends it. */
    public Span serve(String name, SpanContext caller) {
        return under(name, SpanKind.SERVER, caller);
    }

    /** Begins a span under another process' span, or under one that has ended. */
    public Span under(String name, SpanKind kind, SpanContext parent) {
        if (tracer.isEmpty() || !parent.isSampled()) {
            return Span.getInvalid();
        }
        return tracer.get()
                .spanBuilder(name)
                .setSpanKind(kind)
                .setParent(Context.root().with(Span.wrap(parent)))
                .startSpan();
    }

    /** Begins a trace of its own, of what began at {@code startNanos} since 1970. */
    public Span root(String name, long startNanos) {
        return tracer.map(each -> each.spanBuilder(name)
                        .setNoParent()
                        .setStartTimestamp(startNanos, TimeUnit.NANOSECONDS)
                        .startSpan())
                .orElseGet(Span::getInvalid);
    }

    /** Begins a part of {@code parent}, in this process. */
    public Span part(String name, Span parent) {
        return begin(name, SpanKind.INTERNAL, parent, 0);
    }

    /** The same, of what began at {@code startNanos} since 1970. */
    public Span part(String name, Span parent, long startNanos) {
        return begin(name, SpanKind.INTERNAL, parent, startNanos);
    }

    private Span begin(String name, SpanKind kind, Span parent, long startNanos) {
        if (tracer.isEmpty() || !parent.isRecording()) {
            return Span.getInvalid();
        }
        SpanBuilder span = tracer.get()
                .spanBuilder(name)
                .setSpanKind(kind)
                .setParent(Context.root().with(parent));
        if (startNanos > 0) {
            span.setStartTimestamp(startNanos, TimeUnit.NANOSECONDS);
        }
        return span.startSpan();
    }

    /**
     * Makes a call to another process, with a span of its own under the thread's current one. What follows on the call
     * runs with the caller's current span, whatever thread it is on.
     *
     * @param describe sets the span's attributes for the call; not called without a span
     * @param answered sets the span's attributes for the outcome
     */
    public <T> CompletionStage<T> call(
            String name, Consumer<Span> describe, Supplier<CompletionStage<T>> call, BiConsumer<Span, T> answered) {
        Span span = begin(name, SpanKind.CLIENT, Span.current(), 0);
        if (!span.isRecording()) {
            return call.get();
        }
        describe.accept(span);
        CompletionStage<T> answer;
        try {
            answer = call.get();
        } catch (RuntimeException e) {
            fail(span, e);
            span.end();
            throw e;
        }
        return keep(answer.whenComplete((value, failure) -> {
            if (failure == null) {
                answered.accept(span, value);
            } else {
                fail(span, failure);
            }
            span.end();
        }));
    }

    /**
     * Makes a call to another process and waits for it, with a span of its own under the thread's current one.
     *
     * @param describe says what the call is; not called where there is no span
     */
    public <T> T await(String name, Consumer<Span> describe, Supplier<T> call) {
        Span span = begin(name, SpanKind.CLIENT, Span.current(), 0);
        if (!span.isRecording()) {
            return call.get();
        }
        describe.accept(span);
        try {
            return call.get();
        } catch (RuntimeException e) {
            fail(span, e);
            throw e;
        } finally {
            span.end();
        }
    }

    /**
     * A stage that several callers share, for one of them: what follows on it runs with this caller's current span, not with that of the caller for whom it
     * was begun. A stage that is done is returned as it is.
     */
    public static <T> CompletionStage<T> keep(CompletionStage<T> stage) {
        if (stage.toCompletableFuture().isDone()) {
            return stage;
        }
        Context mine = Context.current();
        CompletableFuture<T> kept = new CompletableFuture<>();
        stage.whenComplete((value, failure) -> {
            try (Scope _ = mine.makeCurrent()) {
                if (failure == null) {
                    kept.complete(value);
                } else {
                    kept.completeExceptionally(failure);
                }
            }
        });
        return kept;
    }

    /**
     * Makes {@code span} the thread's current one, until the scope is closed: calls made meanwhile are below it, and metrics recorded meanwhile have it as
     * their exemplar. A span that is not recorded changes nothing and costs nothing.
     */
    @SuppressWarnings("MustBeClosedChecker")
    public static Scope within(Span span) {
        return span.isRecording() ? span.makeCurrent() : Scope.noop();
    }

    /** Marks a span as failed, with only the type of the failure, since its message may contain a client's data. */
    public static void fail(Span span, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        fail(span, cause.getClass().getSimpleName());
    }

    /** Marks a span as failed. */
    public static void fail(Span span, String type) {
        span.setAttribute("error.type", type);
        span.setStatus(StatusCode.ERROR);
    }
}
