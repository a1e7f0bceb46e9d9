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
@Timeout(300)
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
          headers: {xForwardedClientCert: {mode: AppendForward, certDetailsToAdd: [Cert, Subject]}}
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
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: signed, namespace: default}
        spec:
          parentRefs: [{name: front}]
          hostnames: [signed.example]
          rules: [{backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]}]
        ---
        apiVersion: gateway.envoyproxy.io/v1alpha1
        kind: SecurityPolicy
        metadata: {name: signed, namespace: default}
        spec:
          targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: signed}]
          jwt: {providers: [{name: login, issuer: "https://login.example", localJWKS: {inline: '${jwks}'}}]}
        ---
        apiVersion: gatehouse.dev/v1alpha1
        kind: AccessPolicy
        metadata: {name: signed, namespace: default}
        spec:
          targetRefs: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, name: signed}]
          boundTokens: {required: Any, nonce: {}}
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: known, namespace: default}
        spec:
          parentRefs: [{name: front}]
          hostnames: [known.example]
          rules: [{backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]}]
        ---
        apiVersion: gateway.envoyproxy.io/v1alpha1
        kind: SecurityPolicy
        metadata: {name: known, namespace: default}
        spec:
          targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: known}]
          authorization:
            defaultAction: Allow
            rules:
            - action: Deny
              operation: {path: {type: Exact, value: /nobody}}
              cel: "'spiffe://test/alice' in metadata.filter_metadata['envoy.filters.http.ext_authz']['gatehouse.token']['client-certificate'].uris"
        ---
        apiVersion: gatehouse.dev/v1alpha1
        kind: AccessPolicy
        metadata: {name: known, namespace: default}
        spec:
          targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: known}]
          clientCertificates:
            identity: URI
            forwardIdentityHeader: X-Client
            allowed: [{uris: ["spiffe://test/*"]}]
            trustedProxies: [{dnsNames: [example.test]}]
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
    private final SignedTokens issuer = issuer();

    /** The header by which the backend was told who the last client is. */
    private volatile String told = "";

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
            told = String.valueOf(exchange.getRequestHeaders().getFirst("X-Client"));
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
                        .replace("${jwks}", issuer.jwks())
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

    private static SignedTokens issuer() {
        try {
            return SignedTokens.es256("a");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
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
        return answer("api.example", client, authorization, path, headers).split(" ", 3)[1];
    }

    private String answer(String host, String client, String authorization, String path, String... headers)
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
            String request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n"
                    + (authorization.isEmpty() ? "" : "Authorization: " + authorization + "\r\n")
                    + "Connection: close\r\n" + String.join("", headers) + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
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
        return proof(method, url, TO_KEY, "");
    }

    private String proof(String method, String url, String token, String nonce)
            throws JOSEException, GeneralSecurityException {
        String hash = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)));
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
                        hash,
                        "nonce",
                        nonce)));
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

    private String signedStatus(String client, String authorization, String... headers) throws Exception {
        return answer("signed.example", client, authorization, "/orders", headers)
                .split(" ", 3)[1];
    }

    private static String claims(String confirmation) {
        return "{\"iss\":\"https://login.example\",\"sub\":\"ann\",\"exp\":"
                + (Instant.now().getEpochSecond() + 600)
                + (confirmation.isEmpty() ? "" : ",\"cnf\":{" + confirmation + "}") + "}";
    }

    @Test
    void aSignedTokenIsTakenFromTheClientThatItIsBoundToAlone() throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256")
                .digest(Pem.certificates(pem("alice.crt")).getFirst().getEncoded());
        String bound = "Bearer "
                + issuer.token(claims("\"x5t#S256\":\""
                        + Base64.getUrlEncoder().withoutPadding().encodeToString(hash) + "\""));
        assertThat(signedStatus("alice", bound)).isEqualTo("200");
        assertThat(signedStatus("mallory", bound)).isEqualTo("401");
        assertThat(signedStatus("", bound)).isEqualTo("401");
        assertThat(signedStatus("alice", "Bearer " + issuer.token(claims(""))))
                .as("bound to nothing")
                .isEqualTo("401");
        assertThat(signedStatus("alice", "Bearer " + SignedTokens.es256("a").token(claims("\"x5t#S256\":\"a\""))))
                .as("signed by somebody else")
                .isEqualTo("401");
    }

    @Test
    void aSignedTokenThatIsBoundToAKeyNeedsAProofWithTheNonceOfTheGateway() throws Exception {
        String token = issuer.token(claims("\"jkt\":\"" + key.computeThumbprint() + "\""));
        String url = "https://signed.example/orders";
        String first = answer("signed.example", "", "DPoP " + token, "/orders", proof("GET", url, token, ""));
        assertThat(first).startsWith("HTTP/1.1 401").contains("error=\"use_dpop_nonce\"");
        String nonce = first.lines()
                .filter(line -> line.startsWith("dpop-nonce: "))
                .map(line -> line.substring("dpop-nonce: ".length()))
                .findFirst()
                .orElseThrow();
        String proof = proof("GET", url, token, nonce);
        assertThat(signedStatus("", "DPoP " + token, proof)).isEqualTo("200");
        assertThat(signedStatus("", "DPoP " + token, proof)).as("once more").isEqualTo("401");
        assertThat(signedStatus("", "Bearer " + token, proof("GET", url, token, nonce)))
                .as("as a bearer token")
                .isEqualTo("401");
        assertThat(signedStatus("", "Bearer " + token + ", DPoP " + token, proof("GET", url, token, nonce)))
                .as("as both")
                .isEqualTo("401");
        assertThat(signedStatus("", "DPoP " + token)).as("without a proof").isEqualTo("401");
    }

    private String known(String client, String path, String... headers) throws Exception {
        told = "";
        return answer("known.example", client, "", path, headers).split(" ", 3)[1];
    }

    @Test
    void aCertificateAloneSaysWhoTheClientIs() throws Exception {
        assertThat(known("alice", "/", "X-Client: root\r\n", "X-Client: root\r\n"))
                .isEqualTo("200");
        assertThat(told).isEqualTo("spiffe://test/alice");
        assertThat(known("mallory", "/")).as("of the same authority").isEqualTo("403");
        assertThat(known("", "/")).isEqualTo("403");
        assertThat(known("alice", "/nobody"))
                .as("by a rule on what the certificate says")
                .isEqualTo("403");
    }

    @Test
    void aCertificateThatAnotherProxyHasSeenCountsFromATrustedProxyAlone() throws Exception {
        String alice = "X-Forwarded-Client-Cert: Cert=\""
                + pem("alice.crt").replace("\n", "%0A").replace(" ", "%20").replace("+", "%2B") + "\"\r\n";
        assertThat(known("server", "/", alice)).isEqualTo("200");
        assertThat(told).isEqualTo("spiffe://test/alice");
        assertThat(known("server", "/")).as("the proxy itself is no client").isEqualTo("403");
        assertThat(known("mallory", "/", alice)).isEqualTo("403");
        assertThat(known("", "/", alice)).isEqualTo("403");
    }
}
