package dev.gatehouse.waf;

import dev.gatehouse.identity.quarkus.ServiceTls;
import dev.gatehouse.seclang.Surroundings;
import dev.gatehouse.waf.inspection.InspectionMetrics;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.xdsclient.XdsNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Map;

/** Puts waf-svc together. */
final class Wiring {
    private static final String FLEET = "gatehouse/waf";

    @Produces
    @Singleton
    Policies policies() {
        return new Policies();
    }

    /** Persistent collections are this replica's. */
    @Produces
    @Singleton
    Surroundings surroundings() {
        return new Surroundings(InstantSource.system(), Map.of());
    }

    @Produces
    @Singleton
    InspectionMetrics metrics(MeterRegistry meters, Policies policies) {
        return new MeteredInspections(meters, policies);
    }

    @Produces
    @Singleton
    PolicyFeed feed(WafConfig config, ServiceTls tls, Policies policies) {
        XdsNode node =
                new XdsNode(config.replica().orElseGet(() -> XdsNode.hostName("waf-svc")), FLEET, "waf-svc", "1");
        return new PolicyFeed(config.xds().address(), tls.client(), node, policies);
    }

    /** The subscription begins with the application, not with the first request. */
    void start(@Observes StartupEvent event, PolicyFeed feed) {
        feed.state();
    }

    void close(@Disposes PolicyFeed feed) {
        feed.close();
    }
}
