package dev.gatehouse.standalone.run;

import dev.gatehouse.console.RecentRefusals;
import dev.gatehouse.console.RefusalLine;
import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.control.ControllerView;
import dev.gatehouse.controller.files.FileSource;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.infrastructure.HostProxy;
import dev.gatehouse.envoyprocess.EnvoyBinary;
import dev.gatehouse.envoyprocess.EnvoyLocator;
import dev.gatehouse.envoyprocess.EnvoyProcess;
import dev.gatehouse.envoyprocess.EnvoyUnavailable;
import dev.gatehouse.gatewayapi.EndpointSlice;
import dev.gatehouse.gatewayapi.Metadata;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.standalone.backends.BackendRequest;
import dev.gatehouse.standalone.backends.BuiltInBackends;
import dev.gatehouse.standalone.fleet.Applied;
import dev.gatehouse.standalone.fleet.EnvoyFleet;
import dev.gatehouse.standalone.fleet.ListenerAddress;
import dev.gatehouse.standalone.fleet.PortProblem;
import dev.gatehouse.standalone.fleet.ProxySpec;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * The running instance: follows the controller with Envoys and built-in backends, and tells the terminal.
 *
 * <p>What follows the controller is done by one thread, for the newest state: states that are overtaken are passed over.
 */
public final class Standalone implements QuarkusApplication {
    private static final Duration READY_AT_MOST = Duration.ofSeconds(20);

