package dev.gatehouse.tracing.quarkus;

import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.util.Optional;

/**
 * {@code gatehouse.tracing.*}. As environment variables: {@code GATEHOUSE_TRACING_OTLP_ENDPOINT} and so on. OpenTelemetry's own variables
 * ({@code OTEL_*}) are honoured, and count where both say something.
 */
@ConfigMapping(prefix = "gatehouse.tracing")
interface TracingConfig {
    Otlp otlp();

    interface Otlp {
        /** Where spans are sent, such as {@code http://otel-collector:4317}. Neither this nor {@code OTEL_EXPORTER_OTLP_ENDPOINT}: no spans are made. */
        Optional<URI> endpoint();

        /** {@code grpc} or {@code http/protobuf}. Default: the port decides; 4318 is HTTP, all others are gRPC. */
        Optional<String> protocol();
    }
}
