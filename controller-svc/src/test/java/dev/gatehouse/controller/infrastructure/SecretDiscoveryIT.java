package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.identity.authority.CertificateAuthority;
import dev.gatehouse.identity.authority.Issued;
import dev.gatehouse.identity.authority.Pem;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.io.ByteArrayInputStream;
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
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real Envoy of a fleet, all of whose certificates and CAs come from an SDS server on a Unix socket beside it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SecretDiscoveryIT {
    @TempDir
    private static Path folder;

    private static CertificateAuthority authority;
    private static SdsServer server;
    private static HttpsServer backend;
    private static RealEnvoy envoy;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        authority = CertificateAuthority.create(Instant.now(), Duration.ofDays(1), new SecureRandom());
        Path socket = folder.resolve("sds.sock");
        server = SdsServer.start(
                socket,
                Map.of(
                        "default", certificate("default", issue("gateway", "localhost")),
                        "ROOTCA", authorities("ROOTCA", authority.keep().certificate())));
        backend = backend();
        port = FreePorts.one();
        OfflineTranslation translation =
                FleetGolden.translate(Files.writeString(folder.resolve("in.yaml"), objects(socket)));
        assertThat(translation.problems()).isEmpty();
        envoy = FleetEnvoy.start(translation, folder, _ -> true, text -> text.replace("203.0.113.1", "127.0.0.1"), "")
                .awaitReady();
    }

    @AfterAll
    static void stop() throws IOException {
        envoy.close();
        backend.stop(0);
        server.close();
    }

    @Test
    void serveClientsAndVerifyThemAndTheBackend() throws Exception {
        assertThat(answer(Optional.of(issue("client", "client.internal"))))
                .as(() -> String.join("\n", envoy.log()))
                .isEqualTo("URI spiffe://gatehouse/service/gateway");
    }

    @Test
    void aClientOfAnotherAuthorityIsRefused() throws Exception {
        CertificateAuthority stranger =
                CertificateAuthority.create(Instant.now(), Duration.ofDays(1), new SecureRandom());
        Issued other =
                stranger.issue(new ProcessName.Service("client"), List.of("a"), Instant.now(), Duration.ofDays(1));
        assertThatThrownBy(() -> answer(Optional.of(other))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> answer(Optional.empty())).isInstanceOf(IOException.class);
    }

    private static String answer(Optional<Issued> client) throws Exception {
        try (HttpClient http =
                HttpClient.newBuilder().sslContext(context(authority, client)).build()) {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(() -> response.body()).isEqualTo(200);
            return response.body();
        }
    }

    /** Answers with the name in the certificate of the proxy, which it asks for. */
    private static HttpsServer backend() throws Exception {
        HttpsServer https = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        https.setHttpsConfigurator(
                new HttpsConfigurator(context(authority, Optional.of(issue("app", "app.internal")))) {
                    @Override
                    public void configure(HttpsParameters parameters) {
                        SSLParameters tls = getSSLContext().getDefaultSSLParameters();
                        tls.setNeedClientAuth(true);
                        parameters.setSSLParameters(tls);
                    }
                });
        https.createContext("/", exchange -> {
            Certificate shown = ((HttpsExchange) exchange).getSSLSession().getPeerCertificates()[0];
            byte[] body = name(shown).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        https.start();
        return https;
    }

    static String name(Certificate certificate) {
        try {
            return ((X509Certificate) certificate)
                    .getSubjectAlternativeNames().stream()
                            .filter(name -> Integer.valueOf(6).equals(name.getFirst()))
                            .map(name -> "URI " + name.get(1))
                            .findFirst()
                            .orElse("none");
        } catch (GeneralSecurityException e) {
            return e.toString();
        }
    }

    private static Issued issue(String process, String name) throws GeneralSecurityException {
        return authority.issue(new ProcessName.Service(process), List.of(name), Instant.now(), Duration.ofDays(1));
    }

    /** Trusts {@code authority}, and shows a certificate where there is one. */
    static SSLContext context(CertificateAuthority authority, Optional<Issued> own)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        store.setCertificateEntry("ca", authority.certificate());
        if (own.isPresent()) {
            Certificate shown = CertificateFactory.getInstance("X.509")
                    .generateCertificate(
                            new ByteArrayInputStream(own.get().certificate().getBytes(StandardCharsets.UTF_8)));
            store.setKeyEntry("own", Pem.privateKey(own.get().key()), new char[0], new Certificate[] {shown});
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static Secret certificate(String name, Issued issued) {
        return Secret.newBuilder()
                .setName(name)
                .setTlsCertificate(TlsCertificate.newBuilder()
                        .setCertificateChain(inline(issued.certificate()))
                        .setPrivateKey(inline(issued.key())))
                .build();
    }

    private static Secret authorities(String name, String pem) {
        return Secret.newBuilder()
                .setName(name)
                .setValidationContext(CertificateValidationContext.newBuilder().setTrustedCa(inline(pem)))
                .build();
    }

    private static DataSource.Builder inline(String text) {
        return DataSource.newBuilder().setInlineString(text);
    }

    private static String objects(Path socket) {
        return """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec:
                  gatewayClassName: gatehouse
                  infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: proxy}}
                  listeners:
                  - {name: https, protocol: HTTPS, port: %d, tls: {certificateRefs: [{name: workload}]}}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyProxy
                metadata: {name: proxy, namespace: default}
                spec: {backendTLS: {clientCertificateRef: {name: workload}}}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: ClientTrafficPolicy
                metadata: {name: clients, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw}]
                  tls: {clientValidation: {caCertificateRefs: [{kind: Secret, name: roots}]}}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: app, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules: [{backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: app, namespace: default}
                spec: {endpoints: [{ip: {address: 203.0.113.1, port: %d}}]}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: BackendTLSPolicy
                metadata: {name: app, namespace: default}
                spec:
                  targetRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]
                  validation: {hostname: app.internal, caCertificateRefs: [{group: "", kind: Secret, name: roots}]}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: workload, namespace: default}
                type: gateway.envoyproxy.io/sds
                stringData: {url: "unix://%s", secretName: default}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: roots, namespace: default}
                type: gateway.envoyproxy.io/sds
                stringData: {url: "unix://%s", secretName: ROOTCA}
                """.formatted(port, backend.getAddress().getPort(), socket, socket);
    }
}
