package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.infrastructure.FieldsFleet.Backend;
import dev.gatehouse.controller.infrastructure.TestCertificates.Holder;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.OtherName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The fields of {@code tls} of ClientTrafficPolicies: which clients the real Envoy takes. Each has a listener of its own, beside "plain", which
 * has no policy, and "required", which asks for a certificate and nothing more.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ClientTlsFieldsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int PATIENCE_MILLIS = 30_000;
    private static final String PRINCIPAL_NAME = "1.3.6.1.4.1.311.20.2.3";

    private static final Consumer<SSLParameters> ANYTHING = _ -> {};

    private static final Map<String, String> POLICIES = new TreeMap<>(Map.ofEntries(
            Map.entry("required", "tls: {clientValidation: {caCertificateRefs: [{kind: ConfigMap, name: ca}]}}"),
            Map.entry("new", "tls: {minVersion: \"1.3\"}"),
            Map.entry("curves", "tls: {ecdhCurves: [P-384]}"),
            Map.entry("signatures", "tls: {signatureAlgorithms: [rsa_pss_rsae_sha384]}"),
            Map.entry("fingerprints", "tls: {fingerprints: [JA3, JA4]}"),
            Map.entry(
                    "optional",
                    "tls: {clientValidation: {optional: true, caCertificateRefs: [{group: \"\", kind: ConfigMap, name: ca}]}}"),
            Map.entry(
                    "expired",
                    "tls: {clientValidation: {allowExpiredCertificate: true, caCertificateRefs: [{kind: ConfigMap, name: ca}]}}"),
            Map.entry(
                    "certificate",
                    "tls: {clientValidation: {certificateHashes: [${certificate}], caCertificateRefs: [{kind: ConfigMap, name: ca}]}}"),
            Map.entry(
                    "spki",
                    "tls: {clientValidation: {spkiHashes: [\"${spki}\"], caCertificateRefs: [{kind: ConfigMap, name: ca}]}}"),
            Map.entry(
                    "name",
                    "tls: {clientValidation: {caCertificateRefs: [{kind: ConfigMap, name: ca}],"
                            + " subjectAltNames: {otherNames: [{oid: 1.3.6.1.4.1.311.20.2.3, type: Exact, value: alice}]}}}"),
            Map.entry(
                    "revoked",
                    "tls: {clientValidation: {caCertificateRefs: [{kind: ConfigMap, name: ca}],"
                            + " crl: {refs: [{group: \"\", kind: Secret, name: revoked}]}}}"),
            Map.entry(
                    "revoked-leaf",
                    "tls: {clientValidation: {caCertificateRefs: [{kind: ConfigMap, name: ca}],"
                            + " crl: {refs: [{kind: Secret, name: revoked}], onlyVerifyLeafCertificate: true}}}")));

    @TempDir
    private static Path folder;

    private static final Map<String, Integer> PORTS = new HashMap<>();

    private static Holder alice;
    private static Holder bob;
    private static Holder late;
    private static Holder below;
    private static Holder belowRevoked;
    private static FieldsFleet fleet;

    @BeforeAll
    static void start() throws Exception {
        Holder root = TestCertificates.authority("root");
        Holder between = TestCertificates.authority("between", root);
        alice = TestCertificates.client("alice", root, names("alice"), Duration.ofDays(1));
        bob = TestCertificates.client("bob", root, names("bob"), Duration.ofDays(1));
        late = TestCertificates.client("late", root, names("late"), Duration.ofMinutes(-1));
        below = TestCertificates.client("below", between, names("below"), Duration.ofDays(1));
        belowRevoked = TestCertificates.client("below-revoked", between, names("below-revoked"), Duration.ofDays(1));
        // The root revokes the authority between, and that one a client.
        String revoked = TestCertificates.revoked(root, between) + TestCertificates.revoked(between, belowRevoked);
        Backend app = Backend.start("app");
        StringBuilder objects = new StringBuilder("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec:
                  gatewayClassName: gatehouse
                  infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: proxy}}
                  listeners:
                """);
        PORTS.put("plain", FreePorts.one());
        POLICIES.keySet().forEach(name -> PORTS.put(name, FreePorts.one()));
        PORTS.forEach((name, port) ->
                objects.append("  - {name: %s, protocol: HTTPS, port: %d, tls: {certificateRefs: [{name: server}]}}%n"
                        .formatted(name, port)));
        objects.append("""
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyProxy
                metadata: {name: proxy, namespace: default}
                spec:
                  telemetry:
                    accessLog:
                      settings:
                      - format: {type: Text, text: "%REQ(:PATH)% %TLS_JA3_FINGERPRINT% %TLS_JA4_FINGERPRINT%\\n"}
                        sinks: [{type: File, file: {path: ${folder}/access.log}}]
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
                spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${app}}}]}
                """.replace("${folder}", folder.toString()).replace("${app}", String.valueOf(app.port())));
        Holder server = TestCertificates.server("server");
        objects.append(data("Secret", "server", Map.of("tls.crt", server.chainPem(), "tls.key", server.keyPem())));
        objects.append(data("ConfigMap", "ca", Map.of("ca.crt", root.chainPem())));
        objects.append(data("Secret", "revoked", Map.of("ca.crl", revoked)));
        POLICIES.forEach((name, policy) -> objects.append("""
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: ClientTrafficPolicy
                metadata: {name: ${name}, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw, sectionName: ${name}}]
                """.replace("${name}", name))
                .append("  ")
                .append(policy)
                .append('\n'));
        fleet = FieldsFleet.start(
                folder,
                objects.toString()
                        .replace(
                                "${certificate}",
                                HexFormat.of()
                                        .formatHex(sha256(alice.certificate().getEncoded())))
                        .replace(
                                "${spki}",
                                Base64.getEncoder()
                                        .encodeToString(sha256(alice.certificate()
                                                .getPublicKey()
                                                .getEncoded()))),
                Map.of("app", app));
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    @Test
    void aClientWithAnOldVersionIsRefused() throws Exception {
        Consumer<SSLParameters> old = parameters -> parameters.setProtocols(new String[] {"TLSv1.2"});
        assertThat(isTaken("plain", List.of(), old)).isTrue();
        assertThat(isTaken("new", List.of(), old)).isFalse();
        assertThat(isTaken("new", List.of(), ANYTHING)).isTrue();
    }

    @Test
    void aClientWithoutTheCurveIsRefused() throws Exception {
        Consumer<SSLParameters> other = parameters -> parameters.setNamedGroups(new String[] {"secp256r1"});
        assertThat(isTaken("plain", List.of(), other)).isTrue();
        assertThat(isTaken("curves", List.of(), other)).isFalse();
        assertThat(isTaken("curves", List.of(), parameters -> parameters.setNamedGroups(new String[] {"secp384r1"})))
                .isTrue();
    }

    @Test
    void aClientWithoutTheSignatureAlgorithmIsRefused() throws Exception {
        Consumer<SSLParameters> other =
                parameters -> parameters.setSignatureSchemes(new String[] {"rsa_pss_rsae_sha256"});
        assertThat(isTaken("plain", List.of(), other)).isTrue();
        assertThat(isTaken("signatures", List.of(), other)).isFalse();
        assertThat(isTaken(
                        "signatures",
                        List.of(),
                        parameters -> parameters.setSignatureSchemes(new String[] {"rsa_pss_rsae_sha384"})))
                .isTrue();
    }

    @Test
    void aCertificateMayBeOptional() throws Exception {
        assertThat(isTaken("required", List.of(), ANYTHING)).isFalse();
        assertThat(isTaken("required", List.of(alice), ANYTHING)).isTrue();
        assertThat(isTaken("optional", List.of(), ANYTHING)).isTrue();
        assertThat(isTaken("optional", List.of(alice), ANYTHING)).isTrue();
    }

    @Test
    void anExpiredCertificateIsTakenWhereThePolicyAllowsIt() throws Exception {
        assertThat(isTaken("required", List.of(late), ANYTHING)).isFalse();
        assertThat(isTaken("expired", List.of(late), ANYTHING)).isTrue();
        assertThat(isTaken("expired", List.of(), ANYTHING)).isFalse();
    }

    @Test
    void aCertificateIsKnownByItsHash() throws Exception {
        for (String listener : List.of("certificate", "spki")) {
            assertThat(isTaken(listener, List.of(alice), ANYTHING)).as(listener).isTrue();
            assertThat(isTaken(listener, List.of(bob), ANYTHING)).as(listener).isFalse();
        }
        assertThat(isTaken("required", List.of(bob), ANYTHING)).isTrue();
    }

    @Test
    void aCertificateIsKnownByAnotherName() throws Exception {
        assertThat(isTaken("name", List.of(alice), ANYTHING)).isTrue();
        assertThat(isTaken("name", List.of(bob), ANYTHING)).isFalse();
    }

    @Test
    void aListOfRevokedCertificatesIsForTheWholeChainOrItsEnd() throws Exception {
        assertThat(isTaken("required", List.of(below), ANYTHING)).isTrue();
        assertThat(isTaken("required", List.of(belowRevoked), ANYTHING)).isTrue();
        assertThat(isTaken("revoked", List.of(alice), ANYTHING)).isTrue();
        assertThat(isTaken("revoked", List.of(below), ANYTHING)).isFalse();
        assertThat(isTaken("revoked-leaf", List.of(below), ANYTHING)).isTrue();
        assertThat(isTaken("revoked-leaf", List.of(belowRevoked), ANYTHING)).isFalse();
    }

    @Test
    void fingerprintsOfClientsAreTaken() throws Exception {
        assertThat(answer("fingerprints", "/with", List.of(), ANYTHING)).startsWith("HTTP/1.1 200");
        assertThat(answer("plain", "/without", List.of(), ANYTHING)).startsWith("HTTP/1.1 200");
        Path log = folder.resolve("access.log");
        Await.until(
                () -> Files.exists(log) && Files.readAllLines(log).stream().anyMatch("/without - -"::equals),
                SOON,
                () -> "no line without fingerprints");
        Await.until(
                () -> Files.readAllLines(log).stream()
                        .anyMatch(line -> line.matches("/with [0-9a-f]{32} t13\\w+_[0-9a-f]+_[0-9a-f]+")),
                SOON,
                () -> "no line with fingerprints");
    }

    /** Whether a request is answered; a refusal is an alert, or the end of the connection. */
    private static boolean isTaken(String listener, List<Holder> own, Consumer<SSLParameters> offer) throws Exception {
        try {
            return answer(listener, "/", own, offer).startsWith("HTTP/1.1 200");
        } catch (IOException e) {
            return false;
        }
    }

    /** The answer to a request on a connection of its own; the client trusts any server, and shows the certificate, where it has one. */
    private static String answer(String listener, String path, List<Holder> own, Consumer<SSLParameters> offer)
            throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        for (Holder each : own) {
            store.setKeyEntry("own", each.key(), new char[0], each.chain().toArray(Certificate[]::new));
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new TrustManager[] {new Trusting()}, null);
        int port = Objects.requireNonNull(PORTS.get(listener), listener);
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            SSLParameters parameters = socket.getSSLParameters();
            offer.accept(parameters);
            socket.setSSLParameters(parameters);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static GeneralNames names(String principal) {
        return new GeneralNames(new GeneralName(
                GeneralName.otherName,
                new OtherName(new ASN1ObjectIdentifier(PRINCIPAL_NAME), new DERUTF8String(principal))));
    }

    private static byte[] sha256(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    private static String data(String kind, String name, Map<String, String> values) {
        StringBuilder object = new StringBuilder("""
                ---
                apiVersion: v1
                kind: ${kind}
                metadata: {name: ${name}, namespace: default}
                ${field}:
                """.replace("${kind}", kind)
                .replace("${name}", name)
                .replace("${field}", kind.equals("Secret") ? "stringData" : "data"));
        values.forEach((key, value) -> object.append("  ")
                .append(key)
                .append(": |\n")
                .append(value.strip().indent(4)));
        return object.toString();
    }

    /** A client here is not the one that is tried. */
    private static final class Trusting extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
