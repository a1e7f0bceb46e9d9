package dev.gatehouse.grpcserver;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** Ready once the service is warm: a replica gets requests when it can answer them as fast as it ever will. */
public abstract class WarmCheck implements HealthCheck {
    private final String name;
    private final WarmUpConfig config;
    private final WarmUp warmUp;

    /** @param name of the check */
    protected WarmCheck(String name, WarmUpConfig config, WarmUp warmUp) {
        this.name = name;
        this.config = config;
        this.warmUp = warmUp;
    }

    /** Begins to warm up, where that is wanted; returns at once. */
    public final void start() {
        if (config.enabled()) {
            warmUp.start(config.limit());
        }
    }

    @Override
    public final HealthCheckResponse call() {
        return HealthCheckResponse.named(name)
                .status(!config.enabled() || warmUp.isDone())
                .build();
    }
}
