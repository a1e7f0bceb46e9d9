package dev.gatehouse.ratelimit;

import dev.gatehouse.grpcserver.WarmCheck;
import dev.gatehouse.grpcserver.WarmUpConfig;
import dev.gatehouse.ratelimit.grpc.Practice;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.Readiness;

/** Ready once requests of its own have been counted. */
@Readiness
@Singleton
final class RateLimitWarmCheck extends WarmCheck {
    RateLimitWarmCheck(WarmUpConfig warmUp) {
        super("ratelimit: warm", warmUp, Practice.warmUp());
    }

    void begin(@Observes StartupEvent started) {
        start();
    }
}
