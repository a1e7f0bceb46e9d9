package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.identity.authority.CertificateAuthority;
import dev.gatehouse.identity.authority.Issued;
import dev.gatehouse.identity.authority.Pem;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.standalone.wasm.OciRegistry;
import dev.gatehouse.standalone.wasm.TellingModule;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The fields of {@code wasm} of an EnvoyExtensionPolicy: the extension in the real Envoy answers with what it was given. */
// The waits are bounded by silence; this ends a test that hangs.
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WasmFieldsIT {
    private static final String USER = "puller";
    private static final String PASSWORD = "password-of-the-puller";
    private static final String TEAM = "TEAM_OF_THE_TEST";
    private static final String OTHER = "OTHER_OF_THE_TEST";

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
              hostnames: [${name}.test]
              rules: [{filters: [{type: RequestRedirect, requestRedirect: {hostname: without.test}}]}]
            """;

    private static final String POLICY = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyExtensionPolicy
            metadata: {name: ${name}, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}]
              wasm: [${wasm}]
            """;

    private static final String REGISTRY = """
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: pull, namespace: default}
            type: kubernetes.io/dockerconfigjson
            data: {.dockerconfigjson: ${login}}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: authorities, namespace: default}
            data: {ca.crt: "${authorities}"}
            """;

    private final List<Integer> ports = FreePorts.some(3);
    private final int port = ports.get(2);
    private final StringBuilder objects = new StringBuilder();

    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private HttpServer code;

    @SuppressWarnings("NullAway.Init")
    private OciRegistry plain;

    @SuppressWarnings("NullAway.Init")
    private OciRegistry secure;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        folder = temporary;
        CertificateAuthority authority =
                CertificateAuthority.create(Instant.now(), Duration.ofDays(1), new SecureRandom());
        code = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        code.createContext("/telling.wasm", exchange -> {
            byte[] module = TellingModule.of("file");
            exchange.sendResponseHeaders(200, module.length);
            exchange.getResponseBody().write(module);
            exchange.close();
        });
        code.start();
        plain = OciRegistry.start(USER, PASSWORD, Optional.empty());
        secure = OciRegistry.start(
                USER,
                PASSWORD,
                Optional.of(tls(authority.issue(
                        new ProcessName.Service("registry"),
                        List.of("localhost"),
                        Instant.now(),
                        Duration.ofDays(1)))));
        write(authority.keep().certificate());
        gatehouse = ChildJvm.start(
                        "standalone",
                        Map.of(TEAM, "blue", OTHER, "hidden"),
                        "run",
                        folder.resolve("objects").toString(),
                        "--grpc-port",
                        Integer.toString(ports.get(0)),
                        "--admin-port",
                        Integer.toString(ports.get(1)),
                        "--envoy",
                        RealEnvoy.binary().path().toString())
                .awaitLine(line -> line.startsWith("Ctrl-C"));
    }

    private void write(String authorities) throws IOException {
        String digest = plain.push("team/telling", "1", TellingModule.of("image"));
        secure.push("team/telling", "1", TellingModule.of("image by TLS"));
        plain.push("team/kept", "1", TellingModule.of("first"));
        plain.push("team/renewed", "1", TellingModule.of("first"));
        String logins = """
                {"auths": {"127.0.0.1:%d": {"username": "%s", "password": "%s"}, "localhost:%d": {"username": "%s", "password": "%s"}}}""".formatted(plain.port(), USER, PASSWORD, secure.port(), USER, PASSWORD);
        objects.append(GATEWAY.replace("${port}", Integer.toString(port)))
                .append(REGISTRY.replace(
                                "${login}", Base64.getEncoder().encodeToString(logins.getBytes(StandardCharsets.UTF_8)))
                        .replace("${authorities}", authorities.replace("\n", "\\n")));
        extension(
                "told",
                "{name: name-of-the-extension, rootID: root-of-the-extension, config: {header: x-stamp, values: [1, two]}, "
                        + "env: {hostKeys: [TEAM_OF_THE_TEST]}, code: {type: HTTP, http: {url: \"${file}\"}}}");
        extension("untold", "{code: {type: HTTP, http: {url: \"${file}\"}}}");
        extension(
                "image",
                "{code: {type: Image, image: {url: \"oci://127.0.0.1:${plain}/team/telling:1\", pullSecretRef: {name: pull}}}}");
        extension(
                "digest",
                "{code: {type: Image, image: {url: \"127.0.0.1:${plain}/team/telling:1\", sha256: \"" + digest
                        + "\", pullSecretRef: {name: pull}}}}");
        extension(
                "otherdigest",
                "{code: {type: Image, image: {url: \"127.0.0.1:${plain}/team/telling:1\", sha256: \"" + "0".repeat(64)
                        + "\", pullSecretRef: {name: pull}}}}");
        extension("anonymous", "{code: {type: Image, image: {url: \"127.0.0.1:${plain}/team/telling:1\"}}}");
        extension(
                "secure",
                "{code: {type: Image, image: {url: \"localhost:${secure}/team/telling:1\", pullSecretRef: {name: pull}, "
                        + "tls: {caCertificateRef: {group: \"\", kind: ConfigMap, name: authorities}}}}}");
        extension(
                "untrusted",
                "{code: {type: Image, image: {url: \"localhost:${secure}/team/telling:1\", pullSecretRef: {name: pull}}}}");
        extension("kept", kept("before"));
        extension("renewed", renewed("before"));
        Files.createDirectories(folder.resolve("objects"));
        replace(objects.toString());
    }

    private static String kept(String config) {
        return "{config: " + config + ", code: {type: Image, pullPolicy: IfNotPresent, "
                + "image: {url: \"127.0.0.1:${plain}/team/kept:1\", pullSecretRef: {name: pull}}}}";
    }

    private static String renewed(String config) {
        return "{config: " + config + ", code: {type: Image, pullPolicy: Always, "
                + "image: {url: \"127.0.0.1:${plain}/team/renewed:1\", pullSecretRef: {name: pull}}}}";
    }

    private void extension(String name, String wasm) {
        objects.append(ROUTE.replace("${name}", name))
                .append(POLICY.replace("${name}", name)
                        .replace("${wasm}", wasm)
                        .replace(
                                "${file}",
                                "http://127.0.0.1:" + code.getAddress().getPort() + "/telling.wasm")
                        .replace("${plain}", Integer.toString(plain.port()))
                        .replace("${secure}", Integer.toString(secure.port())));
    }

    /** Replaces the objects in one step. */
    private void replace(String content) throws IOException {
        Files.move(
                Files.writeString(folder.resolve("new.yaml"), content),
                folder.resolve("objects").resolve("all.yaml"),
                StandardCopyOption.ATOMIC_MOVE);
    }

    private static SSLContext tls(Issued certificate) throws GeneralSecurityException, IOException {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry(
                "server",
                Pem.privateKey(certificate.key()),
                new char[0],
                Pem.certificates(certificate.certificate()).toArray(X509Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        code.stop(0);
        plain.close();
        secure.close();
    }

    @Test
    void anExtensionIsGivenItsNameItsRootItsConfigurationAndTheVariablesOfThePolicy() {
        assertThat(once("told", "version=file"))
                .contains("\nname=name-of-the-extension\n")
                .contains("\nroot=root-of-the-extension\n")
                .contains("\nconfig={\"header\":\"x-stamp\",\"values\":[1,\"two\"]}\n")
                .contains("\nenvironment=TEAM_OF_THE_TEST=blue\0")
                .doesNotContain("hidden");
    }

    @Test
    void withoutThemItHasAnEmptyConfigurationAndNoVariables() {
        assertThat(once("untold", "version=file"))
                .contains("untold")
                .doesNotContain("name-of-the-extension")
                .contains("\nroot=\nconfig=\n")
                .endsWith("\nenvironment=");
    }

    @Test
    void theCodeOfAnImageIsFetchedWithTheCredentialsOfThePullSecret() {
        once("image", "version=image\n");
        Await.orSilent(
                () -> gatehouse.output().contains("is answered with status 401"),
                () -> gatehouse.lines().size(),
                () -> gatehouse.output());
        assertThat(get("anonymous")).startsWith("HTTP/1.1 500");
    }

    @Test
    void anImageHasTheDigestOfThePolicy() {
        once("digest", "version=image\n");
        Await.orSilent(
                () -> gatehouse.output().contains("(expected: sha256:" + "0".repeat(64) + ")"),
                () -> gatehouse.lines().size(),
                () -> gatehouse.output());
        assertThat(get("otherdigest")).startsWith("HTTP/1.1 500");
    }

    @Test
    void aRegistryBehindTlsIsTrustedByTheAuthoritiesOfThePolicy() {
        once("secure", "version=image by TLS\n");
        assertThat(get("untrusted")).startsWith("HTTP/1.1 500");
    }

    @Test
    void anImageIsFetchedAgainAsThePullPolicySays() throws IOException {
        once("kept", "version=first\n");
        once("renewed", "version=first\n");
        plain.push("team/kept", "1", TellingModule.of("second"));
        plain.push("team/renewed", "1", TellingModule.of("second"));
        replace(objects.toString().replace("config: before", "config: after"));
        once("renewed", "version=second\n");
        assertThat(once("kept", "config=\"after\"\n")).contains("version=first\n");
        assertThat(plain.pulls("team/kept", "1")).isEqualTo(1);
        assertThat(plain.pulls("team/renewed", "1")).isEqualTo(2);
    }

    /** The answer, once it has {@code text}. */
    private String once(String host, String text) {
        Await.orSilent(
                () -> get(host).contains(text),
                () -> gatehouse.lines().size(),
                () -> get(host) + "\n" + gatehouse.output());
        return get(host);
    }

    /** The whole answer; empty: the connection was closed without one. */
    private String get(String host) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + host + ".test\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
