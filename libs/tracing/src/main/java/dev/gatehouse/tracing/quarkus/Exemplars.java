package dev.gatehouse.tracing.quarkus;

import dev.gatehouse.tracing.Tracing;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.prometheus.client.exemplars.DefaultExemplarSampler;
import io.prometheus.client.exemplars.ExemplarSampler;
import io.prometheus.client.exemplars.tracer.common.SpanContextSupplier;
import io.prometheus.client.exporter.common.TextFormat;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Exemplars of Prometheus' counters and histograms: a value that was recorded within a sampled span has the ids of its trace and span in the OpenMetrics
 * exposition ({@code trace_id}, {@code span_id}). Prometheus' sampler keeps one for a series, or a bucket, and another after seven seconds.
 *
 * <p>Quarkus makes the registry with the {@code Optional<ExemplarSampler>} of its own tracing extension, which is not here; this alternative takes its place.
 */
@Singleton
final class Exemplars {
    private static final String METRICS = "/q/metrics";
    private static final String OPEN_METRICS = "application/openmetrics-text";
    private static final int BEFORE_QUARKUS = -1;

    @Produces
    @Singleton
    @Alternative
    @Priority(1)
    Optional<ExemplarSampler> sampler(Tracing tracing) {
        return tracing.isOn() ? Optional.of(new DefaultExemplarSampler(new CurrentSpan())) : Optional.empty();
    }

    /**
     * Serves the OpenMetrics form, which alone has exemplars, to whoever accepts it: Quarkus' own page serves it to those who ask for nothing else, which
     * Prometheus does not.
     */
    void routes(@Observes Router router, Tracing tracing, PrometheusMeterRegistry registry) {
        if (tracing.isOn()) {
            router.get(METRICS).order(BEFORE_QUARKUS).blockingHandler(context -> serve(context, registry), false);
        }
    }

    private static void serve(RoutingContext context, PrometheusMeterRegistry registry) {
        if (!Objects.requireNonNullElse(context.request().getHeader("Accept"), "")
                .contains(OPEN_METRICS)) {
            context.next();
            return;
        }
        context.response()
                .putHeader("Content-Type", TextFormat.CONTENT_TYPE_OPENMETRICS_100)
                .end(registry.scrape(TextFormat.CONTENT_TYPE_OPENMETRICS_100));
    }

    /** The thread's current span. */
    private static final class CurrentSpan implements SpanContextSupplier {
        private static SpanContext current() {
            return Span.current().getSpanContext();
        }

        @Override
        public @Nullable String getTraceId() {
            SpanContext current = current();
            return current.isValid() ? current.getTraceId() : null;
        }

        @Override
        public @Nullable String getSpanId() {
            SpanContext current = current();
            return current.isValid() ? current.getSpanId() : null;
        }

        @Override
        public boolean isSampled() {
            return current().isSampled();
        }
    }
}
