package dev.gatehouse.controller;

import dev.gatehouse.console.ConsoleSource;
import dev.gatehouse.console.LiveTraffic;
import dev.gatehouse.controller.console.ControllerConsole;
import dev.gatehouse.controller.console.ReportedSite;
import dev.gatehouse.controller.console.Site;
import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.files.FileSource;
import dev.gatehouse.controller.infrastructure.InfrastructureSettings;
import dev.gatehouse.controller.kubernetes.ProxyPods;
import dev.gatehouse.events.LatestReports;
import dev.gatehouse.events.ReportTopic;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Optional;

/** The console of controller-svc as a process of its own. Standalone mode has a source of its own, which also sees the other services. */
final class ConsoleWiring {
    /** Created when the console is first opened: the report topic brings late subscribers up to date. */
    @Produces
    @Singleton
    @DefaultBean
    ConsoleSource console(
            Controller controller,
            ReportTopic reports,
            FileSource files,
            ControllerConfig config,
            Instance<KubernetesClient> client) {
        LatestReports latest = new LatestReports();
        reports.subscribe(latest::take);
        Site site = switch (config.source()) {
            case FILES -> new ReportedSite("controller-svc, files", latest, files, Optional.empty(), Optional.empty());
            case KUBERNETES -> {
                ProxyPods pods = new ProxyPods(
                        client.get(),
                        config.fleet().gatewayNamespace()
                                ? Optional.empty()
                                : Optional.of(config.kubernetes().namespace()),
                        InfrastructureSettings.METRICS_PORT);
                yield new ReportedSite(
                        "controller-svc, " + config.kubernetes().identity(),
                        latest,
                        files,
                        Optional.of(new LiveTraffic(pods::counters, InstantSource.system())),
                        Optional.of(pods));
            }
        };
        return new ControllerConsole(controller, site);
    }
}
