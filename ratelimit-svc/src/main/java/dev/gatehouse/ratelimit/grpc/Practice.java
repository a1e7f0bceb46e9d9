package dev.gatehouse.ratelimit.grpc;

import com.google.protobuf.Any;
import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.api.ratelimit.v3.RateLimitPolicy;
import dev.gatehouse.api.ratelimit.v3.RateLimitUnit;
import dev.gatehouse.grpcserver.WarmUp;
import dev.gatehouse.ratelimit.decision.Decision;
import dev.gatehouse.ratelimit.decision.RateLimiter;
import dev.gatehouse.ratelimit.decision.Request;
import dev.gatehouse.ratelimit.memory.MemoryCounterStore;
import dev.gatehouse.ratelimit.xds.RuleSubscriber;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Update;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.grpc.Channel;
import io.grpc.ServerServiceDefinition;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/**
 * Requests by which ratelimit-svc becomes warm: below their limit and beyond it. The service that answers them counts in memory, with limits
 * of its own: they are in no metric, no log and no Redis.
 */
public final class Practice {
    private static final String DOMAIN = "gatehouse/warm-up";
    private static final long PATIENCE_SECONDS = 10;
    private static final int COUNTERS = 1_000;
    private static final int USERS = 7;
    private static final int LIMIT = 20;

    private static final class Uncounted implements DecisionMetrics {
        @Override
        public void decided(Request request, Decision decision) {}

        @Override
        public void failed(String reason) {}
    }

    private Practice() {}

    /** The warm-up of ratelimit-svc. */
    public static WarmUp warmUp() {
        return new WarmUp("ratelimit-svc", Practice::service, Practice::call);
    }

    private static ServerServiceDefinition service() {
        RateLimitConfig config = RateLimitConfig.newBuilder()
                .setName(DOMAIN)
                .setDomain(DOMAIN)
                .addDescriptors(dev.gatehouse.api.ratelimit.v3.RateLimitDescriptor.newBuilder()
                        .setKey("route")
                        .setValue("shop")
                        .addDescriptors(dev.gatehouse.api.ratelimit.v3.RateLimitDescriptor.newBuilder()
                                .setKey("user")
                                .setRateLimit(RateLimitPolicy.newBuilder()
                                        .setUnit(RateLimitUnit.MINUTE)
                                        .setRequestsPerUnit(LIMIT))))
                .build();
        RuleSubscriber rules = new RuleSubscriber();
        rules.take(Update.of(new Resource(DOMAIN, "1", Any.pack(config))));
        InstantSource clock = InstantSource.system();
        return new RateLimitService(
                        new RateLimiter(new MemoryCounterStore(COUNTERS, clock), COUNTERS, clock),
                        rules,
                        new ResponseFormat(true),
                        new Uncounted(),
                        Tracing.OFF)
                .bindService();
    }

    private static void call(Channel channel, int number) {
        RateLimitServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .shouldRateLimit(RateLimitRequest.newBuilder()
                        .setDomain(DOMAIN)
                        .addDescriptors(RateLimitDescriptor.newBuilder()
                                .addEntries(entry("route", "shop"))
                                .addEntries(entry("user", "user-" + number % USERS)))
                        .build());
    }

    private static RateLimitDescriptor.Entry.Builder entry(String key, String value) {
        return RateLimitDescriptor.Entry.newBuilder().setKey(key).setValue(value);
    }
}
