package dev.gatehouse.ratelimit.grpc;

import dev.gatehouse.grpcserver.LoadShedding;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Refuses requests for which there is no time: {@code gatehouse_ratelimit_shed_total}. Proxies wait for 100 ms. */
@Singleton
final class Overload extends LoadShedding {
    private static final Duration BUDGET = Duration.ofMillis(40);

    Overload(MeterRegistry meters) {
        super(BUDGET, meters.counter("gatehouse.ratelimit.shed")::increment);
    }
}
