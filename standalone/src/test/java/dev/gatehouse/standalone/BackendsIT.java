package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.gatehouse.identity.authority.Pem;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Backends, their TLS, credentials for them, and services that the proxy calls itself, in a real Envoy: each case is a path with a route of
 * its own. The TLS backend has a certificate for example.test and *.example.test, and answers with what it saw of a request.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BackendsIT {
    private static final String GATEWAY = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners: [{name: http, protocol: HTTP, port: ${port}}]
            """;

    private static final String ROUTE = """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: ${name}, namespace: default}
            spec:
              parentRefs: [{name: front}]
              rules:
              - matches: [{path: {value: /${name}}}]
                ${filters}backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: ${backend}}]
            """;

    private static final String BACKEND = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: ${name}, namespace: default}
            spec:
              endpoints: [{${hostname}ip: {address: 127.0.0.1, port: ${port}}}]
            """;

    /** A Service whose endpoints have a name instead of an address. */
    private static final String NAMED_SERVICE = """
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: named, namespace: default}
            spec: {ports: [{name: http, port: 80}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: named, namespace: default, labels: {kubernetes.io/service-name: named}}
            addressType: FQDN
            endpoints: [{addresses: [localhost]}]
            ports: [{name: http, port: ${port}}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: named, namespace: default}
            spec:
              parentRefs: [{name: front}]
              rules:
              - matches: [{path: {value: /named}}]
                backendRefs: [{name: named, port: 80}]
            """;

    private static final String FILTER = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: HTTPRouteFilter
            metadata: {name: ${name}, namespace: default}
            spec: {${spec}}
            """;

    private static final String POLICY = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: ${name}, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}]
              ${spec}
            """;

    private static final Path CERTIFICATES = Path.of("src", "test", "resources", "clients");
    private static final String CA = "caCertificateRefs: [{group: \"\", kind: ConfigMap, name: ca}]";
    private static final String EXAMPLE = "Host: example.test";

    private final List<Integer> ports = FreePorts.some(4);
    private final int port = ports.get(2);
    private final AtomicInteger judged = new AtomicInteger();
    private final StringBuilder files = new StringBuilder();

    @SuppressWarnings("NullAway.Init")
    private HttpServer secure;

    @SuppressWarnings("NullAway.Init")
    private HttpServer plain;

    @SuppressWarnings("NullAway.Init")
    private HttpServer judge;

    @SuppressWarnings("NullAway.Init")
    private SignedTokens issuer;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        issuer = SignedTokens.rs256("one");
        secure = secure();
        plain = serving(HttpServer.create(loopback(), 0), exchange -> new Answer(200, seen(exchange)));
        // Of three requests in a row the third is let pass.
        judge = serving(HttpServer.create(loopback(), 0), exchange -> switch (exchange.getRequestURI()
                .getPath()
                .split("/")[1]) {
            case "keys" -> new Answer(200, issuer.jwks());
            case "gate" ->
                new Answer("please".equals(exchange.getRequestHeaders().getFirst("X-Pass")) ? 200 : 418, "no");
            default -> new Answer(judged.incrementAndGet() % 3 == 0 ? 200 : 503, "judged");
        });
        write();
        Files.writeString(folder.resolve("all.yaml"), files.toString());
        gatehouse = ChildJvm.serving(ports.get(0), ports.get(1), folder);
        Await.orSilent(
                () -> listens(port) && status("/plain") == 200,
                () -> gatehouse.lines().size(),
                () -> gatehouse.output());
    }

    private void write() throws IOException {
        files.append(GATEWAY.replace("${port}", Integer.toString(port)));
        configMap("ca", "ca.crt", pem("authority.crt"));
        secret("alice", "tls.crt", pem("alice.crt"), "tls.key", pem("alice.key"));
        files.append("""
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: token, namespace: default}
                stringData: {credential: " Bearer of-the-backend\\n"}
                """);
        backend("plain", plain, "");
        route("plain", "plain", "");
        files.append(NAMED_SERVICE.replace(
                "${port}", Integer.toString(plain.getAddress().getPort())));
        tls("verified", CA + ", sni: example.test");
        tls("othername", CA + ", sni: other.test");
        tls("system", "wellKnownCACertificates: System, sni: example.test");
        tls("nothing", "sni: example.test");
        tls("anything", "insecureSkipVerify: true");
        tls("byrequest", CA);
        named("byendpoint", "hostname: one.example.test, ", CA + ", autoSNIFromEndpointHostname: true");
        named("byotherendpoint", "hostname: other.test, ", CA + ", autoSNIFromEndpointHostname: true");
        tls("showing", CA + ", sni: example.test, clientCertificateRef: {name: alice}");
        tls("older", CA + ", sni: example.test, maxVersion: \"1.2\"");
        tls("policy", "insecureSkipVerify: true");
        files.append("""
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: BackendTLSPolicy
                metadata: {name: policy, namespace: default}
                spec:
                  targetRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: policy}]
                  validation: {wellKnownCACertificates: System, hostname: example.test}
                """);
        filter("bearer", "credentialInjection: {credential: {valueRef: {name: token}}}");
        filter(
                "key",
                "credentialInjection: {header: X-Api-Key, overwrite: true, credential: {valueRef: {name: token}}}");
        filter("lost", "credentialInjection: {credential: {valueRef: {name: nobody}}}");
        filter(
                "beta",
                "matches: [{cookies: [{name: beta, value: \"1\"}, {name: region, type: RegularExpression, value: \"eu-.*\"}]},"
                        + " {cookies: [{name: tester, value: \"yes\"}]}]");
        for (String name : List.of("bearer", "key", "lost", "beta")) {
            route(
                    name,
                    "plain",
                    "filters: [{type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter, name: "
                            + name + "}}]\n    ");
        }
        backend("judge", judge, "");
        backendAt("nobody", ports.get(3), "");
        String judges = "backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: judge}]";
        String retry =
                "backendSettings: {retry: {numRetries: 5, retryOn: {triggers: [5xx]}, perRetry: {backOff: {baseInterval: 1ms, maxInterval: 5ms}}}}";
        String asked =
                "filters: [{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {group: gateway.envoyproxy.io,"
                        + " kind: Backend, name: judge}, http: {path: /gate, allowedHeaders: [x-pass]}}}]\n    ";
        route("asked", "plain", asked);
        route("twice", "plain", asked);
        files.append(POLICY.replace("${name}", "twice")
                .replace(
                        "${spec}",
                        "extAuth: {headersToExtAuth: [x-pass], http: {" + judges + ", pathOverride: /gate}}"));
        policy("patient", "extAuth: {http: {" + judges + ", " + retry + "}, timeout: 20s}");
        policy("impatient", "extAuth: {http: {" + judges + "}, timeout: 20s}");
        policy(
                "spared",
                "jwt: {providers: [{name: issuer, remoteJWKS: {uri: \"http://keys.test/keys\", cacheDuration: 1s,"
                        + " failedRefetchDuration: 1s, backendRefs: ["
                        + "{group: gateway.envoyproxy.io, kind: Backend, name: nobody},"
                        + " {group: gateway.envoyproxy.io, kind: Backend, name: judge, fallback: true}],"
                        + " backendSettings: {timeout: {tcp: {connectTimeout: 1s}}, healthCheck: {panicThreshold: 0, passive:"
                        + " {consecutive5XxErrors: 1, consecutiveGatewayErrors: 1, interval: 100ms, baseEjectionTime: 600s,"
                        + " maxEjectionPercent: 100}}}}}]}");
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        for (HttpServer server : new HttpServer[] {secure, plain, judge}) {
            if (server != null) {
                server.stop(0);
            }
        }
    }

    @Test
    void anEndpointSliceMayHaveHostNames() throws Exception {
        assertThat(status("/named")).isEqualTo(200);
    }

    @Test
    void aBackendIsCalledByTheNameThatItSays() throws Exception {
        assertThat(body("/verified")).contains("sni=example.test").contains("protocol=TLSv1.3");
        assertThat(status("/othername")).isEqualTo(503);
    }

    @Test
    void aCertificateIsVerifiedByTheAuthoritiesThatTheBackendNames() throws Exception {
        assertThat(status("/system")).isEqualTo(503);
        assertThat(status("/nothing")).as("nothing to verify with").isEqualTo(500);
        assertThat(body("/anything")).contains("client=nobody");
    }

    @Test
    void withoutANameTheHostOfTheRequestCounts() throws Exception {
        assertThat(body("/byrequest", EXAMPLE)).contains("sni=example.test");
        assertThat(body("/byrequest", "Host: two.example.test")).contains("sni=two.example.test");
        assertThat(status("/byrequest", "Host: other.test")).isEqualTo(503);
    }

    @Test
    void anEndpointIsCalledByItsOwnName() throws Exception {
        assertThat(body("/byendpoint", "Host: other.test")).contains("sni=one.example.test");
        assertThat(status("/byotherendpoint", EXAMPLE)).isEqualTo(503);
    }

    @Test
    void aBackendIsShownACertificate() throws Exception {
        assertThat(body("/showing")).contains("client=CN=alice");
        assertThat(body("/verified")).contains("client=nobody");
    }

    @Test
    void aBackendBoundsTheVersionOfTls() throws Exception {
        assertThat(body("/older")).contains("protocol=TLSv1.2");
    }

    @Test
    void aPolicyHasCertificatesVerifiedWhateverTheBackendSays() throws Exception {
        assertThat(status("/policy")).isEqualTo(503);
    }

    @Test
    void aCredentialIsAddedOnTheWayToTheBackend() throws Exception {
        assertThat(body("/bearer")).contains("authorization=Bearer of-the-backend");
        assertThat(body("/bearer", "Authorization: mine")).contains("authorization=mine");
        assertThat(body("/key", "X-Api-Key: mine")).contains("key=Bearer of-the-backend");
        assertThat(body("/plain")).contains("authorization=null");
        assertThat(status("/lost")).isEqualTo(500);
    }

    @Test
    void cookiesChooseARule() throws Exception {
        assertThat(status("/beta", "Cookie: beta=1; region=eu-west")).isEqualTo(200);
        assertThat(status("/beta", "Cookie: tester=yes")).isEqualTo(200);
        assertThat(status("/beta", "Cookie: beta=1; region=us-east")).isEqualTo(404);
        assertThat(status("/beta", "Cookie: beta=1")).isEqualTo(404);
        assertThat(status("/beta")).isEqualTo(404);
    }

    @Test
    void callsOfAServiceAreRepeatedAsItsSettingsSay() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(status("/patient")).isEqualTo(200);
        }
        judged.set(0);
        assertThat(status("/impatient")).isEqualTo(403);
    }

    @Test
    void aFilterOfARuleHasAServerAskedBesideThatOfAPolicy() throws Exception {
        for (String path : List.of("/asked", "/twice")) {
            assertThat(status(path)).as(path).isEqualTo(418);
            assertThat(status(path, "X-Pass: please")).as(path).isEqualTo(200);
        }
    }

    @Test
    void keysAreFetchedAtTheServiceThatStandsBy() throws Exception {
        String token = issuer.token("{\"sub\": \"alice\"}");
        Await.orSilent(
                () -> status("/spared", "Authorization: Bearer " + token) == 200,
                () -> gatehouse.lines().size(),
                () -> gatehouse.output());
    }

    private String body(String path, String... headers) throws IOException {
        String response = response(path, headers);
        assertThat(response).as(path).startsWith("HTTP/1.1 200 ");
        return response;
    }

    private int status(String path, String... headers) throws IOException {
        return Integer.parseInt(response(path, headers).split(" ", 3)[1]);
    }

    /**
     * The response, its head included. Over a socket, since the JDK's client lets nobody say the host.
     *
     * @param headers each "Name: value"
     */
    private String response(String path, String... headers) throws IOException {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nConnection: close\r\n");
        if (Stream.of(headers).noneMatch(each -> each.startsWith("Host: "))) {
            request.append("Host: anything.test\r\n");
        }
        Stream.of(headers).forEach(each -> request.append(each).append("\r\n"));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private record Answer(int status, String body) {}

    private interface Handler {
        Answer answer(HttpExchange exchange) throws IOException;
    }

    private static HttpServer serving(HttpServer server, Handler handler) {
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            Answer answer = handler.answer(exchange);
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static String seen(HttpExchange exchange) throws IOException {
        String tls = "";
        if (exchange instanceof HttpsExchange https) {
            String client;
            try {
                client = ((X509Certificate) https.getSSLSession().getPeerCertificates()[0])
                        .getSubjectX500Principal()
                        .getName();
            } catch (SSLPeerUnverifiedException e) {
                client = "nobody";
            }
            String names = ((ExtendedSSLSession) https.getSSLSession())
                    .getRequestedServerNames().stream()
                            .map(name -> new String(name.getEncoded(), StandardCharsets.US_ASCII))
                            .toList()
                            .toString();
            tls = "sni=" + names.substring(1, names.length() - 1) + " client=" + client + " protocol="
                    + https.getSSLSession().getProtocol();
        }
        return tls + " authorization=" + exchange.getRequestHeaders().getFirst("Authorization") + " key="
                + exchange.getRequestHeaders().getFirst("X-Api-Key");
    }

    /** Asks clients for a certificate, and does without one. */
    private static HttpServer secure() throws IOException, GeneralSecurityException {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry(
                "server",
                Pem.privateKey(pem("server.key")),
                new char[0],
                Pem.certificates(pem("server.crt")).toArray(X509Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("ca", Pem.certificates(pem("authority.crt")).getFirst());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(trust);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
        HttpsServer server = HttpsServer.create(loopback(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters settings = getSSLContext().getDefaultSSLParameters();
                settings.setWantClientAuth(true);
                parameters.setSSLParameters(settings);
            }
        });
        return serving(server, exchange -> new Answer(200, seen(exchange)));
    }

    private static String pem(String file) throws IOException {
        return Files.readString(CERTIFICATES.resolve(file));
    }

    private static boolean listens(int at) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), at)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private void tls(String name, String settings) {
        named(name, "", settings);
    }

    /** A Backend that speaks TLS, and its route. */
    private void named(String name, String hostname, String settings) {
        backend(name, secure, hostname);
        files.append("  tls: {").append(settings).append("}\n");
        route(name, name, "");
    }

    private void backend(String name, HttpServer server, String hostname) {
        backendAt(name, server.getAddress().getPort(), hostname);
    }

    private void backendAt(String name, int at, String hostname) {
        files.append(BACKEND.replace("${name}", name)
                .replace("${hostname}", hostname)
                .replace("${port}", Integer.toString(at)));
    }

    private void route(String name, String backend, String filters) {
        files.append(
                ROUTE.replace("${name}", name).replace("${backend}", backend).replace("${filters}", filters));
    }

    private void filter(String name, String spec) {
        files.append(FILTER.replace("${name}", name).replace("${spec}", spec));
    }

    private void policy(String name, String spec) {
        route(name, "plain", "");
        files.append(POLICY.replace("${name}", name).replace("${spec}", spec));
    }

    private void configMap(String name, String key, String value) {
        files.append("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name
                + ", namespace: default}\ndata:\n  " + key + ": |\n"
                + value.indent(4));
    }

    private void secret(String name, String one, String first, String two, String second) {
        files.append("---\napiVersion: v1\nkind: Secret\nmetadata: {name: " + name
                + ", namespace: default}\nstringData:\n  " + one + ": |\n"
                + first.indent(4) + "  " + two + ": |\n" + second.indent(4));
    }
}
