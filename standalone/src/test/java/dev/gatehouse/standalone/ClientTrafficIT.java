package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.identity.authority.Pem;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.FreePorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** ClientTrafficPolicies in a real Envoy: a listener for each, and requests that show what the policy does. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClientTrafficIT {
    private static final Path CERTIFICATES = Path.of("src/test/resources/clients");
    private static final String TRUST = "caCertificateRefs: [{kind: ConfigMap, name: ca}]";

    /** Tells the client's address, as the proxy takes it. */
    private static final String TOLD =
            "headers: {lateResponseHeaders: {set: [{name: x-client, value: \"%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%\"}]}}";

    /** The listeners that terminate TLS, with their policies. */
    private static final Map<String, String> TLS = new LinkedHashMap<>();

    /** The other HTTP listeners, likewise. */
    private static final Map<String, String> PLAIN = new LinkedHashMap<>();

    static {
        TLS.put("required", """
                tls: {clientValidation: {%s, crl: {refs: [{name: revoked}]}}}
                headers: {xForwardedClientCert: {mode: SanitizeSet, certDetailsToAdd: [Subject, DNS, URI]}}
                """.formatted(TRUST));
        TLS.put("appending", """
                tls: {clientValidation: {mode: VerifyIfGiven, %s}}
                headers: {xForwardedClientCert: {mode: AppendForward, certDetailsToAdd: [DNS]}}
                """.formatted(TRUST));
        TLS.put("any", "tls: {clientValidation: {mode: RequireAny, %s}}".formatted(TRUST));
        TLS.put(
                "named",
                "tls: {clientValidation: {%s, subjectAltNames: {uris: [{type: Prefix, value: 'spiffe://test/'}]}}}"
                        .formatted(TRUST));
        TLS.put("untrusting", "tls: {clientValidation: {caCertificateRefs: [{name: nowhere}]}}");
        TLS.put("old", "tls: {maxVersion: '1.2', ciphers: [ECDHE-ECDSA-AES256-GCM-SHA384], alpnProtocols: [http/1.1]}");
        TLS.put("quic", "http3: {}");
        TLS.put("other", "timeout: {tcp: {tlsHandshakeTimeout: 300ms}}");
        PLAIN.put("proxied", "proxyProtocol: {}\n" + TOLD);
        PLAIN.put("maybe", "proxyProtocol: {optional: true}\n" + TOLD);
        PLAIN.put("hops", "clientIPDetection: {xForwardedFor: {numTrustedHops: 2}}\n" + TOLD);
        PLAIN.put("networks", "clientIPDetection: {xForwardedFor: {trustedCIDRs: [127.0.0.0/8, 10.0.0.0/8]}}\n" + TOLD);
        PLAIN.put("address", "clientIPDetection: {customHeader: {name: X-Real-IP, failClosed: true}}\n" + TOLD);
        PLAIN.put("limited", "connection: {connectionLimit: {value: 1}}");
        PLAIN.put("single", "connection: {connectionLimit: {maxRequestsPerConnection: 1}}");
        PLAIN.put("edits", """
                headers:
                  withUnderscoresAction: Allow
                  requestID: Preserve
                  host: {stripTrailingHostDot: true}
                  earlyRequestHeaders:
                    set: [{name: x-version, value: v2}]
                    add: [{name: x-added, value: more}]
                    addIfAbsent: [{name: x-default, value: fallback}]
                    removeOnMatch: [{type: Prefix, value: x-internal-}]
                  lateResponseHeaders: {set: [{name: x-late, value: "yes"}], remove: [content-type]}
                """);
        PLAIN.put("dropping", "headers: {withUnderscoresAction: DropHeader, requestID: Disable}");
        PLAIN.put("ancient", "http1: {http10: {useDefaultHost: true}}");
        PLAIN.put("cased", "http1: {preserveHeaderCase: true}");
        PLAIN.put("upgrades", "http1: {ignoredUpgradeTypes: [{type: Prefix, value: TLS/}]}");
        PLAIN.put("strict", "path: {escapedSlashesAction: RejectRequest, disableMergeSlashes: true}");
        PLAIN.put("lenient", "path: {escapedSlashesAction: KeepUnchanged}");
        PLAIN.put("forwarding", "path: {escapedSlashesAction: UnescapeAndForward}");
        PLAIN.put(
                "hurried",
                "timeout: {http: {requestHeadersReceivedTimeout: 300ms, requestReceivedTimeout: 300ms, idleTimeout: 400ms}}");
        PLAIN.put("checked", "healthCheck: {path: /healthy}");
        PLAIN.put(
                "wide",
                "connection: {bufferLimit: 1Mi, socketBufferLimit: 256Ki, maxAcceptPerSocketEvent: 3}\ntcpKeepalive: {probes: 3, idleTime: 60s, interval: 10s}");
        PLAIN.put("web", "grpc: {enableWeb: true}");
        PLAIN.put("default", "");
    }

    private final Map<String, Integer> ports = new LinkedHashMap<>();

    @SuppressWarnings("NullAway.Init")
    private ServerSocket raw;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        List<Integer> free = FreePorts.some(TLS.size() + PLAIN.size() + 4);
        int next = 3;
        for (String name : TLS.keySet()) {
            ports.put(name, free.get(next++));
        }
        for (String name : PLAIN.keySet()) {
            ports.put(name, free.get(next++));
        }
        ports.put("stream", free.get(next));
        raw = echo();
        Files.writeString(folder.resolve("all.yaml"), objects(free.get(2)));
        gatehouse = ChildJvm.serving(free.get(0), free.get(1), folder);
    }

    @AfterAll
    void stop() throws IOException {
        if (gatehouse != null) {
            gatehouse.close();
        }
        raw.close();
    }

    /** A backend that answers with the head of the request as it came. */
    private static ServerSocket echo() throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("echo").start(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    StringBuilder head = new StringBuilder();
                    while (head.indexOf("\r\n\r\n") < 0) {
                        head.append((char) socket.getInputStream().read());
                    }
                    socket.getOutputStream()
                            .write(ascii("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + head.length()
                                    + "\r\n\r\n" + head));
                } catch (IOException e) {
                    // The test is over, or the proxy has closed a connection that it did not need.
                    continue;
                }
            }
        });
        return server;
    }

    private String objects(int backend) throws IOException {
        StringBuilder yaml = new StringBuilder("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec:
                  gatewayClassName: gatehouse
                  listeners:
                """);
        TLS.keySet()
                .forEach(
                        name -> yaml.append("""
                  - {name: %s, protocol: HTTPS, port: %d, tls: {certificateRefs: [{name: server}]}}
                """.formatted(name, ports.get(name)).indent(0)));
        PLAIN.keySet()
                .forEach(name -> yaml.append("  - {name: %s, protocol: HTTP, port: %d%s}\n"
                        .formatted(name, ports.get(name), name.equals("ancient") ? ", hostname: ancient.test" : "")));
        yaml.append("  - {name: stream, protocol: TCP, port: %d}\n".formatted(ports.get("stream")));
        Map<String, String> policies = new LinkedHashMap<>(TLS);
        policies.putAll(PLAIN);
        policies.put("stream", "timeout: {tcp: {idleTimeout: 300ms}}\nconnection: {connectionLimit: {value: 1}}");
        policies.remove("default");
        policies.forEach((name, spec) ->
                yaml.append("""
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: ClientTrafficPolicy
                metadata: {name: %1$s, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw, sectionName: %1$s}]
                """.formatted(name)).append(spec.strip().indent(2)));
        return yaml.append("""
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: app, namespace: default}
                spec:
                  parentRefs: [{name: gw}]
                  rules:
                  - backendRefs: [{name: app, port: 80}]
                  - {matches: [{path: {value: /raw}}], backendRefs: [{name: raw, port: 80}]}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: TCPRoute
                metadata: {name: stream, namespace: default}
                spec:
                  parentRefs: [{name: gw, sectionName: stream}]
                  rules: [{backendRefs: [{name: app, port: 80}]}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: app, namespace: default}
                spec: {ports: [{name: http, protocol: TCP, port: 80}]}
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: app
                  namespace: default
                  labels: {kubernetes.io/service-name: app}
                  annotations: {gatehouse.dev/run: httpbin}
                addressType: IPv4
                endpoints: [{addresses: [127.0.0.1]}]
                ports: [{name: http, protocol: TCP, port: %d}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: raw, namespace: default}
                spec: {ports: [{name: http, protocol: TCP, port: 80}]}
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: raw
                  namespace: default
                  labels: {kubernetes.io/service-name: raw}
                addressType: IPv4
                endpoints: [{addresses: [127.0.0.1]}]
                ports: [{name: http, protocol: TCP, port: %d}]
                """.formatted(backend, raw.getLocalPort()))
                .append(object("Secret", "server", "stringData", "tls.crt", "server.crt", "tls.key", "server.key"))
                .append(object("ConfigMap", "ca", "data", "ca.crt", "authority.crt"))
                .append(object("Secret", "revoked", "stringData", "ca.crl", "revoked.crl"))
                .toString();
    }

    private static String object(String kind, String name, String field, String... files) throws IOException {
        StringBuilder yaml =
                new StringBuilder("---\napiVersion: v1\nkind: %s\nmetadata: {name: %s, namespace: default}\n%s:\n"
                        .formatted(kind, name, field));
        for (int i = 0; i < files.length; i += 2) {
            yaml.append("  ")
                    .append(files[i])
                    .append(": |\n")
                    .append(pem(files[i + 1]).indent(4));
        }
        return yaml.toString();
    }

    private static String pem(String file) throws IOException {
        return Files.readString(CERTIFICATES.resolve(file));
    }

    @Test
    void aClientMustShowAValidCertificateThatIsNotRevoked() throws Exception {
        assertThat(tls("required", "alice", "/headers")).startsWith("HTTP/1.1 200");
        assertRefused("required", "");
        assertRefused("required", "eve");
        assertRefused("required", "mallory");
    }

    @Test
    void aCertificateIsForwardedAsThePolicySays() throws Exception {
        assertThat(tls("required", "alice", "/headers", "X-Forwarded-Client-Cert: Hash=forged"))
                .contains("Subject=")
                .contains("DNS=alice.test")
                .contains("URI=spiffe://test/alice")
                .doesNotContain("forged");
        assertThat(tls("appending", "alice", "/headers", "X-Forwarded-Client-Cert: Hash=earlier"))
                .contains("Hash=earlier,")
                .contains("DNS=alice.test");
        assertThat(tls("other", "", "/headers", "X-Forwarded-Client-Cert: Hash=forged"))
                .startsWith("HTTP/1.1 200")
                .doesNotContain("forged");
    }

    @Test
    void aCertificateMayBeOptional() throws Exception {
        assertThat(tls("appending", "", "/headers")).startsWith("HTTP/1.1 200");
        assertRefused("appending", "eve");
        assertThat(tls("any", "eve", "/headers")).startsWith("HTTP/1.1 200");
        assertRefused("any", "");
    }

    @Test
    void aCertificateMustHaveOneOfTheNames() throws Exception {
        assertThat(tls("named", "alice", "/headers")).startsWith("HTTP/1.1 200");
        assertRefused("named", "mallory");
    }

    @Test
    void aListenerWhoseClientsCannotBeValidatedIsClosedAndNoOther() throws Exception {
        assertThat(tls("untrusting", "alice", "/headers")).startsWith("HTTP/1.1 500");
        assertThat(tls("other", "", "/headers")).startsWith("HTTP/1.1 200");
        assertThat(plain("default", "/headers")).startsWith("HTTP/1.1 200");
    }

    @Test
    void versionsCiphersAndProtocolsAreThoseOfThePolicy() throws Exception {
        try (SSLSocket socket = connect("old", "", "h2", "http/1.1")) {
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.2");
            assertThat(socket.getSession().getCipherSuite()).isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
            assertThat(socket.getApplicationProtocol()).isEqualTo("http/1.1");
        }
        try (SSLSocket socket = connect("other", "", "h2", "http/1.1")) {
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
        }
    }

    @Test
    void aHandshakeThatTakesTooLongIsEnded() throws Exception {
        try (Socket socket = open("other")) {
            // A client that has begun and does not go on: the first bytes of a record.
            socket.getOutputStream().write(new byte[] {22, 3, 1, 0, 10});
            assertThat(all(socket)).isEmpty();
        }
    }

    @Test
    void http3IsOfferedAndQuicIsSpoken() throws Exception {
        assertThat(tls("quic", "", "/headers"))
                .containsIgnoringCase("alt-svc: h3=\":" + ports.get("quic") + "\"; ma=86400");
        assertThat(tls("other", "", "/headers")).doesNotContainIgnoringCase("alt-svc");
        assertThat(quicVersions("quic")).contains(1);
    }

    @Test
    void theAddressOfTheClientIsThatOfTheProxyProtocol() throws Exception {
        assertThat(plainAfter("proxied", "PROXY TCP4 203.0.113.7 127.0.0.1 1234 80\r\n"))
                .contains("x-client: 203.0.113.7");
        assertThat(exchange(open("proxied"), join(version2(), request("/headers"))))
                .contains("x-client: 203.0.113.8");
        assertThat(plainAfter("proxied", "")).isEmpty();
        assertThat(plainAfter("maybe", "PROXY TCP4 203.0.113.7 127.0.0.1 1234 80\r\n"))
                .contains("x-client: 203.0.113.7");
        assertThat(plainAfter("maybe", "")).contains("x-client: 127.0.0.1");
    }

    @Test
    void theAddressOfTheClientIsFromWhereThePolicySays() throws Exception {
        String forwarded = "X-Forwarded-For: 203.0.113.1, 203.0.113.2, 203.0.113.3";
        assertThat(plain("hops", "/headers", forwarded)).contains("x-client: 203.0.113.2");
        assertThat(plain("networks", "/headers", "X-Forwarded-For: 203.0.113.1, 203.0.113.2, 10.0.0.3"))
                .contains("x-client: 203.0.113.2");
        assertThat(plain("address", "/headers", "X-Real-IP: 203.0.113.9")).contains("x-client: 203.0.113.9");
        assertThat(plain("address", "/headers")).startsWith("HTTP/1.1 403");
    }

    @Test
    void aConnectionAboveTheLimitIsClosed() throws Exception {
        for (String listener : List.of("limited", "stream")) {
            try (Socket first = open(listener)) {
                first.getOutputStream().write(ascii("GET /headers HTTP/1.1\r\nHost: a.test\r\n\r\n"));
                assertThat((char) first.getInputStream().read()).isEqualTo('H');
                assertThat(plain(listener, "/headers")).isEmpty();
            }
        }
    }

    @Test
    void aConnectionIsClosedAfterTheRequestsThatItMayHave() throws Exception {
        try (Socket socket = open("single")) {
            socket.getOutputStream().write(ascii("GET /headers HTTP/1.1\r\nHost: a.test\r\n\r\n"));
            assertThat(all(socket)).startsWith("HTTP/1.1 200").containsIgnoringCase("connection: close");
        }
    }

    @Test
    void headersAreChangedBeforeAndAfterAllElse() throws Exception {
        String answer = plain(
                "edits",
                "/headers",
                "x_under: kept",
                "X-Version: v1",
                "X-Added: one",
                "X-Internal-Secret: gone",
                "X-Request-Id: mine");
        assertThat(answer)
                .contains("kept", "v2", "more", "fallback", "mine")
                .doesNotContain("v1", "gone")
                .contains("x-late: yes")
                .doesNotContainIgnoringCase("content-type:");
        assertThat(plain("edits", "/headers", "X-Default: given"))
                .contains("given")
                .doesNotContain("fallback");
    }

    @Test
    void headersWithUnderscoresAreRefusedDroppedOrKept() throws Exception {
        assertThat(plain("default", "/headers", "x_under: kept")).startsWith("HTTP/1.1 400");
        assertThat(plain("dropping", "/headers", "x_under: kept"))
                .startsWith("HTTP/1.1 200")
                .doesNotContain("kept")
                .doesNotContainIgnoringCase("x-request-id");
    }

    @Test
    void requestsOfHttp10AreTakenWhereThePolicySays() throws Exception {
        assertThat(exchange(open("ancient"), ascii("GET /headers HTTP/1.0\r\n\r\n")))
                .startsWith("HTTP/1.0 200")
                .contains("ancient.test");
        assertThat(exchange(open("default"), ascii("GET /headers HTTP/1.0\r\n\r\n")))
                .startsWith("HTTP/1.1 426");
    }

    @Test
    void theLettersOfHeadersStayAsTheyAreWhereThePolicySays() throws Exception {
        assertThat(plain("cased", "/raw", "X-MiXeD: a"))
                .startsWith("HTTP/1.1 200")
                .contains("X-MiXeD: a");
        assertThat(plain("default", "/raw", "X-MiXeD: a"))
                .startsWith("HTTP/1.1 200")
                .contains("x-mixed: a");
    }

    @Test
    void anUpgradeThatIsIgnoredIsAnOrdinaryRequest() throws Exception {
        byte[] request = ascii(
                "GET /headers HTTP/1.1\r\nHost: a.test\r\nConnection: upgrade, close\r\nUpgrade: TLS/1.0\r\n\r\n");
        assertThat(exchange(open("upgrades"), request)).startsWith("HTTP/1.1 200");
        assertThat(exchange(open("default"), request)).startsWith("HTTP/1.1 403");
    }

    @Test
    void slashesOfPathsAreTreatedAsThePolicySays() throws Exception {
        assertThat(plain("default", "/anything/a%2Fb")).startsWith("HTTP/1.1 307");
        assertThat(plain("strict", "/anything/a%2Fb")).startsWith("HTTP/1.1 400");
        assertThat(plain("lenient", "/anything/a%2Fb"))
                .startsWith("HTTP/1.1 200")
                .contains("a%2Fb");
        assertThat(plain("forwarding", "/anything/a%2Fb"))
                .startsWith("HTTP/1.1 200")
                .contains("/anything/a/b");
        assertThat(plain("default", "/anything//a")).contains("/anything/a");
        assertThat(plain("strict", "/anything//a")).contains("/anything//a");
    }

    @Test
    void clientsThatAreSlowAreNotWaitedFor() throws Exception {
        try (Socket socket = open("hurried")) {
            socket.getOutputStream().write(ascii("GET /headers HT"));
            assertThat(all(socket)).matches("(?s)(HTTP/1.1 408.*)?");
        }
        try (Socket socket = open("hurried")) {
            socket.getOutputStream()
                    .write(ascii("POST /anything HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nabc"));
            assertThat(all(socket)).startsWith("HTTP/1.1 408");
        }
        try (Socket socket = open("hurried")) {
            socket.getOutputStream().write(ascii("GET /headers HTTP/1.1\r\nHost: a.test\r\n\r\n"));
            assertThat(all(socket)).startsWith("HTTP/1.1 200");
        }
        try (Socket socket = open("stream")) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void theProxyAnswersHealthChecksItself() throws Exception {
        assertThat(plain("checked", "/healthy")).startsWith("HTTP/1.1 200").containsIgnoringCase("content-length: 0");
        assertThat(plain("default", "/healthy")).startsWith("HTTP/1.1 404");
        assertThat(plain("checked", "/headers")).startsWith("HTTP/1.1 200").contains("Host");
    }

    @Test
    void socketsWithOptionsAndListenersWithGrpcWebServe() throws Exception {
        assertThat(plain("wide", "/headers")).startsWith("HTTP/1.1 200");
        assertThat(plain("web", "/headers")).startsWith("HTTP/1.1 200");
    }

    private void assertRefused(String listener, String client) {
        assertThatThrownBy(() -> {
                    String answer = tls(listener, client, "/headers");
                    throw new IOException("answered: " + answer);
                })
                .isInstanceOf(IOException.class)
                .message()
                .doesNotContain("answered: HTTP");
    }

    /** @param client whose certificate is shown; empty: nobody's */
    private String tls(String listener, String client, String path, String... headers) throws Exception {
        try (SSLSocket socket = connect(listener, client)) {
            return exchange(socket, request(path, headers));
        }
    }

    private SSLSocket connect(String listener, String client, String... protocols) throws Exception {
        SSLSocket socket = (SSLSocket)
                context(client).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port(listener));
        socket.setSoTimeout(20_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static SSLContext context(String client) throws GeneralSecurityException, IOException {
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
        context.init(
                new KeyManager[] {showing(client, (X509ExtendedKeyManager) keys.getKeyManagers()[0])},
                trusted.getTrustManagers(),
                null);
        return context;
    }

    /** Shows a certificate whoever has signed it: Java's own shows none that the server would not know. */
    private static KeyManager showing(String client, X509ExtendedKeyManager keys) {
        return new X509ExtendedKeyManager() {
            @Override
            public @Nullable String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
                return client.isEmpty() ? null : client;
            }

            @Override
            public String[] getClientAliases(String type, Principal[] issuers) {
                return keys.getClientAliases(type, issuers);
            }

            @Override
            public String[] getServerAliases(String type, Principal[] issuers) {
                return keys.getServerAliases(type, issuers);
            }

            @Override
            public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
                return keys.chooseServerAlias(type, issuers, socket);
            }

            @Override
            public X509Certificate[] getCertificateChain(String alias) {
                return keys.getCertificateChain(alias);
            }

            @Override
            public PrivateKey getPrivateKey(String alias) {
                return keys.getPrivateKey(alias);
            }
        };
    }

    private int port(String listener) {
        return Objects.requireNonNull(ports.get(listener), listener);
    }

    private Socket open(String listener) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(listener));
        socket.setSoTimeout(20_000);
        return socket;
    }

    private String plain(String listener, String path, String... headers) throws IOException {
        return exchange(open(listener), request(path, headers));
    }

    private String plainAfter(String listener, String preface) throws IOException {
        return exchange(open(listener), join(ascii(preface), request("/headers")));
    }

    private static byte[] request(String path, String... headers) {
        List<String> lines = new ArrayList<>(List.of("GET " + path + " HTTP/1.1", "Host: a.test", "Connection: close"));
        lines.addAll(List.of(headers));
        return ascii(String.join("\r\n", lines) + "\r\n\r\n");
    }

    /** The whole answer; empty where the connection is closed without one. */
    private static String exchange(Socket socket, byte[] request) throws IOException {
        try (socket) {
            socket.getOutputStream().write(request);
            return all(socket);
        }
    }

    private static String all(Socket socket) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        InputStream input = socket.getInputStream();
        try {
            input.transferTo(answer);
        } catch (SocketException e) {
            // A reset ends an answer as a close does.
            assertThat(e).hasMessageContaining("reset");
        }
        return answer.toString(StandardCharsets.UTF_8);
    }

    /** A header of the PROXY protocol's second version: TCP over IPv4 from 203.0.113.8. */
    private static byte[] version2() {
        return ByteBuffer.allocate(28)
                .put(new byte[] {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11})
                .putShort((short) 12)
                .put(new byte[] {(byte) 203, 0, 113, 8, 127, 0, 0, 1})
                .putShort((short) 1234)
                .putShort((short) 80)
                .array();
    }

    /** The versions that a server offers to a client whose version it does not know (RFC 8999, 6). */
    private List<Integer> quicVersions(String listener) throws IOException {
        ByteBuffer initial = ByteBuffer.allocate(1200)
                .put((byte) 0xC0)
                .putInt(0x1A2A3A4A)
                .put((byte) 8)
                .putLong(1)
                .put((byte) 8)
                .putLong(2);
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(20_000);
            socket.send(new DatagramPacket(initial.array(), 1200, InetAddress.getLoopbackAddress(), port(listener)));
            DatagramPacket answer = new DatagramPacket(new byte[1500], 1500);
            socket.receive(answer);
            ByteBuffer bytes = ByteBuffer.wrap(answer.getData(), 0, answer.getLength());
            bytes.get();
            assertThat(bytes.getInt()).isZero();
            bytes.position(bytes.position() + 1 + 8 + 1 + 8);
            List<Integer> versions = new ArrayList<>();
            while (bytes.remaining() >= Integer.BYTES) {
                versions.add(bytes.getInt());
            }
            return versions;
        }
    }

    private static byte[] join(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
