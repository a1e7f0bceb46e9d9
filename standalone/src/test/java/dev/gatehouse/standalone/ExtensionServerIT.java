package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.api.extension.v1.EnvoyGatewayExtensionGrpc;
import dev.gatehouse.api.extension.v1.ExtensionResource;
import dev.gatehouse.api.extension.v1.PostClusterModifyRequest;
import dev.gatehouse.api.extension.v1.PostClusterModifyResponse;
import dev.gatehouse.api.extension.v1.PostEndpointsModifyRequest;
import dev.gatehouse.api.extension.v1.PostEndpointsModifyResponse;
import dev.gatehouse.api.extension.v1.PostHTTPListenerModifyRequest;
import dev.gatehouse.api.extension.v1.PostHTTPListenerModifyResponse;
import dev.gatehouse.api.extension.v1.PostRouteModifyRequest;
import dev.gatehouse.api.extension.v1.PostRouteModifyResponse;
import dev.gatehouse.api.extension.v1.PostTranslateModifyRequest;
import dev.gatehouse.api.extension.v1.PostTranslateModifyResponse;
import dev.gatehouse.api.extension.v1.PostVirtualHostModifyRequest;
import dev.gatehouse.api.extension.v1.PostVirtualHostModifyResponse;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real extension server in front of a real Envoy: each hook changes something that a client sees. The server is away at the start, and
 * once more at the end.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ExtensionServerIT {
    private static final String CONFIG = """
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyGateway
            gateway: {controllerName: gatehouse.dev/gatewayclass-controller}
            provider: {type: Kubernetes}
            extensionManager:
              name: marker
              resources: [{group: example.com, version: v1, kind: Greeting}]
              policyResources: [{group: example.com, version: v1, kind: Naming}]
              backendResources: [{group: example.com, version: v1, kind: Bucket}]
              hooks: {xdsTranslator: {post: [Route, VirtualHost, HTTPListener, Cluster, Endpoints, Translation]}}
              service: {ip: {address: 127.0.0.1, port: ${port}}}
            """;

    private static final String FILES = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners: [{name: http, protocol: HTTP, port: ${port}}]
            ---
            apiVersion: example.com/v1
            kind: Greeting
            metadata: {name: hello, namespace: default}
            spec: {text: ${text}}
            ---
            apiVersion: example.com/v1
            kind: Naming
            metadata: {name: server, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front}]
              serverName: named-by-policy
            ---
            apiVersion: example.com/v1
            kind: Bucket
            metadata: {name: files, namespace: default}
            spec: {port: ${backend}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: moved, namespace: default}
            spec: {endpoints: [{ip: {address: 127.0.0.1, port: 9}}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: r, namespace: default}
            spec:
              parentRefs: [{name: front}]
              rules:
              - matches: [{path: {value: /greeted}}]
                filters: [{type: ExtensionRef, extensionRef: {group: example.com, kind: Greeting, name: hello}}]
                backendRefs: [{group: example.com, kind: Bucket, name: files}]
              - matches: [{path: {value: ${path}}}]
                backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: moved}]
              - matches: [{path: {value: /lost}}]
                filters: [{type: ExtensionRef, extensionRef: {group: example.com, kind: Greeting, name: nobody}}]
                backendRefs: [{group: example.com, kind: Bucket, name: files}]
            """;

    private final List<Integer> ports = FreePorts.some(4);
    private final int port = ports.get(2);

    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private HttpServer backend;

    @SuppressWarnings("NullAway.Init")
    private Server extension;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    /** Changes what the objects of its own kinds say. */
    private final class Marker extends EnvoyGatewayExtensionGrpc.EnvoyGatewayExtensionImplBase {
        private JsonObject spec(List<ExtensionResource> objects) {
            return objects.isEmpty()
                    ? new JsonObject()
                    : new JsonObject(objects.getFirst().getUnstructuredBytes().toStringUtf8()).getJsonObject("spec");
        }

        private HeaderValueOption header(String name, String value) {
            return HeaderValueOption.newBuilder()
                    .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                    .build();
        }

        private LbEndpoint endpoint(int at) {
            return LbEndpoint.newBuilder()
                    .setEndpoint(Endpoint.newBuilder()
                            .setAddress(Address.newBuilder()
                                    .setSocketAddress(SocketAddress.newBuilder()
                                            .setAddress("127.0.0.1")
                                            .setPortValue(at))))
                    .build();
        }

        private <T> void answer(StreamObserver<T> to, T answer) {
            to.onNext(answer);
            to.onCompleted();
        }

        @Override
        public void postRouteModify(PostRouteModifyRequest request, StreamObserver<PostRouteModifyResponse> to) {
            List<ExtensionResource> greetings = request.getPostRouteContext().getExtensionResourcesList().stream()
                    .filter(each -> each.getUnstructuredBytes().toStringUtf8().contains("Greeting"))
                    .toList();
            Route.Builder route = request.getRoute().toBuilder();
            if (!greetings.isEmpty()) {
                route.addResponseHeadersToAdd(
                        header("x-greeting", spec(greetings).getString("text")));
            }
            answer(to, PostRouteModifyResponse.newBuilder().setRoute(route).build());
        }

        @Override
        public void postVirtualHostModify(
                PostVirtualHostModifyRequest request, StreamObserver<PostVirtualHostModifyResponse> to) {
            VirtualHost host = request.getVirtualHost().toBuilder()
                    .addResponseHeadersToAdd(header("x-host", "marked"))
                    .build();
            answer(
                    to,
                    PostVirtualHostModifyResponse.newBuilder()
                            .setVirtualHost(host)
                            .build());
        }

        @Override
        public void postHTTPListenerModify(
                PostHTTPListenerModifyRequest request, StreamObserver<PostHTTPListenerModifyResponse> to) {
            JsonObject policy = spec(request.getPostListenerContext().getExtensionResourcesList());
            Listener.Builder listener = request.getListener().toBuilder();
            try {
                for (FilterChain.Builder chain : listener.getFilterChainsBuilderList()) {
                    for (Filter.Builder filter : chain.getFiltersBuilderList()) {
                        if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
                            filter.setTypedConfig(
                                    Any.pack(filter.getTypedConfig().unpack(HttpConnectionManager.class).toBuilder()
                                            .setServerHeaderTransformation(
                                                    HttpConnectionManager.ServerHeaderTransformation.OVERWRITE)
                                            .setServerName(policy.getString("serverName", "unnamed"))
                                            .build()));
                        }
                    }
                }
            } catch (InvalidProtocolBufferException e) {
                to.onError(e);
                return;
            }
            answer(
                    to,
                    PostHTTPListenerModifyResponse.newBuilder()
                            .setListener(listener)
                            .build());
        }

        @Override
        public void postClusterModify(PostClusterModifyRequest request, StreamObserver<PostClusterModifyResponse> to) {
            JsonObject bucket = spec(request.getPostClusterContext().getBackendExtensionResourcesList());
            Cluster.Builder cluster = request.getCluster().toBuilder()
                    .clearEdsClusterConfig()
                    .setType(Cluster.DiscoveryType.STATIC)
                    .setLoadAssignment(ClusterLoadAssignment.newBuilder()
                            .setClusterName(request.getCluster().getName())
                            .addEndpoints(LocalityLbEndpoints.newBuilder()
                                    .addLbEndpoints(endpoint(bucket.getInteger("port")))));
            cluster.getCommonLbConfigBuilder().clearLocalityConfigSpecifier();
            answer(
                    to,
                    PostClusterModifyResponse.newBuilder().setCluster(cluster).build());
        }

        @Override
        public void postEndpointsModify(
                PostEndpointsModifyRequest request, StreamObserver<PostEndpointsModifyResponse> to) {
            ClusterLoadAssignment.Builder moved = request.getLoadAssignment().toBuilder();
            moved.getEndpointsBuilderList()
                    .forEach(locality -> locality.getLbEndpointsBuilderList()
                            .forEach(each -> each.getEndpointBuilder()
                                    .getAddressBuilder()
                                    .getSocketAddressBuilder()
                                    .setPortValue(backend.getAddress().getPort())));
            answer(
                    to,
                    PostEndpointsModifyResponse.newBuilder()
                            .setLoadAssignment(moved)
                            .build());
        }

        @Override
        public void postTranslateModify(
                PostTranslateModifyRequest request, StreamObserver<PostTranslateModifyResponse> to) {
            answer(
                    to,
                    PostTranslateModifyResponse.newBuilder()
                            .addAllClusters(request.getClustersList())
                            .addClusters(Cluster.newBuilder()
                                    .setName("added-by-the-extension")
                                    .setConnectTimeout(com.google.protobuf.Duration.newBuilder()
                                            .setSeconds(1)))
                            .addAllSecrets(request.getSecretsList())
                            .build());
        }
    }

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        backend.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        backend.start();
        folder = Files.createDirectory(temporary.resolve("objects"));
        Path config = temporary.resolve("config.yaml");
        Files.writeString(config, CONFIG.replace("${port}", Integer.toString(ports.get(3))));
        write("hello", "/moved");
        gatehouse = ChildJvm.start(
                "standalone",
                Map.of(),
                "run",
                "--config",
                config.toString(),
                folder.toString(),
                "--grpc-port",
                Integer.toString(ports.get(0)),
                "--admin-port",
                Integer.toString(ports.get(1)),
                "--envoy",
                RealEnvoy.binary().path().toString());
    }

    private void serve() throws IOException {
        extension = Grpc.newServerBuilderForPort(ports.get(3), InsecureServerCredentials.create())
                .addService(new Marker())
                .build()
                .start();
    }

    private void write(String text, String path) throws IOException {
        Path part = folder.resolve("part");
        Files.writeString(
                part,
                FILES.replace("${port}", Integer.toString(port))
                        .replace(
                                "${backend}",
                                Integer.toString(backend.getAddress().getPort()))
                        .replace("${text}", text)
                        .replace("${path}", path));
        Files.move(part, folder.resolve("all.yaml"), StandardCopyOption.REPLACE_EXISTING);
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        if (extension != null) {
            extension.shutdownNow();
        }
        if (backend != null) {
            backend.stop(0);
        }
    }

    private void await(Await.Condition condition) {
        Await.orSilent(condition, () -> gatehouse.lines().size(), () -> gatehouse.output());
    }

    /** The head of the response. */
    private String response(String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: any.test\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private String status() throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.get(1) + "/gatehouse/status"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    @Order(1)
    void whatNeverHadAnAnswerIsNotServedAndToldOfTheGateway() {
        await(() -> status().contains("ExtensionServerFailed") && status().contains("Extension server marker"));
    }

    @Test
    @Order(2)
    void eachHookChangesWhatAClientSees() throws Exception {
        serve();
        await(() -> response("/greeted").startsWith("HTTP/1.1 200 "));
        assertThat(response("/greeted"))
                .as("Route, VirtualHost, HTTPListener with a policy, Cluster")
                .contains("x-greeting: hello\r\n", "x-host: marked\r\n", "server: named-by-policy\r\n");
        assertThat(response("/moved"))
                .as("Endpoints")
                .startsWith("HTTP/1.1 200 ")
                .doesNotContain("x-greeting");
        assertThat(response("/lost")).as("without its object a rule is closed").startsWith("HTTP/1.1 500 ");
        await(() -> status().contains("\"Programmed\"") && !status().contains("ExtensionServerFailed"));
    }

    @Test
    @Order(3)
    void anEditOfAnExtensionsObjectArrives() throws Exception {
        write("goodbye", "/moved");
        await(() -> response("/greeted").contains("x-greeting: goodbye\r\n"));
    }

    @Test
    @Order(4)
    void whileTheServerIsAwayTheLastGoodVersionStaysUntilItIsBack() throws Exception {
        extension.shutdownNow().awaitTermination();
        write("late", "/elsewhere");
        await(() -> status().contains("ExtensionServerFailed"));
        assertThat(response("/greeted")).contains("x-greeting: goodbye\r\n");
        assertThat(response("/moved")).startsWith("HTTP/1.1 200 ");

        serve();
        await(() -> response("/greeted").contains("x-greeting: late\r\n"));
        await(() -> response("/elsewhere").startsWith("HTTP/1.1 200 "));
        assertThat(response("/moved")).startsWith("HTTP/1.1 404 ");
    }
}
