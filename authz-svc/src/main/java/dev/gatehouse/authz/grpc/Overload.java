package dev.gatehouse.authz.grpc;

import dev.gatehouse.grpcserver.LoadShedding;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Refuses checks for which there is no time: {@code gatehouse_authz_shed_total}. Proxies wait for two seconds. */
@Singleton
final class Overload extends LoadShedding {
    private static final Duration BUDGET = Duration.ofMillis(300);

    Overload(MeterRegistry meters) {
        super(BUDGET, meters.counter("gatehouse.authz.shed")::increment);
    }
}
