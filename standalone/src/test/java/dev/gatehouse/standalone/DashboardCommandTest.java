package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.testkit.Await;
import io.fabric8.kubernetes.client.Config;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gatehouse dashboard} against an API server that lists pods and forwards ports as Kubernetes does (v4.channel.k8s.io). */
final class DashboardCommandTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String PODS = "/api/v1/namespaces/envoy-gateway-system/pods";

    private final Vertx vertx = Vertx.vertx();
    private volatile List<String> leaders = List.of("controller-1");
    private final AtomicInteger status = new AtomicInteger(200);
    private volatile String forwarded = "";
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String before = "";

    @SuppressWarnings("NullAway.Init")
    private HttpServer console;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        console = vertx.createHttpServer()
                .requestHandler(request -> request.response()
                        .setStatusCode(status.get())
                        .end("the console at " + request.path() + " for "
                                + request.authority().host()))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        HttpServer api = vertx.createHttpServer(new HttpServerOptions().addWebSocketSubProtocol("v4.channel.k8s.io"))
                .requestHandler(this::list)
                .webSocketHandler(this::forward)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        before = System.getProperty(Config.KUBERNETES_KUBECONFIG_FILE, "");
        System.setProperty(
                Config.KUBERNETES_KUBECONFIG_FILE,
                Files.writeString(folder.resolve("config"), """
                        apiVersion: v1
                        kind: Config
                        current-context: one
                        contexts:
                        - {name: one, context: {cluster: one, user: somebody}}
                        clusters:
                        - {name: one, cluster: {server: "http://127.0.0.1:%d"}}
                        users:
                        - {name: somebody, user: {token: token}}
                        """.formatted(api.actualPort()))
                        .toString());
    }

    @AfterEach
    void stop() {
        if (before.isEmpty()) {
            System.clearProperty(Config.KUBERNETES_KUBECONFIG_FILE);
        } else {
            System.setProperty(Config.KUBERNETES_KUBECONFIG_FILE, before);
        }
        vertx.close();
    }

    private void list(HttpServerRequest request) {
        JsonArray items = new JsonArray();
        String selector = Optional.ofNullable(request.getParam("labelSelector")).orElse("");
        if (request.path().equals(PODS)
                && selector.contains("gatehouse.dev/leader=true")
                && selector.contains("app.kubernetes.io/name=controller-svc")) {
            leaders.forEach(name -> items.add(new JsonObject()
                    .put("metadata", new JsonObject().put("name", name))
                    .put("status", new JsonObject().put("phase", "Running"))));
        }
        request.response()
                .putHeader("content-type", "application/json")
                .end(new JsonObject()
                        .put("apiVersion", "v1")
                        .put("kind", "PodList")
                        .put("metadata", new JsonObject())
                        .put("items", items)
                        .encode());
    }

    /** Channel 0 has the data, channel 1 errors; each begins with the port. */
    private void forward(ServerWebSocket socket) {
        forwarded = socket.path() + "?" + socket.query();
        NetClient client = vertx.createNetClient();
        socket.pause();
        client.connect(console.actualPort(), "127.0.0.1").onSuccess(backend -> {
            for (byte channel : new byte[] {0, 1}) {
                socket.writeBinaryMessage(Buffer.buffer()
                        .appendByte(channel)
                        .appendByte((byte) 0xbe)
                        .appendByte((byte) 0x46));
            }
            backend.handler(data -> socket.writeBinaryMessage(
                    Buffer.buffer().appendByte((byte) 0).appendBuffer(data)));
            backend.closeHandler(_ -> socket.close());
            socket.binaryMessageHandler(message -> backend.write(message.getBuffer(1, message.length())));
            socket.closeHandler(_ -> backend.close());
            socket.resume();
        });
    }

    private int run(String... arguments) {
        return Gatehouse.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void theConsoleIsReachedThroughTheApiServer() throws Exception {
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        Thread command = Thread.ofPlatform().start(() -> exit.complete(run("dashboard", "--port", "0")));
        Matcher address = Pattern.compile("Console: (http://localhost:\\d+/console/) \\(pod controller-1 in")
                .matcher("");
        Await.until(() -> address.reset(out.toString()).find() || exit.isDone(), SOON, () -> out + "" + err);
        assertThat(exit).as(err.toString()).isNotDone();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(address.group(1) + "routes"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).isEqualTo("the console at /console/routes for localhost");
        }
        assertThat(forwarded).isEqualTo(PODS + "/controller-1/portforward?ports=18110");
        leaders = List.of("controller-2");
        Await.until(() -> out.toString().contains("Pod controller-2 leads now."), SOON, () -> out + "" + err);
        assertThat(forwarded).contains("/controller-2/portforward");
        command.interrupt();
        assertThat(exit.get(30, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void withoutALeaderItSaysWhereItLooked() {
        leaders = List.of();
        assertThat(run("dashboard", "--port", "0")).isEqualTo(1);
        assertThat(err.toString())
                .contains("no replica of controller-svc leads in namespace envoy-gateway-system", "-n names another");
        assertThat(run("dashboard", "--port", "0", "-n", "elsewhere")).isEqualTo(1);
        assertThat(err.toString()).contains("in namespace elsewhere");
    }

    @Test
    void aControllerWithoutAConsoleIsTold() {
        status.set(404);
        assertThat(run("dashboard", "--port", "0")).isEqualTo(1);
        assertThat(err.toString()).contains("pod controller-1: it answers 404 to /console/");
    }

    @Test
    void aPortInUseAndAContextThatIsNotThereAreNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(run("dashboard", "--port", Integer.toString(taken.getLocalPort())))
                    .isEqualTo(1);
            assertThat(err.toString()).contains("port " + taken.getLocalPort() + " on loopback is in use");
        }
        assertThat(run("dashboard", "--context", "none")).isEqualTo(1);
        assertThat(err.toString()).contains("no context \"none\" (expected: one of [one])");
    }
}
