package dev.gatehouse.authz;

import dev.gatehouse.authz.basic.PasswordChecks;
import dev.gatehouse.authz.bcrypt.FavreBcrypt;
import dev.gatehouse.authz.grpc.DecisionRecord;
import dev.gatehouse.authz.xds.PolicySubscriber;
import dev.gatehouse.identity.quarkus.ServiceTls;
import dev.gatehouse.xdsclient.XdsNode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Puts authz-svc together. */
final class Wiring {
    private static final String FLEET = "gatehouse/authz";
    private static final int KEY_BYTES = 32;

    @Produces
    @Singleton
    PasswordThreads threads(AuthzConfiguration config, MeterRegistry meters) {
        PasswordThreads threads =
                new PasswordThreads(config.bcrypt().threads(), config.bcrypt().queue());
        Gauge.builder("gatehouse.authz.bcrypt.waiting", threads, PasswordThreads::waiting)
                .description("Passwords that wait for a thread to be checked")
                .register(meters);
        return threads;
    }

    @Produces
    @Singleton
    PolicySubscriber policies(PasswordThreads threads, AuthzConfiguration config) {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return new PolicySubscriber(new PasswordChecks(
                new FavreBcrypt(),
                threads,
                key,
                config.bcrypt().remembered(),
                config.bcrypt().maxRemembered(),
                InstantSource.system()));
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
    DecisionRecord record(MeterRegistry meters) {
        return new AccessLog(meters);
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

    void close(@Disposes PasswordThreads threads) {
        threads.close();
    }
}
