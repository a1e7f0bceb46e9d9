package dev.gatehouse.tracing.quarkus;

import io.grpc.Grpc;
import io.grpc.TlsChannelCredentials;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Optional;

/**
 * The gRPC channel to a collector whose certificate is signed by an authority of the user's, or that wants one of its clients: the settings
 * {@code OTEL_EXPORTER_OTLP_CERTIFICATE}, {@code …_CLIENT_CERTIFICATE} and {@code …_CLIENT_KEY}, also with {@code OTLP_TRACES}. OpenTelemetry's exporter
 * passes over them where it sends by a gRPC channel. The files are read once.
 */
final class CollectorChannel {
    private CollectorChannel() {}

    /** The exporter with that channel where there are such settings; otherwise as it is. OpenTelemetry has refused wrong settings by then. */
    static SpanExporter applied(SpanExporter exporter, ConfigProperties properties) {
        Optional<File> authority = file(properties, "certificate");
        Optional<File> certificate = file(properties, "client.certificate");
        Optional<File> key = file(properties, "client.key");
        URI endpoint = URI.create(setting(properties, "endpoint").orElse(""));
        if (!(exporter instanceof OtlpGrpcSpanExporter grpc)
                || authority.isEmpty() && certificate.isEmpty()
                || !"https".equals(endpoint.getScheme())) {
            return exporter;
        }
        TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
        try {
            if (authority.isPresent()) {
                tls.trustManager(authority.get());
            }
            if (certificate.isPresent() && key.isPresent()) {
                tls.keyManager(certificate.get(), key.get());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("OTEL_EXPORTER_OTLP_CERTIFICATE, or a sibling: " + e.getMessage(), e);
        }
        int port = endpoint.getPort() < 0 ? Export.OTLP : endpoint.getPort();
        return grpc.toBuilder()
                .setChannel(Grpc.newChannelBuilderForAddress(endpoint.getHost(), port, tls.build())
                        .build())
                .build();
    }

    private static Optional<File> file(ConfigProperties properties, String name) {
        return setting(properties, name).map(File::new);
    }

    private static Optional<String> setting(ConfigProperties properties, String name) {
        return Optional.ofNullable(properties.getString("otel.exporter.otlp.traces." + name))
                .or(() -> Optional.ofNullable(properties.getString("otel.exporter.otlp." + name)));
    }
}
