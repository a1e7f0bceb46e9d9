package dev.gatehouse.authz;

import dev.gatehouse.authz.grpc.Practice;
import dev.gatehouse.grpcserver.WarmCheck;
import dev.gatehouse.grpcserver.WarmUpConfig;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.Readiness;

/** Ready once requests of its own have been decided. */
@Readiness
@Singleton
final class AuthzWarmCheck extends WarmCheck {
    AuthzWarmCheck(WarmUpConfig warmUp) {
        super("authz: warm", warmUp, Practice.warmUp());
    }

    void begin(@Observes StartupEvent started) {
        start();
    }
}
