package dev.gatehouse.controller;

import dev.gatehouse.console.ConsoleSource;
import dev.gatehouse.controller.console.ControllerConsole;
import dev.gatehouse.controller.console.ReportedSite;
import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.files.FileSource;
import dev.gatehouse.events.LatestReports;
import dev.gatehouse.events.ReportTopic;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The console of controller-svc as a process of its own. Standalone mode has a source of its own, which also sees the other services. */
final class ConsoleWiring {
    /** Created when the console is first opened: the report topic brings late subscribers up to date. */
    @Produces
    @Singleton
    @DefaultBean
    ConsoleSource console(Controller controller, ReportTopic reports, FileSource files, ControllerConfig config) {
        LatestReports latest = new LatestReports();
        reports.subscribe(latest::take);
        String name = "controller-svc, "
                + switch (config.source()) {
                    case FILES -> "files";
                    case KUBERNETES -> config.kubernetes().identity();
                };
        return new ControllerConsole(controller, new ReportedSite(name, latest, files));
    }
}
