package dev.gatehouse.authz;

import dev.gatehouse.authz.argon2.BouncyArgon2;
import dev.gatehouse.authz.audit.AuditConfig;
import dev.gatehouse.authz.audit.AuditTrail;
import dev.gatehouse.authz.basic.PasswordChecks;
import dev.gatehouse.authz.basic.SlowHashes;
import dev.gatehouse.authz.bcrypt.FavreBcrypt;
import dev.gatehouse.authz.oidc.SignOns;
import dev.gatehouse.authz.policy.Subjects;
import dev.gatehouse.authz.redis.RedisSessionStore;
import dev.gatehouse.authz.session.MemorySessionStore;
import dev.gatehouse.authz.session.Pause;
import dev.gatehouse.authz.session.SessionVault;
import dev.gatehouse.authz.spans.TracedProviderHttp;
import dev.gatehouse.authz.spans.TracedSessionStore;
import dev.gatehouse.authz.vertx.VertxProviderHttp;
import dev.gatehouse.authz.xds.PolicySubscriber;
import dev.gatehouse.identity.quarkus.ServiceTls;
import dev.gatehouse.redis.RedisSettings;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.xdsclient.XdsNode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Puts authz-svc together. */
final class Wiring {
    private static final String FLEET = "gatehouse/authz";
    private static final int KEY_BYTES = 32;

    @Produces
    @Singleton
    HashThreads threads(AuthzConfiguration config, MeterRegistry meters) {
        PasswordThreads bcrypt = new PasswordThreads(
                "bcrypt", config.bcrypt().threads(), config.bcrypt().queue());
        PasswordThreads argon2 = new PasswordThreads(
                "argon2", config.argon2().threads(), config.argon2().queue());
        Gauge.builder("gatehouse.authz.bcrypt.waiting", bcrypt, PasswordThreads::waiting)
                .description("Passwords that wait for a thread to be checked")
                .register(meters);
        Gauge.builder("gatehouse.authz.argon2.waiting", argon2, PasswordThreads::waiting)
                .description("Passwords that wait for a thread to be checked by argon2")
                .register(meters);
        return new HashThreads(bcrypt, argon2);
    }

    @Produces
    @Singleton
    PolicySubscriber policies(HashThreads threads, AuthzConfiguration config, SignOns signOns) {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return new PolicySubscriber(
                new PasswordChecks(
                        new SlowHashes(new FavreBcrypt(), threads.bcrypt(), BouncyArgon2.ofHeap(), threads.argon2()),
                        key,
                        config.bcrypt().remembered(),
                        config.bcrypt().maxRemembered(),
                        InstantSource.system()),
                signOns);
    }

    @Produces
    @Singleton
    KeyFolder keys(AuthzConfiguration config, Vertx vertx) {
        return new KeyFolder(config.session().keys(), vertx, new SecureRandom());
    }

    @Produces
    @Singleton
    SignOnStores stores(AuthzConfiguration config, Vertx vertx) {
        InstantSource clock = InstantSource.system();
        return new SignOnStores(
                new MemorySessionStore(config.session().maxInMemory(), clock),
                RedisSettings.of(config.redis())
                        .map(redis -> new RedisSessionStore(
                                vertx, redis, config.redis().prefix(), clock, new SecureRandom())));
    }

    @Produces
    @Singleton
    SignOns signOns(
            SignOnStores stores,
            KeyFolder keys,
            AuthzConfiguration config,
            Vertx vertx,
            AccessLog log,
            Tracing tracing) {
        InstantSource clock = InstantSource.system();
        SecureRandom random = new SecureRandom();
        Pause pause = duration -> Tracing.keep(vertx.timer(duration.toMillis(), TimeUnit.MILLISECONDS)
                .<Void>mapEmpty()
                .toCompletionStage());
        int near = config.session().near();
        return new SignOns(
                connection -> new TracedProviderHttp(new VertxProviderHttp(vertx, connection), tracing),
                new SessionVault(stores.memory(), near, clock, random, pause),
                stores.redis()
                        .map(redis -> new SessionVault(
                                new TracedSessionStore(redis, "redis", tracing), near, clock, random, pause)),
                keys,
                clock,
                random,
                log);
    }

    @Produces
    @Singleton
    PolicySource source(PolicySubscriber policies, ServiceTls tls, AuthzConfiguration config) {
        XdsNode node =
                new XdsNode(config.nodeId().orElseGet(() -> XdsNode.hostName("authz-svc")), FLEET, "authz-svc", "");
        return new PolicySource(config.xds().address(), tls.client(), node, policies);
    }

    @Produces
    @Singleton
    AccessLog log(MeterRegistry meters, AuditTrail audit) {
        return new AccessLog(meters, audit);
    }

    @Produces
    @Singleton
    Subjects subjects(AuditConfig config, KeyFolder keys) {
        Optional<byte[]> own = config.subjectKey().map(KeyFolder::required);
        return new Subjects(config.subject(), () -> own.orElseGet(keys::subjects));
    }

    /** Subscribes at start, not at the first request: asking for the state makes the source. */
    void start(@Observes StartupEvent event, PolicySource source) {
        System.getLogger(Wiring.class.getName())
                .log(
                        System.Logger.Level.INFO,
                        "authz-svc waits for its policies; connected to the xDS server: {0}.",
                        source.state().connected());
    }

    void close(@Disposes PolicySource source) {
        source.close();
    }

    void close(@Disposes SignOnStores stores) {
        stores.close();
    }

    void close(@Disposes KeyFolder keys) {
        keys.close();
    }

    void close(@Disposes HashThreads threads) {
        threads.close();
    }
}