    private final RecentLines recent;
    private final Controller controller;
    private final FileSource files;
    private final Instance instance;
    private final RecentRefusals refused;
    private final BuiltInBackends backends = new BuiltInBackends();
    private final ExecutorService follower = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("standalone").daemon().factory());
    private final AtomicBoolean queued = new AtomicBoolean();
    private final CompletableFuture<Boolean> serving = new CompletableFuture<>();
    private final Set<String> told = new HashSet<>();
    private final ProxyOutput output = new ProxyOutput();

    Standalone(Controller controller, FileSource files, Instance instance, RecentRefusals refused, RecentLines recent) {
        this.recent = recent;
        this.refused = refused;
        this.controller = controller;
        this.files = files;
        this.instance = instance;
    }

    @Override
    public int run(String... arguments) throws Exception {
        StandaloneOptions options = StandaloneOptions.of(arguments);
        EnvoyBinary binary;
        try {
            binary = EnvoyLocator.ofEnvironment(line -> System.err.println("gatehouse: " + line))
                    .locate(options.envoy());
        } catch (EnvoyUnavailable e) {
            System.err.println("gatehouse: " + e.getMessage());
            return 1;
        }
        EnvoyFleet fleet = new EnvoyFleet(
                binary,
                new EnvoyFleet.Settings(options.services(), options.logLevel(), 0, options.drainTime()),
                (name, line) -> print(name, line, options.accessLog()));
        instance.runs(fleet, binary);
        try {
            controller.watch(_ -> followSoon(fleet));
            followSoon(fleet);
            boolean ports = awaitServing(fleet);
            if (!ports) {
                return 1;
            }
            System.out.print(StatusText.of(instance.status(), true));
            System.out.println("Ctrl-C ends it. In another terminal: gatehouse status");
            tellLauncher();
            Quarkus.waitForExit();
            return 0;
        } finally {
            follower.shutdownNow();
            fleet.close();
            backends.close();
            instance.ended();
        }
    }

    /** The launcher waits for this file with what may follow the first answer (system property {@code gatehouse.started}: its path). */
    private static void tellLauncher() {
        String file = System.getProperty("gatehouse.started");
        if (file != null) {
            try {
                Files.writeString(Path.of(file), "");
            } catch (IOException e) {
                System.err.println("gatehouse: " + file + " could not be written (" + e + ")");
            }
        }
    }

    private void print(String gateway, String line, boolean accessLog) {
        recent.add(gateway, line);
        RefusalLine.read(gateway, line).ifPresent(refused::add);
        switch (output.kind(gateway, line)) {
            case DEFAULT_ACCESS_LOG -> {
                if (accessLog) {
                    System.out.println(line);
                }
            }
            case WANTED -> System.out.println(line);
            case MESSAGE -> System.err.println("envoy " + gateway + ": " + line);
        }
    }

    private void followSoon(EnvoyFleet fleet) {
        if (!queued.compareAndSet(false, true)) {
            return;
        }
        try {
            follower.execute(() -> {
                queued.set(false);
                follow(fleet, controller.view());
            });
        } catch (RejectedExecutionException e) {
            // The instance ends: nothing follows the controller any more.
        }
    }

    private void follow(EnvoyFleet fleet, ControllerView view) {
        if (!files.seenBy(view)) {
            return;
        }
        List<String> lines = new ArrayList<>(backends.apply(requests()));
        Map<String, List<ListenerAddress>> addresses = new TreeMap<>();
        Map<String, HostProxy> proxies = new HashMap<>();
        view.gateways().values().forEach(state -> {
            addresses.computeIfAbsent(state.fleet(), _ -> new ArrayList<>()).addAll(addresses(state));
            // Gateways that share a fleet have the same EnvoyProxy, their GatewayClass's.
            proxies.putIfAbsent(state.fleet(), new HostProxy(state.proxy().spec()));
        });
        output.ownAccessLogs(proxies.entrySet().stream()
                .filter(each ->
                        !each.getValue().settings().telemetry().accessLogs().isEmpty())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet()));
        addresses.values().removeIf(List::isEmpty);
        Applied applied = fleet.apply(addresses.entrySet().stream()
                .map(each -> new ProxySpec(
                        each.getKey(), each.getValue(), proxies.getOrDefault(each.getKey(), HostProxy.DEFAULT)))
                .toList());
        List<PortProblem> ports = applied.ports();
        ports.forEach(problem -> lines.add(problem.message()));
        lines.addAll(applied.refused());
        instance.problems(lines, applied.later());
        lines.addAll(applied.later());
        files.problems(view).stream().map(Problem::toString).forEach(lines::add);
        told.retainAll(lines);
        lines.stream().filter(told::add).forEach(line -> {
            recent.add(RecentLines.SERVICES, line);
            System.err.println("gatehouse: " + line);
        });
        if (!ports.isEmpty() && fleet.states().isEmpty()) {
            serving.complete(false);
        } else if (instance.allProgrammed(view)) {
            serving.complete(true);
        }
    }

    /** Waits until every Gateway serves; false if none can, since its ports are taken. */
    private boolean awaitServing(EnvoyFleet fleet) throws InterruptedException, ExecutionException {
        try {
            boolean served = serving.get(READY_AT_MOST.toMillis(), TimeUnit.MILLISECONDS);
            for (String gateway : fleet.states().keySet()) {
                Optional<EnvoyProcess> process = fleet.process(gateway);
                if (process.isPresent()) {
                    process.get().awaitReady(READY_AT_MOST);
                }
            }
            return served;
        } catch (TimeoutException e) {
            System.err.println("gatehouse: not everything is serving after " + READY_AT_MOST.toSeconds()
                    + " s; it goes on, and 'gatehouse status' tells what is missing");
            return true;
        }
    }

    private List<BackendRequest> requests() {
        List<BackendRequest> requests = new ArrayList<>();
        for (Found<?> found : files.contents().objects().values()) {
            Metadata metadata = found.resource().metadata();
            String app = metadata.annotations().get(BackendRequest.ANNOTATION);
            if (app != null && found.resource().spec() instanceof EndpointSlice slice) {
                requests.add(new BackendRequest(
                        metadata.key().namespace(),
                        metadata.key().name(),
                        app,
                        slice.endpoints().stream()
                                .flatMap(endpoint -> endpoint.addresses().stream())
                                .toList(),
                        slice.ports().stream()
                                .flatMap(port -> port.port().stream()
                                        .map(number -> new BackendRequest.Port(
                                                port.name().orElse(""), port.protocol(), number)))
                                .toList()));
            }
        }
        return requests;
    }

    private static List<ListenerAddress> addresses(GatewayState state) {
        List<ListenerAddress> listeners = new ArrayList<>();
        for (ListenerState listener : state.listeners()) {
            if (listener.serving()) {
                boolean udp = listener.protocol().orElseThrow() == ListenerState.Protocol.UDP;
                listeners.add(new ListenerAddress(
                        listener.key().name(),
                        InetAddress.ofLiteral("0.0.0.0"),
                        listener.boundPort(),
                        udp ? ListenerAddress.Transport.UDP : ListenerAddress.Transport.TCP));
            }
        }
        return listeners;
    }
}
