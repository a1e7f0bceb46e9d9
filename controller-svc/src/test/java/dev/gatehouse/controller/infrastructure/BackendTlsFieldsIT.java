package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.identity.authority.CertificateAuthority;
import dev.gatehouse.identity.authority.Issued;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The fields of {@code tls} of Backends and of {@code backendTLS} of EnvoyProxies: what the real Envoy offers a backend, and what it takes. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class BackendTlsFieldsIT {
    private static final int ECDHE_RSA_AES128_GCM_SHA256 = 0xC02F;
    private static final int P_384 = 24;
    private static final int RSA_PSS_RSAE_SHA384 = 0x0805;
    private static final int TLS_1_2 = 0x0303;
    private static final int TLS_1_3 = 0x0304;

    private static final Map<String, String> BACKENDS = new TreeMap<>(Map.ofEntries(
            Map.entry(
                    "offers",
                    "endpoints: [{ip: {address: 203.0.113.1, port: ${hello}}}], tls: {wellKnownCACertificates: System,"
                            + " sni: own.internal, ciphers: [ECDHE-RSA-AES128-GCM-SHA256], ecdhCurves: [P-384],"
                            + " signatureAlgorithms: [rsa_pss_rsae_sha384], alpnProtocols: [http/1.1, h2], maxVersion: \"1.2\"}"),
            Map.entry(
                    "new",
                    "endpoints: [{ip: {address: 203.0.113.1, port: ${hello}}}], tls: {wellKnownCACertificates: System,"
                            + " minVersion: \"1.3\", maxVersion: \"1.3\"}"),
            Map.entry(
                    "named",
                    "endpoints: [{hostname: one.internal, ip: {address: 203.0.113.1, port: ${hello}}}],"
                            + " tls: {wellKnownCACertificates: System, autoSNIFromEndpointHostname: true}"),
            Map.entry(
                    "trusted",
                    "endpoints: [{ip: {address: 203.0.113.1, port: ${app}}}], tls: {sni: app.internal,"
                            + " caCertificateRefs: [{group: \"\", kind: ConfigMap, name: authority}]}"),
            Map.entry(
                    "strange",
                    "endpoints: [{ip: {address: 203.0.113.1, port: ${app}}}], tls: {sni: app.internal,"
                            + " wellKnownCACertificates: System}"),
            Map.entry(
                    "anything",
                    "endpoints: [{ip: {address: 203.0.113.1, port: ${app}}}], tls: {insecureSkipVerify: true}"),
            Map.entry(
                    "client",
                    "endpoints: [{ip: {address: 203.0.113.1, port: ${app}}}], tls: {insecureSkipVerify: true,"
                            + " clientCertificateRef: {name: client, namespace: default}}")));

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    private static Path folder;

    private static CertificateAuthority authority;
    private static TlsHello.Recorder recorder;
    private static HttpsServer app;
    private static FieldsFleet fleet;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        authority = CertificateAuthority.create(Instant.now(), Duration.ofDays(1), new SecureRandom());
        recorder = TlsHello.Recorder.start();
        app = app();
        port = FreePorts.one();
        StringBuilder objects = new StringBuilder("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec: {gatewayClassName: gatehouse, listeners: [{name: http, protocol: HTTP, port: ${port}}]}
                """.replace("${port}", String.valueOf(port)));
        objects.append(certificate(issue("gateway"))).append(trust());
        BACKENDS.forEach((name, spec) -> objects.append(routed(name, spec)));
        fleet = FieldsFleet.start(folder, objects.toString(), Map.of());
    }

    @AfterAll
    static void stop() throws IOException {
        fleet.close();
        app.stop(0);
        recorder.close();
        CLIENT.close();
    }

    @Test
    void aBackendIsOfferedWhatItsFieldsSay() throws Exception {
        TlsHello hello = hello(port, "/offers");
        assertThat(hello.serverName()).isEqualTo("own.internal");
        assertThat(hello.ciphers()).contains(ECDHE_RSA_AES128_GCM_SHA256).hasSizeLessThanOrEqualTo(2);
        assertThat(hello.groups()).containsExactly(P_384);
        assertThat(hello.signatures()).containsExactly(RSA_PSS_RSAE_SHA384);
        assertThat(hello.protocols()).containsExactly("http/1.1", "h2");
        assertThat(hello.versions()).doesNotContain(TLS_1_3);
        TlsHello other = hello(port, "/new");
        assertThat(other.versions()).contains(TLS_1_3).doesNotContain(TLS_1_2);
        assertThat(other.protocols()).doesNotContain("h2");
        assertThat(other.groups()).hasSizeGreaterThan(1);
    }

    @Test
    void aBackendIsCalledByTheNameOfItsEndpoint() throws Exception {
        assertThat(hello(port, "/named").serverName()).isEqualTo("one.internal");
    }

    @Test
    void aBackendIsVerifiedAsItsFieldsSay() throws Exception {
        assertThat(send(port, "/trusted").body()).isEqualTo("nobody");
        assertThat(send(port, "/strange").statusCode()).isEqualTo(503);
        assertThat(send(port, "/anything").body()).isEqualTo("nobody");
    }

    @Test
    void aBackendIsShownTheCertificateThatItsFieldsName() throws Exception {
        assertThat(send(port, "/client").body()).contains("service/gateway");
    }

    @Test
    void anEnvoyProxySaysWhatEachBackendIsOffered(@TempDir Path other) throws Exception {
        int own = FreePorts.one();
        String objects = """
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
                spec:
                  backendTLS:
                    minVersion: "1.2"
                    maxVersion: "1.2"
                    ciphers: [ECDHE-RSA-AES128-GCM-SHA256]
                    ecdhCurves: [P-384]
                    signatureAlgorithms: [rsa_pss_rsae_sha384]
                    alpnProtocols: [http/1.1, h2]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: BackendTLSPolicy
                metadata: {name: secret, namespace: default}
                spec:
                  targetRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: secret}]
                  validation: {hostname: secret.internal, wellKnownCACertificates: System}
                """.replace("${port}", String.valueOf(own))
                + routed("secret", "endpoints: [{ip: {address: 203.0.113.1, port: ${hello}}}]");
        try (FieldsFleet _ = FieldsFleet.start(other, objects, Map.of())) {
            TlsHello hello = hello(own, "/secret");
            assertThat(hello.serverName()).isEqualTo("secret.internal");
            assertThat(hello.ciphers()).contains(ECDHE_RSA_AES128_GCM_SHA256).hasSizeLessThanOrEqualTo(2);
            assertThat(hello.groups()).containsExactly(P_384);
            assertThat(hello.signatures()).containsExactly(RSA_PSS_RSAE_SHA384);
            assertThat(hello.protocols()).containsExactly("http/1.1", "h2");
            assertThat(hello.versions()).doesNotContain(TLS_1_3);
        }
    }

    /** What is offered for the sake of a request. */
    private static TlsHello hello(int at, String path) throws Exception {
        assertThat(send(at, path).statusCode()).isEqualTo(503);
        return recorder.next();
    }

    private static HttpResponse<String> send(int at, String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + at + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Answers with the subject alternative names of the certificate that it is shown. */
    private static HttpsServer app() throws Exception {
        HttpsServer https = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        https.setHttpsConfigurator(
                new HttpsConfigurator(SecretDiscoveryIT.context(authority, Optional.of(issue("app")))) {
                    @Override
                    public void configure(HttpsParameters parameters) {
                        SSLParameters tls = getSSLContext().getDefaultSSLParameters();
                        tls.setWantClientAuth(true);
                        parameters.setSSLParameters(tls);
                    }
                });
        https.createContext("/", exchange -> {
            byte[] body = client((HttpsExchange) exchange).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        https.start();
        return https;
    }

    private static String client(HttpsExchange exchange) {
        try {
            return SecretDiscoveryIT.name(exchange.getSSLSession().getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            return "nobody";
        }
    }

    private static Issued issue(String process) throws GeneralSecurityException {
        return authority.issue(
                new ProcessName.Service(process), List.of(process + ".internal"), Instant.now(), Duration.ofDays(1));
    }

    private static String certificate(Issued issued) {
        return """
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: client, namespace: default}
                type: kubernetes.io/tls
                stringData:
                  tls.crt: |
                %s  tls.key: |
                %s""".formatted(
                issued.certificate().strip().indent(4), issued.key().strip().indent(4));
    }

    private static String trust() throws GeneralSecurityException {
        return """
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: authority, namespace: default}
                data:
                  ca.crt: |
                """ + authority.keep().certificate().strip().indent(4);
    }

    private static String routed(String name, String spec) {
        return """
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: ${name}, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - matches: [{path: {value: /${name}}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: ${name}}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: ${name}, namespace: default}
                spec: {${spec}}
                """.replace("${name}", name)
                .replace("${spec}", spec)
                .replace("${hello}", String.valueOf(recorder.port()))
                .replace("${app}", String.valueOf(app.getAddress().getPort()));
    }
}
