package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.standalone.instance.Component;
import dev.gatehouse.standalone.instance.FakeCluster;
import dev.gatehouse.testkit.Await;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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

    private final AtomicInteger status = new AtomicInteger(200);
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @SuppressWarnings("NullAway.Init")
    private FakeCluster cluster;

    private int console;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        cluster = new FakeCluster(folder);
        console = cluster.serve(request -> request.response()
                .setStatusCode(status.get())
                .end("the console at " + request.path() + " for "
                        + request.authority().host()));
        cluster.service(Component.CONTROLLER, "controller-1", console);
    }

    @AfterEach
    void stop() {
        cluster.close();
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
        assertThat(cluster.forwarded()).contains(PODS + "/controller-1/portforward?ports=18110");
        cluster.service(Component.CONTROLLER, "controller-2", console);
        cluster.remove("controller-1");
        Await.until(() -> out.toString().contains("Pod controller-2 leads now."), SOON, () -> out + "" + err);
        assertThat(cluster.forwarded()).contains(PODS + "/controller-2/portforward?ports=18110");
        command.interrupt();
        assertThat(exit.get(30, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void withoutALeaderItSaysWhereItLooked() {
        cluster.remove("controller-1");
        cluster.pod(
                "envoy-gateway-system",
                "controller-1",
                "controller-svc",
                Map.of("app.kubernetes.io/name", "controller-svc"),
                Map.of());
        assertThat(run("dashboard", "-k", "--port", "0")).isEqualTo(1);
        assertThat(err.toString())
                .contains("no replica of controller-svc leads in namespace envoy-gateway-system", "-n names another");
        assertThat(run("dashboard", "--port", "0", "-n", "elsewhere")).isEqualTo(1);
        assertThat(err.toString())
                .contains("no pod in namespace elsewhere of context one, which has no such namespace (expected: one of"
                        + " envoy-gateway-system");
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
