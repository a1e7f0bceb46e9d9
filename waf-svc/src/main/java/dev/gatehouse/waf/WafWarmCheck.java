package dev.gatehouse.waf;

import dev.gatehouse.grpcserver.WarmCheck;
import dev.gatehouse.grpcserver.WarmUpConfig;
import dev.gatehouse.waf.crs.InstalledRuleSets;
import dev.gatehouse.waf.grpc.Practice;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.Readiness;

/** Ready once requests of its own have been inspected with the Core Rule Set. */
@Readiness
@Singleton
final class WafWarmCheck extends WarmCheck {
    WafWarmCheck(WarmUpConfig warmUp, WafConfig config) {
        super("waf: warm", warmUp, Practice.warmUp(new InstalledRuleSets(config.coreRuleSets())));
    }

    void begin(@Observes StartupEvent started) {
        start();
    }
}
