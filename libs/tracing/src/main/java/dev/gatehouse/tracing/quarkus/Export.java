package dev.gatehouse.tracing.quarkus;

import dev.gatehouse.tracing.Tracing;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.Config;

/**
 * Sends spans to a collector, by OTLP. Where no endpoint is configured nothing of the SDK is loaded. Spans wait in a queue of OpenTelemetry's
 * ({@code OTEL_BSP_MAX_QUEUE_SIZE}, 2,048) for their export, and are dropped beyond it: requests never wait for a collector.
 */
@Singleton
final class Export {
    private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");
    private static final AttributeKey<String> VERSION = AttributeKey.stringKey("service.version");
    private static final AttributeKey<String> INSTANCE = AttributeKey.stringKey("service.instance.id");
    private static final String UNNAMED = "unknown_service";
    /** The port of OTLP by gRPC. */
    static final int OTLP = 4317;

    private static final int OTLP_HTTP = 4318;
    private static final long LAST_EXPORT_SECONDS = 3;

    private final Optional<OpenTelemetrySdk> sdk;
    private final Tracing tracing;

    Export(TracingConfig settings, Config config) {
        sdk = isOn(settings, config) ? Optional.of(open(settings, config)) : Optional.empty();
        tracing = sdk.map(opened -> Tracing.by(opened.getTracer("dev.gatehouse", version(config))))
                .orElse(Tracing.OFF);
    }

    @Produces
    @Singleton
    Tracing tracing() {
        return tracing;
    }

    @PreDestroy
    void close() {
        sdk.ifPresent(opened -> opened.getSdkTracerProvider().shutdown().join(LAST_EXPORT_SECONDS, TimeUnit.SECONDS));
    }

    static boolean isOn(TracingConfig settings, Config config) {
        boolean endpoint = settings.otlp().endpoint().isPresent()
                || text(config, "otel.exporter.otlp.endpoint").isPresent()
                || text(config, "otel.exporter.otlp.traces.endpoint").isPresent();
        boolean disabled = text(config, "otel.sdk.disabled")
                        .filter("true"::equalsIgnoreCase)
                        .isPresent()
                || text(config, "otel.traces.exporter").filter("none"::equals).isPresent();
        return endpoint && !disabled;
    }

    private static Optional<String> text(Config config, String name) {
        return config.getOptionalValue(name, String.class).filter(value -> !value.isBlank());
    }

    private static String version(Config config) {
        return text(config, "quarkus.application.version").orElse("");
    }

    private static OpenTelemetrySdk open(TracingConfig settings, Config config) {
        Map<String, String> defaults = properties(settings);
        String service = text(config, "quarkus.application.name").orElse("gatehouse");
        return AutoConfiguredOpenTelemetrySdk.builder()
                .disableShutdownHook()
                .addPropertiesSupplier(() -> defaults)
                .addSpanExporterCustomizer(CollectorChannel::applied)
                .addResourceCustomizer((resource, _) -> named(resource, service, version(config)))
                .build()
                .getOpenTelemetrySdk();
    }

    /** What {@code OTEL_SERVICE_NAME} and {@code OTEL_RESOURCE_ATTRIBUTES} say counts. */
    private static Resource named(Resource resource, String service, String version) {
        String known = resource.getAttribute(SERVICE);
        boolean named = known != null && !known.startsWith(UNNAMED);
        Resource own = Resource.create(Attributes.of(
                VERSION,
                version,
                INSTANCE,
                Optional.ofNullable(System.getenv("HOSTNAME")).orElse(service)));
        return own.merge(resource).merge(named ? Resource.empty() : Resource.create(Attributes.of(SERVICE, service)));
    }

    /** @throws IllegalArgumentException names the setting that is wrong */
    static Map<String, String> properties(TracingConfig settings) {
        Map<String, String> properties = new HashMap<>();
        properties.put("otel.metrics.exporter", "none");
        properties.put("otel.logs.exporter", "none");
        settings.otlp().endpoint().ifPresent(endpoint -> {
            boolean http = "http".equals(endpoint.getScheme());
            if (!http && !"https".equals(endpoint.getScheme()) || endpoint.getHost() == null) {
                throw new IllegalArgumentException("gatehouse.tracing.otlp.endpoint: \"" + endpoint
                        + "\" (expected: an http or https URL with a host, such as http://otel-collector:4317)");
            }
            String protocol = protocol(settings, endpoint);
            properties.put("otel.exporter.otlp.endpoint", withPort(endpoint, protocol));
            properties.put("otel.exporter.otlp.protocol", protocol);
        });
        return properties;
    }

    /** OpenTelemetry takes none for 80 or 443, and gRPC takes none for an error; what is meant is the protocol's own. */
    private static String withPort(URI endpoint, String protocol) {
        if (endpoint.getPort() >= 0) {
            return endpoint.toString();
        }
        int port = protocol.equals("grpc") ? OTLP : OTLP_HTTP;
        return endpoint.getScheme() + "://" + endpoint.getHost() + ":" + port
                + Optional.ofNullable(endpoint.getRawPath()).orElse("");
    }

    private static String protocol(TracingConfig settings, URI endpoint) {
        String protocol = settings.otlp().protocol().orElse(endpoint.getPort() == OTLP_HTTP ? "http/protobuf" : "grpc");
        if (!List.of("grpc", "http/protobuf").contains(protocol)) {
            throw new IllegalArgumentException(
                    "gatehouse.tracing.otlp.protocol: \"" + protocol + "\" (expected: grpc or http/protobuf)");
        }
        return protocol;
    }
}
