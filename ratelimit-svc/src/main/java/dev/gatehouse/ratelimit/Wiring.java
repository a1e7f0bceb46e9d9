package dev.gatehouse.ratelimit;

import dev.gatehouse.identity.quarkus.ServiceTls;
import dev.gatehouse.ratelimit.decision.Decision;
import dev.gatehouse.ratelimit.decision.RateLimiter;
import dev.gatehouse.ratelimit.decision.Request;
import dev.gatehouse.ratelimit.grpc.DecisionMetrics;
import dev.gatehouse.ratelimit.grpc.ResponseFormat;
import dev.gatehouse.ratelimit.memory.MemoryCounterStore;
import dev.gatehouse.ratelimit.redis.RedisCounterStore;
import dev.gatehouse.ratelimit.store.CounterStore;
import dev.gatehouse.ratelimit.top.MostLimited;
import dev.gatehouse.ratelimit.xds.RuleSubscriber;
import dev.gatehouse.redis.RedisSettings;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.xdsclient.XdsNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Puts ratelimit-svc together. */
final class Wiring {
    private static final String FLEET = "gatehouse/ratelimit";

    @Produces
    @Singleton
    RuleSubscriber rules() {
        return new RuleSubscriber();
    }

    @Produces
    @Singleton
    RuleSource source(RuleSubscriber rules, ServiceTls tls, RateLimitConfiguration config) {
        XdsNode node = new XdsNode(
                config.nodeId().orElseGet(() -> XdsNode.hostName("ratelimit-svc")), FLEET, "ratelimit-svc", "");
        return new RuleSource(config.xds().address(), tls.client(), node, rules);
    }

    @Produces
    @Singleton
    CounterStore store(RateLimitConfiguration config, Vertx vertx, MeterRegistry meters, Tracing tracing) {
        InstantSource clock = InstantSource.system();
        CounterStore store = RedisSettings.of(config.redis())
                .<CounterStore>map(redis ->
                        new TracedStore(new RedisCounterStore(vertx, redis, clock, new SecureRandom()), tracing))
                .orElseGet(() -> new MemoryCounterStore(config.memory().maxCounters(), clock));
        return new MeteredStore(store, meters);
    }

    @Produces
    @Singleton
    RateLimiter limiter(CounterStore store, RateLimitConfiguration config) {
        return new RateLimiter(store, config.maxSpentKeys(), InstantSource.system());
    }

    @Produces
    @Singleton
    ResponseFormat format(RateLimitConfiguration config) {
        return new ResponseFormat(config.responseHeaders().enabled());
    }

    @Produces
    @Singleton
    DecisionMetrics metrics(MeterRegistry meters, MostLimited limited) {
        DecisionMetrics metered = new MeteredDecisions(meters);
        return new DecisionMetrics() {
            @Override
            public void decided(Request request, Decision decision) {
                metered.decided(request, decision);
                limited.decided(request, decision);
            }

            @Override
            public void failed(String reason) {
                metered.failed(reason);
            }
        };
    }

    @Produces
    @Singleton
    MostLimited limited() {
        return new MostLimited(InstantSource.system());
    }

    /** Subscribes at start, not at the first request: asking for the state makes the source. */
    void start(@Observes StartupEvent event, RuleSource source, CounterStore store) {
        System.getLogger(Wiring.class.getName())
                .log(
                        System.Logger.Level.INFO,
                        "ratelimit-svc counts in {0}; connected to the xDS server: {1}.",
                        store.kind(),
                        source.state().connected());
    }

    void close(@Disposes RuleSource source) {
        source.close();
    }

    void close(@Disposes CounterStore store) {
        store.close();
    }
}
