package dev.gatehouse.controller;

import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.files.FileSource;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.controller.translate.Settings.Address;
import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.ReportTopic;
import dev.gatehouse.events.SealRing;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;

/** Puts controller-svc together. */
final class Wiring {
    @Produces
    @Singleton
    MemoryConfigLog configLog() {
        return MemoryConfigLog.loading(UUID.randomUUID().toString());
    }

    @Produces
    @Singleton
    ReportTopic reports() {
        return new ReportTopic();
    }

    @Produces
    @Singleton
    SealRing seal(ControllerConfig config) {
        return new SealRing(config.seal().file(), config.seal().keys(), InstantSource.system());
    }

    @Produces
    @Singleton
    Settings settings(ControllerConfig config) {
        return new Settings(
                config.names(),
                config.privilegedPorts() ? port -> port : Settings::shiftPrivileged,
                new Settings.Callouts(
                        Address.parse(config.ratelimitAddress()),
                        Address.parse(config.wafAddress()),
                        Address.parse(config.authzAddress())));
    }

    @Produces
    @Singleton
    Controller controller(Settings settings, ConfigLog log) {
        return new Controller(settings, log, InstantSource.system());
    }

    @Produces
    @Singleton
    FileSource files(ControllerConfig config, Settings settings, Controller controller) {
        List<Path> roots =
                config.files().orElse(List.of()).stream().map(Path::of).toList();
        return new FileSource(roots, settings.controllerName(), controller);
    }

    void start(
            @Observes StartupEvent event,
            Controller controller,
            FileSource files,
            MemoryConfigLog log,
            ReportTopic reports,
            MeterRegistry meters)
            throws IOException, InterruptedException {
        Gauge.builder(
                        "gatehouse.controller.gateways",
                        controller,
                        c -> c.view().gateways().size())
                .description("Gateways that are served")
                .register(meters);
        Gauge.builder("gatehouse.controller.derivations", controller, Controller::derivations)
                .description("Derivations since the start: what changes have cost")
                .register(meters);
        Gauge.builder(
                        "gatehouse.controller.problems",
                        files,
                        source -> source.contents().problems().size())
                .description("Problems in the texts of the files")
                .register(meters);
        controller.watch(view -> {
            if (view.taken() > 0) {
                log.loaded();
            }
        });
        reports.subscribe(report -> {
            try {
                controller.submit(report);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        files.start();
    }

    void stop(@Observes ShutdownEvent event, FileSource files) throws Exception {
        files.close();
    }

    void close(@Disposes Controller controller) {
        controller.close();
    }
}
