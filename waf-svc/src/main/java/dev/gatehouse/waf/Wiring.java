package dev.gatehouse.waf;

import dev.gatehouse.identity.quarkus.ServiceTls;
import dev.gatehouse.redis.RedisSettings;
import dev.gatehouse.seclang.RuleObserver;
import dev.gatehouse.seclang.Surroundings;
import dev.gatehouse.seclang.audit.LogLimits;
import dev.gatehouse.seclang.collection.CollectionStore;
import dev.gatehouse.seclang.collection.MemoryCollectionStore;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.waf.audit.AuditLog;
import dev.gatehouse.waf.crs.InstalledRuleSets;
import dev.gatehouse.waf.grpc.ExternalProcessing;
import dev.gatehouse.waf.grpc.SocketServer;
import dev.gatehouse.waf.inspection.ErrorLog;
import dev.gatehouse.waf.inspection.FinishedTransactions;
import dev.gatehouse.waf.inspection.Inspection;
import dev.gatehouse.waf.load.Admission;
import dev.gatehouse.waf.load.BodyBudget;
import dev.gatehouse.waf.load.LargeWork;
import dev.gatehouse.waf.load.SlowBodies;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.policy.Rehearsal;
import dev.gatehouse.waf.recent.RecentEvents;
import dev.gatehouse.waf.redis.RedisCollectionStore;
import dev.gatehouse.xdsclient.XdsNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.grpc.GrpcService;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/** Puts waf-svc together. */
@Singleton
final class Wiring {
    private static final String FLEET = "gatehouse/waf";
    private static final int RECORDS_IN_MEMORY = 100_000;

    private Optional<SocketServer> socket = Optional.empty();

    @Produces
    @Singleton
    Policies policies(WafConfig config, MeterRegistry meters) {
        return new Policies(new InstalledRuleSets(config.coreRuleSets()), new MeteredPolicies(meters));
    }

    @Produces
    @Singleton
    CollectionStore collections(WafConfig config, Vertx vertx, MeterRegistry meters) {
        InstantSource clock = InstantSource.system();
        return RedisSettings.of(config.redis())
                .<CollectionStore>map(redis -> new RedisCollectionStore(
                        vertx,
                        redis,
                        config.redis().prefix(),
                        clock,
                        new SecureRandom(),
                        operation -> Counter.builder("gatehouse.waf.collections.failures")
                                .description("Operations on persistent collections in Redis that failed")
                                .tag("operation", operation)
                                .register(meters)
                                .increment()))
                .orElseGet(() -> new MemoryCollectionStore(clock, RECORDS_IN_MEMORY));
    }

    void close(@Disposes CollectionStore store) {
        if (store instanceof RedisCollectionStore redis) {
            redis.close();
        }
    }

    @Produces
    @Singleton
    Surroundings surroundings(CollectionStore collections, Tracing tracing) {
        return new Surroundings(
                InstantSource.system(),
                Map.of(),
                collections.waits() ? new TracedCollections(collections, tracing) : collections,
                RuleObserver.NONE);
    }

    private static int concurrency(WafConfig.Load load) {
        return load.concurrency().orElse(2 * Runtime.getRuntime().availableProcessors());
    }

    @Produces
    @Singleton
    Admission admission(WafConfig config) {
        WafConfig.Load load = config.load();
        return new Admission(concurrency(load), load.queue(), load.patience());
    }

    /** Large work gets half of the concurrency, so that there is always room for small requests. */
    @Produces
    @Singleton
    LargeWork largeWork(WafConfig config) {
        WafConfig.Load load = config.load();
        return new LargeWork(Math.max(1, concurrency(load) / 2), load.queue(), load.patience());
    }

    void close(@Disposes LargeWork large) {
        large.close();
    }

    @Produces
    @Singleton
    BodyBudget bodies(WafConfig config) {
        return new BodyBudget(
                config.load().bodyBytes().orElse(Runtime.getRuntime().maxMemory() / 4));
    }

    @Produces
    @Singleton
    SlowBodies slowBodies(WafConfig config) {
        return SlowBodies.start(config.load().bodyPeriod(), config.load().bodyRate());
    }

    void close(@Disposes SlowBodies slow) {
        slow.close();
    }

    /** The consumers of finished transactions. */
    @Produces
    @Singleton
    FinishedTransactions finished(AuditLog audit, LogLimits limits, RecentEvents recent) {
        return new ErrorLog(limits).and(audit::take).and(recent::take);
    }

    @Produces
    @Singleton
    RecentEvents recentEvents() {
        return new RecentEvents(InstantSource.system());
    }

    @Produces
    @Singleton
    LogLimits logLimits(WafConfig config) {
        WafConfig.Log log = config.log();
        return new LogLimits(log.rules(), log.valueBytes(), log.recordBytes());
    }

    @Produces
    @Singleton
    Inspection.Shared shared(
            Surroundings surroundings,
            BodyBudget bodies,
            FinishedTransactions finished,
            Policies policies,
            Admission admission,
            MeterRegistry meters) {
        return new Inspection.Shared(
                surroundings, bodies, finished, new MeteredInspections(meters, policies, admission, bodies));
    }

    @Produces
    @Singleton
    PolicyFeed feed(WafConfig config, ServiceTls tls, Policies policies) {
        XdsNode node =
                new XdsNode(config.replica().orElseGet(() -> XdsNode.hostName("waf-svc")), FLEET, "waf-svc", "1");
        return new PolicyFeed(config.xds().address(), tls.client(), node, policies);
    }

    /** The subscription begins with the application, not with the first request. */
    void start(
            @Observes StartupEvent event, PolicyFeed feed, WafConfig config, @GrpcService ExternalProcessing processing)
            throws IOException {
        if (config.rehearse()) {
            Rehearsal.of(new InstalledRuleSets(config.coreRuleSets()));
        }
        feed.state();
        if (config.socket().isPresent()) {
            socket = Optional.of(SocketServer.start(config.socket().get(), processing));
        }
    }

    void stop(@Observes ShutdownEvent event) throws IOException, InterruptedException {
        if (socket.isPresent()) {
            socket.get().close();
        }
    }

    void close(@Disposes PolicyFeed feed) {
        feed.close();
    }
}
