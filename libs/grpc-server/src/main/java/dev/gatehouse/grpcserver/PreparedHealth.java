package dev.gatehouse.grpcserver;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.health.SmallRyeHealth;
import io.smallrye.health.SmallRyeHealthReporter;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.OutputStream;

/**
 * Loads the classes for answering {@code /q/health} on the thread that starts the application. Quarkus would load them
 * on an event loop at the kubelet's first probe, which delays all connections of that loop for seconds on a busy
 * machine.
 */
@Singleton
class PreparedHealth {
    /** What checks say, of each type; the page of the startup checks, of which no service has one, asks nobody. */
    private static final JsonObject DATA = Json.createObjectBuilder()
            .add("text", "")
            .add("number", 1L)
            .add("small", 1)
            .add("yes", true)
            .build();

    void prepare(@Observes StartupEvent started, SmallRyeHealthReporter reporter) {
        reporter.reportHealth(OutputStream.nullOutputStream(), reporter.getStartup());
        reporter.reportHealth(
                OutputStream.nullOutputStream(),
                new SmallRyeHealth(Json.createObjectBuilder()
                        .add("status", "UP")
                        .add("checks", Json.createArrayBuilder().add(DATA))
                        .build()));
    }
}
