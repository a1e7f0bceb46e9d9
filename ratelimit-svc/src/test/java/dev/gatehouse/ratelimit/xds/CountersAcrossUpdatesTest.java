package dev.gatehouse.ratelimit.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.api.ratelimit.v3.RateLimitDescriptor;
import dev.gatehouse.api.ratelimit.v3.RateLimitPolicy;
import dev.gatehouse.api.ratelimit.v3.RateLimitUnit;
import dev.gatehouse.ratelimit.decision.Code;
import dev.gatehouse.ratelimit.decision.RateLimiter;
import dev.gatehouse.ratelimit.decision.Request;
import dev.gatehouse.ratelimit.descriptor.Descriptor;
import dev.gatehouse.ratelimit.descriptor.Entry;
import dev.gatehouse.ratelimit.memory.MemoryCounterStore;
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Update;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What was counted for a route stays counted while the rules of others change. */
class CountersAcrossUpdatesTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-01T12:00:30Z"));

    private final RuleSubscriber rules = new RuleSubscriber();
    private final RateLimiter limiter = new RateLimiter(new MemoryCounterStore(100, CLOCK), 100, CLOCK);

    @Test
    void aChangeOfAnotherRouteOrTheListenersFormerResourceResetsNothing() {
        rules.take(Update.of(limits("listener", "a")));
        assertThat(ask("a")).isEqualTo(Code.OK);
        // As when the controller is upgraded: the listener's one resource becomes one for each route.
        rules.take(new Update(List.of(limits("listener/a", "a"), limits("listener/b", "b")), Set.of("listener")));
        assertThat(ask("a")).isEqualTo(Code.OK);
        rules.take(Update.of(limits("listener/b", "b", "c")));
        assertThat(ask("a")).as("2 of 2 were counted").isEqualTo(Code.OVER_LIMIT);
        rules.take(new Update(List.of(), Set.of("listener/b")));
        assertThat(ask("a")).isEqualTo(Code.OVER_LIMIT);
        assertThat(ask("b")).as("no limit is left").isEqualTo(Code.OK);
    }

    private Code ask(String route) {
        Descriptor descriptor = new Descriptor(List.of(new Entry("route", route)), Optional.empty(), 1);
        return limiter.decide(rules.book().orElseThrow(), new Request("listener", List.of(descriptor)))
                .toCompletableFuture()
                .join()
                .overall();
    }

    private static Resource limits(String name, String... routes) {
        RateLimitConfig.Builder config =
                RateLimitConfig.newBuilder().setName(name).setDomain("listener");
        for (String route : routes) {
            config.addDescriptors(RateLimitDescriptor.newBuilder()
                    .setKey("route")
                    .setValue(route)
                    .setRateLimit(RateLimitPolicy.newBuilder()
                            .setUnit(RateLimitUnit.MINUTE)
                            .setRequestsPerUnit(2)));
        }
        return new Resource(name, "1", Any.pack(config.build()));
    }
}
