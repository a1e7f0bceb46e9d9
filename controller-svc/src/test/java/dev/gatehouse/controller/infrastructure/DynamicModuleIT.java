package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.controller.infrastructure.FieldsFleet.Backend;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A dynamic module that the real Envoy loads: written in C, and left out where there is no C compiler. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DynamicModuleIT {
    private static final String LOCAL = "{type: Local, local: {path: ${library}}}";
    private static final String REMOTE =
            "{type: Remote, remote: {url: \"http://localhost:${server}/libtest.so\", sha256: ${digest}}}";

    private static final String GATEWAY = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: gw, namespace: default}
            spec:
              gatewayClassName: gatehouse
              infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: proxy}}
              listeners: [{name: http, protocol: HTTP, port: ${port}}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyProxy
            metadata: {name: proxy, namespace: default}
            spec: {dynamicModules: [{name: test, source: ${source}}]}
            ---
            """;

    private static final String BACKEND = """
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: app, namespace: default}
            spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${app}}}]}
            ---
            """;

    @Test
    void answersRequestsOfTheRoutesThatWantIt(@TempDir Path folder) throws Exception {
        Path library = folder.resolve("libtest.so");
        compile(Path.of("src/test/resources/module/module.c"), library);
        int port = FreePorts.one();
        Backend app = Backend.start("app");
        String objects = (GATEWAY + BACKEND + """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: with, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {value: /with}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: without, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {value: /without}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyExtensionPolicy
                metadata: {name: with, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: with}]
                  dynamicModule: [{name: test, filterName: greeter, config: {greeting: hello}}]
                """)
                .replace("${source}", LOCAL)
                .replace("${port}", String.valueOf(port))
                .replace("${library}", library.toString())
                .replace("${app}", String.valueOf(app.port()));
        try (FieldsFleet _ = FieldsFleet.start(folder, objects, Map.of("app", app));
                HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> with = send(client, port, "/with");
            assertThat(with.statusCode()).isEqualTo(418);
            assertThat(with.body()).isEqualTo("greeter {\"greeting\":\"hello\"}");
            assertThat(send(client, port, "/without").body()).isEqualTo("app");
        }
    }

    @Test
    void oneThatAnswersAllRequestsNeedsNoBackendAndLeavesOtherRoutesAlone(@TempDir Path folder) throws Exception {
        Path library = folder.resolve("libtest.so");
        compile(Path.of("src/test/resources/module/module.c"), library);
        int port = FreePorts.one();
        Backend app = Backend.start("app");
        String objects = (GATEWAY + BACKEND + """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: answered, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules: [{matches: [{path: {value: /answered}}]}]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: other, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules: [{backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyExtensionPolicy
                metadata: {name: answered, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: answered}]
                  dynamicModule: [{name: test, filterName: all, terminalFilter: true}]
                """)
                .replace("${source}", LOCAL)
                .replace("${port}", String.valueOf(port))
                .replace("${library}", library.toString())
                .replace("${app}", String.valueOf(app.port()));
        try (FieldsFleet _ = FieldsFleet.start(folder, objects, Map.of("app", app));
                HttpClient client = HttpClient.newHttpClient()) {
            assertThat(send(client, port, "/answered").body()).isEqualTo("all ");
            assertThat(send(client, port, "/other").body()).isEqualTo("app");
        }
    }

    @Test
    void isFetchedFromAServerWhereItsDigestIsRight(@TempDir Path folder) throws Exception {
        Path library = folder.resolve("libtest.so");
        compile(Path.of("src/test/resources/module/module.c"), library);
        byte[] code = Files.readAllBytes(library);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/libtest.so", exchange -> {
            exchange.sendResponseHeaders(200, code.length);
            exchange.getResponseBody().write(code);
            exchange.close();
        });
        server.start();
        int port = FreePorts.one();
        String objects = (GATEWAY + """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: with, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules: [{filters: [{type: RequestRedirect, requestRedirect: {hostname: without.test}}]}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyExtensionPolicy
                metadata: {name: with, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: with}]
                  dynamicModule: [{name: test, filterName: fetched, config: {}}]
                """)
                .replace("${source}", REMOTE)
                .replace("${port}", String.valueOf(port))
                .replace("${server}", String.valueOf(server.getAddress().getPort()))
                .replace(
                        "${digest}",
                        HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256").digest(code)));
        try (FieldsFleet _ = FieldsFleet.start(folder, objects, Map.of());
                HttpClient client = HttpClient.newHttpClient()) {
            Await.until(
                    () -> send(client, port, "/").body().startsWith("fetched"),
                    Duration.ofSeconds(60),
                    () -> "the module is not there");
        } finally {
            server.stop(0);
        }
    }

    private static HttpResponse<String> send(HttpClient client, int port, String path)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void compile(Path source, Path library) throws InterruptedException, IOException {
        Process compiler;
        try {
            compiler = new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            Assumptions.abort("no C compiler: " + e.getMessage());
            throw e;
        }
        String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(compiler.waitFor()).as(said).isZero();
    }
}
