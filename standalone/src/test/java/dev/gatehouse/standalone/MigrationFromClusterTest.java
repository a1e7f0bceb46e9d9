package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gatehouse import … --context}: what an API server lists is read, and nothing is written there. */
final class MigrationFromClusterTest {
    private static final String INGRESSES = "/apis/networking.k8s.io/v1/ingresses";
    private static final String INGRESS = """
            {"metadata": {"name": "shop", "namespace": "shop", "creationTimestamp": "2024-01-01T00:00:00Z", "managedFields": [{}]},
             "spec": {"ingressClassName": "nginx", "rules": [{"host": "shop.example.com", "http": {"paths": [
               {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "shop", "port": {"name": "web"}}}}]}}]},
             "status": {"loadBalancer": {}}}""";
    private static final String SERVICE = """
            {"metadata": {"name": "shop", "namespace": "shop"}, "spec": {"ports": [{"name": "web", "port": 8081}]}}""";

    private final Map<String, String> lists = new ConcurrentHashMap<>();
    private final Set<String> forbidden = ConcurrentHashMap.newKeySet();
    private final Set<String> methods = ConcurrentHashMap.newKeySet();
    private String before = "";

    @SuppressWarnings("NullAway.Init")
    private HttpServer api;

    private record Run(int code, String out, String err) {}

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.createContext("/", exchange -> {
            methods.add(exchange.getRequestMethod());
            String path = exchange.getRequestURI().getPath();
            int status =
                    forbidden.contains(path) ? 403 : path.equals("/version") || lists.containsKey(path) ? 200 : 404;
            String body = path.equals("/version")
                    ? "{\"major\": \"1\", \"minor\": \"36\", \"buildDate\": \"2026-01-01T00:00:00Z\"}"
                    : status == 200
                            ? "{\"kind\": \"List\", \"apiVersion\": \"v1\", \"metadata\": {}, \"items\": ["
                                    + lists.getOrDefault(path, "") + "]}"
                            : "{\"kind\": \"Status\", \"apiVersion\": \"v1\", \"code\": " + status
                                    + ", \"message\": \"is not allowed\", \"reason\": \"Forbidden\"}";
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        api.start();
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
                        """.formatted(
                                        api.getAddress().getPort()))
                        .toString());
    }

    @AfterEach
    void stop() {
        if (before.isEmpty()) {
            System.clearProperty(Config.KUBERNETES_KUBECONFIG_FILE);
        } else {
            System.setProperty(Config.KUBERNETES_KUBECONFIG_FILE, before);
        }
        api.stop(0);
    }

    private static Run run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Gatehouse.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Run(code, out.toString(), err.toString());
    }

    @Test
    void ingressesOfAClusterAreRead() {
        lists.put(INGRESSES, INGRESS);
        lists.put("/api/v1/services", SERVICE);
        lists.put("/api/v1/configmaps", "");
        lists.put("/api/v1/secrets", "");
        Run run = run("import", "ingress-nginx", "--context", "one");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("kind: Gateway", "- shop.example.com", "port: 8081");
        assertThat(methods).as("nothing is written").isEqualTo(Set.of("GET"));
    }

    @Test
    void settingsThatMayNotBeReadAreAGapAndSecretsAreNot() {
        lists.put(INGRESSES, INGRESS);
        lists.put("/api/v1/services", SERVICE);
        forbidden.addAll(List.of("/api/v1/configmaps", "/api/v1/secrets"));
        Run run = run("import", "ingress-nginx", "--kubernetes");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains(
                        "configmaps of the cluster: has no counterpart: not read",
                        "secrets of the cluster: differs: not read");
    }

    @Test
    void objectsOfAnEnvoyGatewayAreToldOneByOne() {
        lists.put("/apis/gateway.networking.k8s.io/v1/gatewayclasses", """
                {"metadata": {"name": "eg"}, "spec": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"}}""");
        lists.put("/apis/gateway.networking.k8s.io/v1/gateways", """
                {"metadata": {"name": "front", "namespace": "shop"},
                 "spec": {"gatewayClassName": "eg", "listeners": [{"name": "http", "protocol": "HTTP", "port": 80}]}}""");
        lists.put("/apis/gateway.networking.k8s.io/v1alpha2/tcproutes", """
                {"metadata": {"name": "db", "namespace": "shop"}, "spec": {"parentRefs": [{"name": "front"}], "rules": [{"backendRefs": [{"name": "db", "port": 1}]}]}}""");
        Run run = run("import", "envoy-gateway", "--context", "one");
        assertThat(run.err()).contains("Gateway shop/front: taken over as it is", "TCPRoute shop/db");
    }

    @Test
    void aContextThatIsNotThereIsNamed() {
        Run run = run("import", "envoy-gateway", "--context", "two");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("has no context \"two\"");
    }
}
