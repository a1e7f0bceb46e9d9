package dev.gatehouse.grpcserver;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Which version runs: {@code gatehouse_build_info{service,version,java}}, always 1. */
@Singleton
final class BuildInfo {
    void tell(
            @Observes StartupEvent event,
            MeterRegistry meters,
            @ConfigProperty(name = "quarkus.application.name") String service,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        Gauge.builder("gatehouse.build.info", () -> 1)
                .description("The version that runs; always 1")
                .tag("service", service)
                .tag("version", version)
                .tag("java", Runtime.version().toString())
                .register(meters);
    }
}
