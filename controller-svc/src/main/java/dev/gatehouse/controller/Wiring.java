package dev.gatehouse.controller;

import dev.gatehouse.controller.backend.BackendAddresses;
import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.config.EnvoyGatewayFile;
import dev.gatehouse.controller.control.ChangeTraces;
import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.extensionserver.ExtensionServers;
import dev.gatehouse.controller.files.FileSource;
import dev.gatehouse.controller.gateway.LimitCalls;
import dev.gatehouse.controller.gateway.TableForm;
import dev.gatehouse.controller.hookgrpc.GrpcHookCalls;
import dev.gatehouse.controller.infrastructure.InfrastructureSettings;
import dev.gatehouse.controller.kubernetes.CertificateSecrets;
import dev.gatehouse.controller.kubernetes.Cluster;
import dev.gatehouse.controller.kubernetes.Leadership;
import dev.gatehouse.controller.kubernetes.WatchedNamespaces;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.controller.wasm.WasmFetcher;
import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.ReportTopic;
import dev.gatehouse.events.SealRing;
import dev.gatehouse.gatewayapi.security.Cidr;
import dev.gatehouse.identity.KeyMaterial;
import dev.gatehouse.identity.TransportCredentials;
import dev.gatehouse.identity.quarkus.ServiceTls;
import dev.gatehouse.tracing.Tracing;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Puts controller-svc together. */
final class Wiring {
    /** The time limit of a call to an extension server, retries included. */
    private static final Duration HOOK_DEADLINE = Duration.ofSeconds(10);

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
        return settingsOf(config);
    }

    static Settings settingsOf(ControllerConfig config) {
        Settings.Infrastructure infrastructure = switch (config.source()) {
            case FILES -> new Settings.Infrastructure.Host();
            case KUBERNETES -> new Settings.Infrastructure.Cluster(fleets(config));
        };
        Optional<EnvoyGatewayFile> file = config.config().map(Wiring::configuration);
        return new Settings(
                config.names(),
                config.privilegedPorts() ? port -> port : Settings::shiftPrivileged,
                new Settings.Callouts(
                        CalloutAddress.parse(config.ratelimitAddress()),
                        CalloutAddress.parse(config.wafAddress()),
                        CalloutAddress.parse(config.authzAddress()),
                        config.calloutTls()),
                infrastructure,
                infrastructure
                        .backendAddresses(
                                config.extensionApis().backend(),
                                config.ownPorts().orElse(Set.of()))
                        .resolvingAllBut(unresolved(config)),
                new Settings.Extensions(
                        config.extensionApis().envoyPatchPolicy(),
                        config.extensionApis().lua(),
                        config.extensionApis().sdsSecretRef(),
                        "http://" + config.wasm().address() + "/wasm",
                        true,
                        file.map(EnvoyGatewayFile::servers).orElse(ExtensionServers.NONE)),
                new Settings.Configured(
                        file.flatMap(EnvoyGatewayFile::proxy),
                        new LimitCalls(
                                config.limits().timeout(), config.limits().failClosed()),
                        config.proxyTracing().map(ProxyTracing::parse)),
                TableForm.BY_HOST);
    }

    private static EnvoyGatewayFile configuration(Path file) {
        try {
            // Warnings about the file were already logged when the settings were read.
            return EnvoyGatewayFile.read(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    private static List<Cidr> unresolved(ControllerConfig config) {
        return config.dynamicResolver()
                .refuses()
                .map(texts -> texts.stream()
                        .map(text -> Cidr.parse(text.strip())
                                .orElseThrow(() ->
                                        new IllegalArgumentException("gatehouse.controller.dynamic-resolver.refuses: \""
                                                + text + "\" is no range of addresses (expected: address/length).")))
                        .toList())
                .orElse(BackendAddresses.NEVER_RESOLVED);
    }

    private static InfrastructureSettings fleets(ControllerConfig config) {
        return new InfrastructureSettings(
                config.kubernetes().namespace(),
                config.fleet().gatewayNamespace(),
                config.fleet().clusterDomain(),
                config.fleet().proxyImage(),
                config.fleet().shutdownManagerImage(),
                config.fleet().xdsTls());
    }

    @Produces
    @Singleton
    WasmFetcher wasm(ControllerConfig config) {
        return new WasmFetcher(
                config.wasm().cache().orElse(Path.of(System.getProperty("java.io.tmpdir"), "gatehouse-wasm")),
                WasmFetcher.Limits.USUAL);
    }

    @Produces
    @Singleton
    GrpcHookCalls hookCalls() {
        return new GrpcHookCalls(HOOK_DEADLINE);
    }

    @Produces
    @Singleton
    Controller controller(
            Settings settings,
            ConfigLog log,
            WasmFetcher wasm,
            GrpcHookCalls calls,
            Tracing tracing,
            ControllerConfig config) {
        InstantSource clock = InstantSource.system();
        return new Controller(
                settings, log, clock, wasm, calls, new ChangeTraces(tracing, config.tracedChangesPerMinute(), clock));
    }

    @Produces
    @Singleton
    FileSource files(ControllerConfig config, Settings settings, Controller controller) {
        List<Path> roots =
                config.files().orElse(List.of()).stream().map(Path::of).toList();
        return new FileSource(
                roots,
                settings.controllerName(),
                controller,
                InstantSource.system(),
                settings.extensions().servers().kinds());
    }

    /** Created on Kubernetes only: a controller that reads files has no cluster. */
    @Produces
    @Singleton
    Cluster cluster(
            ControllerConfig config,
            Settings settings,
            Controller controller,
            ServiceTls tls,
            SealRing seal,
            Instance<KubernetesClient> client) {
        return new Cluster(
                client.get(),
                controller,
                Set.copyOf(settings.controllerNames()),
                new Cluster.Replica(
                        config.kubernetes().namespace(),
                        config.kubernetes().lease(),
                        config.kubernetes().identity(),
                        timing(config.kubernetes().leaderElection())),
                fleets(config),
                config.kubernetes().secretNamespaces().orElse(List.of()),
                settings.extensions().servers().kinds(),
                new WatchedNamespaces(
                        config.kubernetes().namespace(),
                        config.kubernetes().namespaces().orElse(List.of()),
                        config.kubernetes().namespaceSelector()),
                tls.credentials()
                        .map(credentials -> new CertificateSecrets.Identity(
                                config.kubernetes().namespace(), material -> use(credentials, material), seal::use)));
    }

    private static Leadership.Timing timing(ControllerConfig.Kubernetes.LeaderElection election) {
        return new Leadership.Timing(
                election.leaseDuration(), election.renewDeadline(), election.retryPeriod(), election.enabled());
    }

    private static void use(TransportCredentials credentials, KeyMaterial material) {
        try {
            credentials.use(material);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "the certificate of controller-svc cannot be used: " + e.getMessage(), e);
        }
    }

    @Produces
    @Singleton
    Standing standing(ControllerConfig config, Instance<Cluster> cluster) {
        return new Standing(
                switch (config.source()) {
                    case FILES -> () -> true;
                    case KUBERNETES -> cluster.get().leadership()::serves;
                });
    }

    void start(
            @Observes StartupEvent event,
            Controller controller,
            FileSource files,
            MemoryConfigLog log,
            ReportTopic reports,
            ControllerConfig config,
            Instance<Cluster> cluster,
            QuietHeap heap,
            MeterRegistry meters)
            throws IOException, InterruptedException {
        new MeteredController(controller, files, meters);
        MeteredCertificates certificates = new MeteredCertificates(meters);
        controller.watchResources(certificates::take);
        controller.watch(view -> {
            // Extension servers must answer before the first publication: without their resources the proxies would
            // lose what an earlier replica gave them.
            if (view.taken() > 0 && controller.settled(config.source() == ControllerConfig.Source.KUBERNETES)) {
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
        switch (config.source()) {
            case FILES -> files.start();
            case KUBERNETES -> {
                // A replica that lost leadership may still serve streams to an xds-svc, which would not get the new
                // leader's configuration.
                cluster.get().leadership().onOvertaken(() -> Quarkus.asyncExit(1));
                cluster.get().start(meters);
                heap.start();
            }
        }
    }

    @Produces
    @Singleton
    QuietHeap heap() {
        return new QuietHeap();
    }

    void close(@Disposes QuietHeap heap) {
        heap.close();
    }

    void stop(@Observes ShutdownEvent event, FileSource files) throws Exception {
        files.close();
    }

    void close(@Disposes Cluster cluster) throws InterruptedException {
        cluster.close();
    }

    void close(@Disposes GrpcHookCalls calls) {
        calls.close();
    }

    void close(@Disposes WasmFetcher wasm) {
        wasm.close();
    }

    void close(@Disposes Controller controller) {
        controller.close();
    }
}
