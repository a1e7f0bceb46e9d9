package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.gatehouse.identity.authority.Pem;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Backends of type DynamicResolver in a real Envoy. Of loopback, which is refused unless somebody says otherwise, 127.0.0.5 is allowed here: it
 * plays the host that clients may reach, and 127.0.0.1 the one that they may not.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ResolvedBackendsIT {
    private static final String REFUSES =
            "-Dgatehouse.controller.dynamic-resolver.refuses=127.0.0.1/32,0.0.0.0/8,169.254.0.0/16";

    private static final String GATEWAY = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners:
              - {name: http, protocol: HTTP, port: ${port}}
              - {name: tls, protocol: TLS, port: ${tls}, tls: {mode: Passthrough}}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: TLSRoute
            metadata: {name: sni, namespace: default}
            spec:
              parentRefs: [{name: front, sectionName: tls}]
              rules: [{backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: plain}]}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: HTTPRouteFilter
            metadata: {name: header, namespace: default}
            spec: {urlRewrite: {hostname: {type: Header, header: X-Target}}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: BackendTrafficPolicy
            metadata: {name: other, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: other}]
              dns: {lookupFamily: IPv4, dnsRefreshRate: 10s}
            """;

    private static final Path CERTIFICATES = Path.of("src", "test", "resources", "clients");
    private static final InetAddress REACHED = InetAddress.ofLiteral("127.0.0.5");

    private final List<Integer> ports = FreePorts.some(4);
    private final int port = ports.get(2);
    private final List<HttpServer> servers = new ArrayList<>();
    private final StringBuilder files = new StringBuilder();

    @SuppressWarnings("NullAway.Init")
    private HttpServer plain;

    @SuppressWarnings("NullAway.Init")
    private HttpServer secure;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        plain = serving(HttpServer.create(new InetSocketAddress(REACHED, 0), 0));
        serving(HttpServer.create(
                new InetSocketAddress("127.0.0.1", plain.getAddress().getPort()), 0));
        secure = serving(secure(new InetSocketAddress(REACHED, 0)));
        files.append(GATEWAY.replace("${port}", Integer.toString(port))
                        .replace("${tls}", ports.get(3).toString()))
                .append(
                        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ca, namespace: default}\ndata:\n  ca.crt: |\n")
                .append(pem("authority.crt").indent(4));
        String ca = "caCertificateRefs: [{group: \"\", kind: ConfigMap, name: ca}]";
        backend("plain", "");
        backend("verified", ", tls: {" + ca + "}");
        backend("named", ", tls: {" + ca + ", sni: example.test}");
        backend("anything", ", tls: {insecureSkipVerify: true}");
        Stream.of("plain", "verified", "named", "anything").forEach(name -> route(name, "", name));
        route("other", "", "plain");
        route("literal", "filters: [{type: URLRewrite, urlRewrite: {hostname: localhost}}]\n    ", "plain");
        route(
                "header",
                "filters: [{type: ExtensionRef, extensionRef: {group: gateway.envoyproxy.io, kind: HTTPRouteFilter,"
                        + " name: header}}]\n    ",
                "plain");
        route("two", "", "plain", "verified");
        Files.writeString(folder.resolve("all.yaml"), files.toString());
        gatehouse = ChildJvm.serving(ports.get(0), ports.get(1), List.of(REFUSES), folder);
        Await.orSilent(
                () -> listens(port) && status("/plain", at(plain)) == 200,
                () -> gatehouse.lines().size(),
                () -> gatehouse.output());
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        servers.forEach(server -> server.stop(0));
    }

    @Test
    void aRequestGoesToItsOwnHost() throws Exception {
        assertThat(response("/plain", at(plain))).contains("local=/127.0.0.5 host=" + at(plain));
        assertThat(response("/other", at(plain))).contains("local=/127.0.0.5 host=" + at(plain));
    }

    @Test
    void noHostLeadsToWhatClientsMustNotReach() throws Exception {
        int number = plain.getAddress().getPort();
        for (String host : List.of(
                "127.0.0.1",
                "localhost",
                "LOCALHOST",
                "localhost.",
                "a.localhost",
                "[::1]",
                "[::ffff:127.0.0.1]",
                "[::127.0.0.1]",
                "0.0.0.0",
                "169.254.169.254")) {
            for (String path : List.of("/plain", "/other")) {
                assertThat(status(path, host + ":" + number))
                        .as(path + " of " + host)
                        .isIn(403, 503);
                assertThat(response(path, host + ":" + number)).as(host).doesNotContain("local=");
            }
        }
        assertThat(status("/plain", "127.0.0.1:" + number)).isEqualTo(403);
        assertThat(status("/plain", "localhost:" + number)).isEqualTo(403);
        assertThat(status("/plain", "169.254.169.254")).isEqualTo(403);
    }

    @Test
    void noHostLeadsToAPortOfGatehouse() throws Exception {
        for (int own : ports.subList(0, 2)) {
            assertThat(status("/plain", "127.0.0.5:" + own)).isEqualTo(403);
        }
    }

    @Test
    void aRewrittenHostIsTheOneThatCounts() throws Exception {
        assertThat(status("/literal", at(plain))).isEqualTo(403);
        String forbidden = "127.0.0.1:" + plain.getAddress().getPort();
        assertThat(response("/header", forbidden, "X-Target: " + at(plain)))
                .contains("local=/127.0.0.5 host=" + at(plain) + " forwarded=" + forbidden);
        assertThat(status("/header", at(plain), "X-Target: " + forbidden)).isEqualTo(403);
        assertThat(response("/header", at(plain))).contains("local=/127.0.0.5 host=" + at(plain));
    }

    @Test
    void certificatesAreThoseOfTheHost() throws Exception {
        assertThat(status("/verified", at(secure)))
                .as("the certificate has no address")
                .isEqualTo(503);
        assertThat(status("/named", at(secure))).isEqualTo(200);
        assertThat(status("/anything", at(secure))).isEqualTo(200);
    }

    @Test
    void aRuleHasNoOtherBackendBesideIt() throws Exception {
        assertThat(status("/two", at(plain))).isEqualTo(500);
    }

    @Test
    void aConnectionGoesToTheHostThatItsSniNames() throws Exception {
        try {
            serving(secure(new InetSocketAddress(REACHED, 443)));
            serving(secure(new InetSocketAddress("127.0.0.1", 443)));
        } catch (BindException e) {
            assumeThat(e).as("port 443 is for somebody else").isNull();
        }
        assertThat(connects("127.0.0.5")).isTrue();
        assertThat(connects("localhost")).isFalse();
        assertThat(connects("127.0.0.1")).isFalse();
    }

    private boolean connects(String name) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("ca", Pem.certificates(pem("authority.crt")).getFirst());
        trusted.init(trust);
        context.init(null, trusted.getTrustManagers(), null);
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), ports.get(3))) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(30_000);
            socket.startHandshake();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void backend(String name, String spec) {
        files.append("---\napiVersion: gateway.envoyproxy.io/v1alpha1\nkind: Backend\nmetadata: {name: " + name
                + ", namespace: default}\nspec: {type: DynamicResolver" + spec + "}\n");
    }

    private void route(String name, String filters, String... backends) {
        String references = Stream.of(backends)
                .map(each -> "{group: gateway.envoyproxy.io, kind: Backend, name: " + each + "}")
                .toList()
                .toString();
        files.append("---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: " + name
                + ", namespace: default}\nspec:\n  parentRefs: [{name: front, sectionName: http}]\n  rules:\n"
                + "  - matches: [{path: {value: /" + name + "}}]\n    " + filters + "backendRefs: " + references
                + "\n");
    }

    private static String at(HttpServer server) {
        return "127.0.0.5:" + server.getAddress().getPort();
    }

    private int status(String path, String host, String... headers) throws IOException {
        return Integer.parseInt(response(path, host, headers).split(" ", 3)[1]);
    }

    /** The response, its head included. Over a socket, since the JDK's client lets nobody say the host. */
    private String response(String path, String host, String... headers) throws IOException {
        StringBuilder request =
                new StringBuilder("GET " + path + " HTTP/1.1\r\nConnection: close\r\nHost: " + host + "\r\n");
        Stream.of(headers).forEach(each -> request.append(each).append("\r\n"));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static boolean listens(int port) {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private HttpServer serving(HttpServer server) {
        servers.add(server);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            String seen = "local=" + exchange.getLocalAddress().getAddress() + " host="
                    + exchange.getRequestHeaders().getFirst("Host") + " forwarded="
                    + exchange.getRequestHeaders().getFirst("X-Forwarded-Host");
            byte[] body = seen.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static HttpServer secure(InetSocketAddress address) throws IOException, GeneralSecurityException {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry(
                "server",
                Pem.privateKey(pem("server.key")),
                new char[0],
                Pem.certificates(pem("server.crt")).toArray(X509Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(address, 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return server;
    }

    private static String pem(String name) throws IOException {
        return Files.readString(CERTIFICATES.resolve(name));
    }
}
