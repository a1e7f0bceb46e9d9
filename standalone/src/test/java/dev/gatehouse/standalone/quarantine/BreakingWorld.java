package dev.gatehouse.standalone.quarantine;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.gateway.TableForm;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.events.ReportTopic;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import dev.gatehouse.xds.grpc.StreamMetrics;
import dev.gatehouse.xds.grpc.XdsServer;
import dev.gatehouse.xds.snapshot.SnapshotStore;
import dev.gatehouse.xds.stream.StreamSettings;
import dev.gatehouse.xds.view.SubscriberRegistry;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The controller, xds-svc and a real Envoy, with a {@link BreakingLog} between the first two; and a backend. */
final class BreakingWorld implements AutoCloseable {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final String FLEET = "default/gw";

    private final HttpServer backend;
    private final ReportTopic topic = new ReportTopic();
    private final AtomicLong reports = new AtomicLong();
    private final AtomicLong applied = new AtomicLong();
    private final BreakingLog log = new BreakingLog(UUID.randomUUID().toString());
    private final Controller controller;
    private final Subscription following;
    private final XdsServer xds;
    private final Server grpc;
    private final HttpClient web = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(20))
            .build();
    private final int tcpPort;
    private final List<Integer> ports;
    private long generation;
    private long ticket;
    private @Nullable RealEnvoy envoy;

    BreakingWorld() throws IOException, InterruptedException {
        backend = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
        backend.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        backend.start();
        List<Integer> free = FreePorts.some(3);
        ports = free.subList(0, 2);
        tcpPort = free.get(2);
        CalloutAddress nobody = new CalloutAddress("127.0.0.1", FreePorts.one());
        controller = new Controller(
                new Settings(
                                List.of(Settings.CONTROLLER_NAME),
                                port -> port,
                                new Settings.Callouts(nobody, nobody, nobody))
                        .with(Settings.Extensions.OFFLINE.withPatches(true))
                        .with(TableForm.BY_HOST),
                log,
                InstantSource.system());
        topic.subscribe(this::hand);
        SnapshotStore store = new SnapshotStore();
        following = log.follow(Optional.empty(), store);
        xds = new XdsServer(
                store,
                new SubscriberRegistry(),
                topic,
                StreamMetrics.NONE,
                new StreamSettings(Duration.ofMillis(300), Duration.ofSeconds(10), Duration.ofSeconds(30)),
                "replica",
                InstantSource.system());
        grpc = NettyServerBuilder.forAddress(new InetSocketAddress(LOOPBACK, 0))
                .addService(new Ads(xds))
                .build()
                .start();
        put("""
            apiVersion: gateway.networking.k8s.io/v1
            kind: GatewayClass
            metadata: {name: gatehouse}
            spec: {controllerName: %s}
            """.formatted(Settings.CONTROLLER_NAME)
                + service("app")
                + service(Breakage.CLUSTER)
                + service(Breakage.ENDPOINTS));
    }

    private void hand(DataPlaneReport report) {
        reports.incrementAndGet();
        try {
            controller.submit(report);
            if (report.hasApplied()) {
                applied.set(report.getApplied().getOffset());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String service(String name) {
        return """
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: %1$s, namespace: default}
            spec: {ports: [{port: 80}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: %1$s, namespace: default, labels: {kubernetes.io/service-name: %1$s}}
            addressType: IPv4
            endpoints: [{addresses: [127.0.0.1]}]
            ports: [{port: %2$d}]
            """.formatted(name, backend.getAddress().getPort());
    }

    /** The Gateway with two listeners for HTTP and, where it is wanted, one for TCP. */
    static String gateway(List<Integer> ports, Optional<Integer> tcp) {
        return """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: gw, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners:
              - {name: one, protocol: HTTP, port: %d}
              - {name: two, protocol: HTTP, port: %d}
            """.formatted(ports.getFirst(), ports.getLast())
                + tcp.map(port -> "  - {name: tcp, protocol: TCP, port: " + port + "}\n")
                        .orElse("");
    }

    List<Integer> ports() {
        return ports;
    }

    int tcpPort() {
        return tcpPort;
    }

    /** Puts all objects of a YAML text at once. */
    void put(String yaml) throws InterruptedException {
        List<Change> changes = new ArrayList<>();
        for (Node.Mapping document : YamlDocuments.read("objects.yaml", yaml).documents()) {
            changes.add(change(document));
        }
        ticket = controller.submit(changes);
    }

    private Change change(Node.Mapping document) {
        String apiVersion = ((Node.Scalar) document.get("apiVersion").orElseThrow()).text();
        String name = ((Node.Scalar) document.get("kind").orElseThrow()).text();
        String group = apiVersion.contains("/") ? apiVersion.substring(0, apiVersion.indexOf('/')) : "";
        Kind<?> kind = Kinds.find(group, name).orElseThrow();
        return switch (ResourceReader.read(kind, document)) {
            case ResourceReader.Reading.Readable<?> readable -> new Change.Put(kind, readable.resource());
            case ResourceReader.Reading.Broken<?> broken ->
                throw new AssertionError(broken.object() + " cannot be read");
        };
    }

    void remove(Kind<?> kind, String name) throws InterruptedException {
        controller.submit(List.of(new Change.Remove(kind, new ObjectKey("default", name))));
    }

    /** Starts Envoy, in the place of one that runs. */
    void startEnvoy() {
        stopEnvoy();
        generation++;
        envoy = RealEnvoy.fromXds("proxy-" + generation, FLEET, grpc.getPort());
        envoy.awaitReady();
    }

    /** Another proxy of the fleet, which refuses everything. */
    Naysayer naysayer() {
        return new Naysayer(grpc.getPort(), FLEET);
    }

    void stopEnvoy() {
        RealEnvoy running = envoy;
        if (running != null) {
            running.close();
            envoy = null;
        }
    }

    /** The answer of a port. */
    HttpResponse<Void> get(int port, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .build();
        return web.send(request, BodyHandlers.discarding());
    }

    /** The objects whose status names a proxy's refusal. */
    Set<ObjectRef> culprits() {
        return controller.view().statuses().entrySet().stream()
                .filter(entry -> entry.getValue().toString().contains("A proxy refused it"))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** What the status of an object says. */
    String status(ObjectRef object) {
        return Objects.toString(controller.view().statuses().get(object));
    }

    /** Whether every proxy has acknowledged the Gateway's present generation. */
    boolean programmed() {
        return Objects.toString(
                        controller.view().statuses().get(ObjectRef.of(Kinds.GATEWAY, new ObjectKey("default", "gw"))))
                .contains("Every connected proxy has the configuration");
    }

    /** Waits until the controller has been told that all of what it published is accepted: that is what it falls back to. */
    void awaitApplied() {
        await(
                () -> controller.view().taken() >= ticket
                        && applied.get()
                                >= Objects.requireNonNull(
                                                controller.view().published().get(FLEET))
                                        .offset(),
                () -> "accepted up to " + applied + " only");
    }

    /** Waits for a condition as long as proxies say something. */
    void await(Await.Condition condition, Supplier<String> describe) {
        Await.orSilent(
                condition,
                reports::get,
                () -> describe.get() + "; refused: " + culprits() + "; "
                        + controller.view().statuses());
    }

    @Override
    public void close() {
        stopEnvoy();
        xds.close();
        grpc.shutdownNow();
        following.close();
        controller.close();
        web.close();
        backend.stop(0);
    }

    private static final class Ads extends AggregatedDiscoveryServiceImplBase {
        private final XdsServer xds;

        Ads(XdsServer xds) {
            this.xds = xds;
        }

        @Override
        public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
                StreamObserver<DeltaDiscoveryResponse> responses) {
            return xds.delta(Optional.empty(), responses);
        }
    }
}
