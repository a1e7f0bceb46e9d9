package dev.gatehouse.grpcserver;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.health.SmallRyeHealthReporter;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.OutputStream;

/**
 * Loads what it takes to answer {@code /q/health}, on the thread that starts the application. Quarkus would do it on an event loop at the first
 * look of a kubelet, which keeps all connections of that loop waiting for seconds on a busy machine.
 */
@Singleton
class PreparedHealth {
    /** Writes the startup checks: no service has one, so that nothing is asked that is not there yet. */
    void prepare(@Observes StartupEvent started, SmallRyeHealthReporter reporter) {
        reporter.reportHealth(OutputStream.nullOutputStream(), reporter.getStartup());
    }
}
