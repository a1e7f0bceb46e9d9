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
import java.util.regex.Pattern;
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

    private static final Pattern NAME_END = Pattern.compile("[{ ]");

    /** An exemplar at the end of a line: its labels, value and time. Ids have no braces. */
    private static final Pattern EXEMPLAR = Pattern.compile(" # \\{[^{}]*\\} \\S+( \\S+)?$");

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
                .end(allowed(registry.scrape(TextFormat.CONTENT_TYPE_OPENMETRICS_100)));
    }

    /**
     * The exposition with exemplars only where OpenMetrics allows them, at buckets and counters. Micrometer has them at the counts of histograms too, for which
     * Prometheus before 2.43 refuses the whole exposition.
     */
    static String allowed(String exposition) {
        StringBuilder allowed = new StringBuilder(exposition.length());
        exposition.lines().forEach(line -> {
            String name = NAME_END.split(line, 2)[0];
            boolean may = line.startsWith("#") || name.endsWith("_bucket") || name.endsWith("_total");
            allowed.append(may ? line : EXEMPLAR.matcher(line).replaceFirst("")).append('\n');
        });
        return allowed.toString();
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
