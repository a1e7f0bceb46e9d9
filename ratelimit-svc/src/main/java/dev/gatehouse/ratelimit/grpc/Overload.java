package dev.gatehouse.ratelimit.grpc;

import dev.gatehouse.grpcserver.LoadShedding;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Refuses requests for which there is no time: {@code gatehouse_ratelimit_shed_total}. Proxies wait for 100 ms. */
@Singleton
final class Overload extends LoadShedding {
    private static final Duration BUDGET = Duration.ofMillis(40);

    Overload(MeterRegistry meters) {
        super(
                BUDGET,
                Counter.builder("gatehouse.ratelimit.shed")
                        .description("Requests that were refused at once, for want of time to decide them")
                        .register(meters)::increment);
    }
}
