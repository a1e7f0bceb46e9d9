package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.identity.authority.Pem;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Opaque tokens that are bound to a client's certificate (RFC 8705) or key (RFC 9449), through a real Envoy that asks for certificates. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BoundTokensIT {
    private static final String OBJECTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners: [{name: https, protocol: HTTPS, port: ${port}, tls: {certificateRefs: [{name: server}]}}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: ClientTrafficPolicy
            metadata: {name: certificates, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front}]
              tls: {clientValidation: {mode: VerifyIfGiven, caCertificateRefs: [{kind: ConfigMap, name: authority}]}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: app, namespace: default}
            spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${app}}}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: api, namespace: default}
            spec:
              parentRefs: [{name: front}]
              rules: [{backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]}]
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: client, namespace: default}
            stringData: {client-secret: secret}
            ---
            apiVersion: gatehouse.dev/v1alpha1
            kind: AccessPolicy
            metadata: {name: api, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: api}]
              introspection:
              - {name: opaque, endpoint: "http://127.0.0.1:${app}/introspect", clientID: gateway, clientSecret: {name: client}}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: authority, namespace: default}
            data:
              ca.crt: |
            ${authority}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: server, namespace: default}
            type: kubernetes.io/tls
            stringData:
              tls.crt: |
            ${certificate}
              tls.key: |
            ${key}
            """;

    private static final String TO_KEY = "bound-to-a-key";

    private final List<Integer> ports = FreePorts.some(3);
    private final ECKey key = key();
    private String last = "no answer";

    @SuppressWarnings("NullAway.Init")
    private HttpServer app;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256")
                .digest(Pem.certificates(pem("alice.crt")).getFirst().getEncoded());
        String bound = "{\"active\":true,\"sub\":\"alice\",\"cnf\":{\"x5t#S256\":\""
                + Base64.getUrlEncoder().withoutPadding().encodeToString(hash) + "\"}}";
        String boundToKey = "{\"active\":true,\"sub\":\"alice\",\"cnf\":{\"jkt\":\"" + key.computeThumbprint() + "\"}}";
        app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        app.createContext("/", exchange -> {
            String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            byte[] answer = (form.contains("token=" + TO_KEY) ? boundToKey : bound).getBytes(StandardCharsets.UTF_8);
            try (exchange) {
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        app.start();
        Files.writeString(
                Files.createDirectory(folder.resolve("objects")).resolve("all.yaml"),
                OBJECTS.replace("${port}", Integer.toString(ports.get(2)))
                        .replace("${app}", Integer.toString(app.getAddress().getPort()))
                        .replace("${authority}", pem("authority.crt").indent(4).stripTrailing())
                        .replace("${certificate}", pem("server.crt").indent(4).stripTrailing())
                        .replace("${key}", pem("server.key").indent(4).stripTrailing()));
        gatehouse = ChildJvm.serving(ports.get(0), ports.get(1), folder.resolve("objects"));
        Await.orSilent(this::serves, () -> gatehouse.lines().size(), () -> last + gatehouse.output());
    }

    private boolean serves() throws Exception {
        try {
            last = status("");
            return last.equals("401");
        } catch (ConnectException e) {
            return false;
        }
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        if (app != null) {
            app.stop(0);
        }
    }

    private static ECKey key() {
        try {
            return new ECKeyGenerator(Curve.P_256).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String file) throws IOException {
        return Files.readString(Path.of("src/test/resources/clients", file));
    }

    /** The status of a request with a token, and with the certificate of {@code client} or without any. */
    private String status(String client, String... headers) throws GeneralSecurityException, IOException {
        return answered(client, "Bearer bound", "/", headers);
    }

    private String answered(String client, String authorization, String path, String... headers)
            throws GeneralSecurityException, IOException {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("ca", Pem.certificates(pem("authority.crt")).getFirst());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(trust);
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        if (!client.isEmpty()) {
            own.setKeyEntry(
                    client,
                    Pem.privateKey(pem(client + ".key")),
                    new char[0],
                    Pem.certificates(pem(client + ".crt")).toArray(X509Certificate[]::new));
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), ports.get(2))) {
            String request = "GET " + path + " HTTP/1.1\r\nHost: api.example\r\nAuthorization: " + authorization
                    + "\r\nConnection: close\r\n" + String.join("", headers) + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.split(" ", 3)[1];
        }
    }

    @Test
    void aBoundTokenIsTakenFromTheClientWithTheCertificateAlone() throws Exception {
        assertThat(status("alice")).isEqualTo("200");
        assertThat(status("mallory"))
                .as("a stolen token, with a certificate of the same authority")
                .isEqualTo("401");
        assertThat(status("")).as("a stolen token, without a certificate").isEqualTo("401");
    }

    @Test
    void aCertificateInAHeaderIsNone() throws Exception {
        String hash = "X-Forwarded-Client-Cert: Cert=\""
                + pem("alice.crt").replace("\n", "%0A").replace(" ", "%20").replace("+", "%2B") + "\"\r\n";
        assertThat(status("", hash)).isEqualTo("401");
        assertThat(status("mallory", hash)).isEqualTo("401");
    }

    private String proof(String method, String url) throws JOSEException, GeneralSecurityException {
        String hash = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(
                        MessageDigest.getInstance("SHA-256").digest(TO_KEY.getBytes(StandardCharsets.US_ASCII)));
        JWSObject proof = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType("dpop+jwt"))
                        .jwk(key.toPublicJWK())
                        .build(),
                new Payload(Map.of(
                        "jti",
                        UUID.randomUUID().toString(),
                        "htm",
                        method,
                        "htu",
                        url,
                        "iat",
                        Instant.now().getEpochSecond(),
                        "ath",
                        hash)));
        proof.sign(new ECDSASigner(key));
        return "DPoP: " + proof.serialize() + "\r\n";
    }

    @Test
    void aTokenThatIsBoundToAKeyIsTakenWithAProofForThisRequestAlone() throws Exception {
        String proof = proof("GET", "https://api.example/orders");
        String scheme = "DPoP " + TO_KEY;
        assertThat(answered("", scheme, "/orders?page=2", proof)).isEqualTo("200");
        assertThat(answered("", scheme, "/orders?page=2", proof))
                .as("once more")
                .isEqualTo("401");
        assertThat(answered("", scheme, "/orders")).as("without a proof").isEqualTo("401");
        assertThat(answered("", "Bearer " + TO_KEY, "/orders", proof("GET", "https://api.example/orders")))
                .as("as a bearer token")
                .isEqualTo("401");
        assertThat(answered("", scheme, "/orders", proof("GET", "https://api.example/other")))
                .as("for another URL")
                .isEqualTo("401");
        assertThat(answered("", scheme, "/orders", proof("GET", "http://api.example/orders")))
                .as("for another scheme")
                .isEqualTo("401");
        assertThat(answered(
                        "",
                        scheme,
                        "/orders",
                        proof("GET", "https://api.example/orders"),
                        proof("GET", "https://api.example/orders")))
                .as("two proofs")
                .isEqualTo("401");
    }
}
