package dev.gatehouse.xds;

import dev.gatehouse.xds.grpc.XdsServer;
import dev.gatehouse.xds.snapshot.SnapshotStore;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Reports the process as ready once the config log has been read to its end. It stays ready without a controller, since
 * the last good configuration is served.
 */
@Readiness
@Singleton
final class CaughtUpCheck implements HealthCheck {
    private final SnapshotStore store;
    private final Upstream upstream;
    private final XdsServer server;

    CaughtUpCheck(SnapshotStore store, Upstream upstream, XdsServer server) {
        this.store = store;
        this.upstream = upstream;
        this.server = server;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("xds: config log")
                .status(store.caughtUpAt().isPresent())
                .withData("connected", upstream.connected())
                .withData("live", store.live())
                .withData("streams", server.openStreams());
        store.caughtUpAt()
                .ifPresent(position ->
                        response.withData("epoch", position.epoch()).withData("caught-up-at", position.offset()));
        store.resourcesByFleet().forEach((fleet, count) -> response.withData("resources of " + fleet, count));
        return response.build();
    }
}
