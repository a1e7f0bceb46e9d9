package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.testkit.FreePorts;
import io.vertx.core.json.JsonArray;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The commands that read files and start nothing, and those that ask an instance where none runs. */
final class FileCommandsTest {
    private static final Path EXAMPLES = Path.of("../examples");
    private static final String QUICKSTART = EXAMPLES.resolve("quickstart").toString();

    private static final String PROTECTED = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: edge}
            spec:
              gatewayClassName: teg
              listeners:
                - {name: http, port: 80, protocol: HTTP}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: policy}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]
              basicAuth: {users: {name: users}}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: users}
            stringData:
              .htpasswd: |
            """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    /** All but that of a mesh, which needs a cluster: its files are steps, one of which replaces another's Gateway. e2e/istio applies them. */
    static List<Path> examples() throws IOException {
        try (Stream<Path> folders = Files.list(EXAMPLES)) {
            return folders.filter(Files::isDirectory)
                    .filter(folder -> !folder.endsWith("istio"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsValid(Path example) {
        assertThat(execute("validate", "-f", example.toString()))
                .as(() -> err.toString())
                .isZero();
        assertThat(out.toString()).contains(" objects, 0 errors");
        assertThat(err.toString()).doesNotContain("warning: ");
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsTranslatedWithAListenerForEachGateway(Path example) {
        assertThat(execute("translate", "-f", example.toString(), "--type", "listener", "-o", "json"))
                .isZero();
        assertThat(new JsonArray(out.toString())).isNotEmpty();
    }

    @Test
    void yamlAndJsonSayTheSame() {
        assertThat(execute("translate", "-f", QUICKSTART)).isZero();
        Object yaml = yaml(out.toString()).getFirst();
        assertThat(execute("translate", "-f", QUICKSTART, "-o", "json")).isZero();
        List<?> json = new JsonArray(out.toString()).getList();
        assertThat(json).isNotEmpty();
        assertThat(new JsonArray((List<?>) yaml).encode()).isEqualTo(new JsonArray(json).encode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"listener", "route", "cluster", "endpoint"})
    void aTypePrintsResourcesOfThatTypeAlone(String type) {
        assertThat(execute("translate", "-f", QUICKSTART, "--type", type)).isZero();
        assertThat(yaml(out.toString()).getFirst())
                .isInstanceOfSatisfying(
                        List.class,
                        list -> assertThat(list)
                                .isNotEmpty()
                                .allSatisfy(each -> assertThat((Map<?, ?>) each)
                                        .extracting("type", "fleet")
                                        .containsExactly(type, "httpbin/dedicated-gateway")));
    }

    @ParameterizedTest
    @CsvSource({"quickstart,secret", "quickstart,waf", "quickstart,ratelimit", "quickstart,access"})
    void aTypeThatIsNotThereIsAnEmptyList(String example, String type) {
        assertThat(execute("translate", "-f", EXAMPLES.resolve(example).toString(), "--type", type, "-o", "json"))
                .isZero();
        assertThat(new JsonArray(out.toString())).isEmpty();
    }

    @Test
    void aPrivateKeyIsNeverPrinted() {
        String example = EXAMPLES.resolve("tls").toString();
        assertThat(execute("translate", "-f", example)).isZero();
        assertThat(out.toString()).contains("type: secret").doesNotContain("PRIVATE KEY");
        assertThat(execute("translate", "-f", example, "--type", "secret", "-o", "json"))
                .isZero();
        assertThat(new JsonArray(out.toString())).isNotEmpty();
        assertThat(out.toString()).doesNotContain("LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t");
    }

    @Test
    void statusIsAStreamOfTheObjectsWithTheirStatuses() {
        assertThat(execute("translate", "-f", QUICKSTART, "--type", "status")).isZero();
        List<Object> documents = yaml(out.toString());
        assertThat(documents)
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(document -> assertThat((Map<?, ?>) document)
                        .extracting(Map::keySet)
                        .isEqualTo(Set.of("apiVersion", "kind", "metadata", "spec", "status")));
        assertThat(documents)
                .extracting(document -> String.valueOf(((Map<?, ?>) document).get("kind")))
                .contains("Gateway", "HTTPRoute");
    }

    @Test
    void statusAsJsonIsAStreamOfObjectsToo() {
        assertThat(execute("translate", "-f", QUICKSTART, "--type", "status", "-o", "json"))
                .isZero();
        // JSON objects one after the other: with a separator each is a YAML document.
        List<Object> documents = yaml(out.toString().replaceAll("(?m)^\\}\n(?=\\{)", "}\n---\n"));
        assertThat(documents)
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(document ->
                        assertThat(((Map<?, ?>) document).containsKey("status")).isTrue());
    }

    @Test
    void aGatewayOfAnotherControllerIsNotServed() throws IOException {
        Path file = write("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: GatewayClass
                metadata: {name: theirs}
                spec: {controllerName: example.com/theirs}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: edge}
                spec:
                  gatewayClassName: theirs
                  listeners: [{name: http, port: 80, protocol: HTTP}]
                """);
        assertThat(execute("translate", "-f", file.toString(), "-o", "json")).isEqualTo(1);
        assertThat(new JsonArray(out.toString())).isEmpty();
        assertThat(execute(
                        "translate",
                        "-f",
                        file.toString(),
                        "--controller-name",
                        "example.com/theirs",
                        "--type",
                        "status"))
                .isZero();
        assertThat(out.toString()).contains("kind: GatewayClass").contains("kind: Gateway\n");
    }

    @Test
    void anUnknownTypeOrFormIsAWrongCommandLine() {
        assertThat(execute("translate", "-f", QUICKSTART, "--type", "listners")).isEqualTo(2);
        assertThat(err.toString())
                .contains("Type \"listners\" is not known (expected: ")
                .contains("or status");
        assertThat(execute("translate", "-f", QUICKSTART, "-o", "xml")).isEqualTo(2);
        assertThat(err.toString()).contains("xml").contains("yaml, json");
        for (String command : List.of("translate", "validate")) {
            assertThat(execute(command)).isEqualTo(2);
            assertThat(err.toString()).contains("Which files? Name them with -f FILE.");
        }
    }

    @Test
    void rulesOfAWafAreCompiledAndTheirErrorsStandWhereTheyAreInTheFile() throws IOException {
        Path file = write("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: edge}
                spec:
                  gatewayClassName: teg
                  listeners:
                    - {name: http, port: 80, protocol: HTTP}
                ---
                apiVersion: gatehouse.dev/v1alpha1
                kind: WAFPolicy
                metadata: {name: rules}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]
                  ruleFiles: [{name: files}]
                  directives:
                  - |
                    SecRuleEngine On
                    SecRule ARGS "@strec a" "id:1,phase:2,deny"
                  - SecRul ARGS a
                  hosts:
                  - hostnames: [a.test]
                    directives: [SecNonsense On]
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: files}
                data:
                  a.conf: |
                    SecAction "id:1,phase:7,pass"
                """);
        assertThat(execute("validate", "-f", file.toString())).isEqualTo(1);
        assertThat(err.toString().lines().map(line -> line.replace(file + ":", "")))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("18:20: WAFPolicy default/rules: spec.directives[0]: unknown operator"),
                        line -> assertThat(line)
                                .startsWith("19:5: WAFPolicy default/rules: spec.directives[1]: unknown directive"),
                        line -> assertThat(line)
                                .startsWith("22:18: WAFPolicy default/rules: spec.hosts[0].directives[0]: unknown"),
                        line -> assertThat(line).startsWith("29:27: ConfigMap default/files: data.a.conf: phase:7"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"validate", "translate"})
    void aDashIsStandardInput(String command) throws IOException {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(
                    (Files.readString(EXAMPLES.resolve("quickstart/gateway.yaml")) + "---\nkind: Nothing\n")
                            .getBytes(StandardCharsets.UTF_8)));
            assertThat(execute(
                            command, "-f", "-", "-f", QUICKSTART + "/route.yaml", "-f", QUICKSTART + "/backend.yaml"))
                    .isEqualTo(1);
        } finally {
            System.setIn(before);
        }
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .matches("<stdin>:\\d+:1: apiVersion: is missing .*");
    }

    @Test
    void credentialsThatAuthzSvcRefusesAreToldBefore() throws IOException {
        Path file = write(PROTECTED + "    carol:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n");
        assertThat(execute("validate", "-f", file.toString()))
                .as(() -> err.toString())
                .isZero();
        write(PROTECTED + "    carol:{SHA}e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4\n");
        assertThat(execute("validate", "-f", file.toString())).isEqualTo(1);
        assertThat(err.toString())
                .isEqualToNormalizingNewlines(file + ":14:3: SecurityPolicy default/policy: spec.basicAuth:"
                        + " basic_auth.users[0].password_hash: of user \"carol\": {SHA} and hexadecimal digits (expected: {SHA}"
                        + " and the base64 of 20 bytes, as htpasswd -s writes it)\n");
        write(PROTECTED + "    carol:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n".repeat(2));
        assertThat(execute("validate", "-f", file.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("line 2: user \"carol\" is in line 1 already (expected: each user once)");
        write(PROTECTED + "    carol:$2y$31$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234\n");
        assertThat(execute("validate", "-f", file.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("bcrypt of cost 31");
        write(PROTECTED + "    carol:$argon2id$v=19$m=2097152,t=1,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG\n");
        assertThat(execute("validate", "-f", file.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains("of user \"carol\": argon2 with m=2097152 (expected: 32 to 65536 KiB of memory)");
        write(PROTECTED + "    carol:$apr1$c29tZXNh$RdescudvJCsgt3ub+b+dWR\n");
        assertThat(execute("validate", "-f", file.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains("line 1: the password of user \"carol\" is MD5 as Apache has it, $apr1$: htpasswd -B writes"
                        + " bcrypt");
    }

    @Test
    void oneKeyOfTwoClientsIsTold() throws IOException {
        Path file = write(PROTECTED
                .replace(
                        "basicAuth: {users: {name: users}}",
                        "apiKeyAuth: {credentialRefs: [{name: users}]," + " extractFrom: [{headers: [X-Api-Key]}]}")
                .replace("  .htpasswd: |\n", "  alice: same\n  bob: \"same\\n\"\n"));
        assertThat(execute("validate", "-f", file.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains(
                        "spec.apiKeyAuth.credentialRefs[0]: ",
                        "client \"bob\" has the key of client \"alice\" (expected: a key of its own)");
    }

    @Test
    void allErrorsOfAFileAreToldInItsOrder() throws IOException {
        Path file = write("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: edge}
                spec:
                  gatewayClassName: teg
                  listeners:
                    - {name: http, port: 80, protocol: HTTP}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: a}
                spec:
                  parentRefs: [{name: egde}]
                  rules: [{backendRefs: [{name: app, port: 8000}]}]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: b}
                spec:
                  parentRefs: [{name: edge}]
                  ruels: []
                  hostnames: [UPPER.example]
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRuote
                metadata: {name: c}
                ---
                kind: [
                """);
        assertThat(execute("validate", "-f", file.toString())).isEqualTo(1);
        assertThat(err.toString().lines().map(line -> line.replace(file + ":", "")))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("13:").contains("Gateway default/egde is not there"),
                        line -> assertThat(line)
                                .startsWith("21:3: HTTPRoute default/b: spec.ruels: unknown field; did you"
                                        + " mean \"rules\"?"),
                        line -> assertThat(line)
                                .startsWith("22:15: HTTPRoute default/b: spec.hostnames[0]: \"UPPER.example\""),
                        line -> assertThat(line)
                                .startsWith("25:1: kind: \"HTTPRuote\"")
                                .contains("did you mean HTTPRoute?"),
                        line -> assertThat(line).startsWith("29:1: not YAML: "));
        assertThat(out.toString()).contains("2 objects, 5 errors");
    }

    @Test
    void aFileThatIsNotThereIsToldAndTheOthersAreChecked() {
        assertThat(execute("validate", "-f", "/no/such/file.yaml", "-f", QUICKSTART))
                .isEqualTo(1);
        assertThat(err.toString())
                .isEqualToNormalizingNewlines("/no/such/file.yaml:1:1: is not there (expected: a file or folder with"
                        + " Kubernetes objects)\n");
        assertThat(out.toString()).contains(", 1 error");
    }

    @Test
    void whatErrorsDoNotBreakIsTranslated() throws IOException {
        Path file = write("kind: [\n");
        assertThat(execute("translate", "-f", QUICKSTART, "-f", file.toString(), "--type", "listener", "-o", "json"))
                .isEqualTo(1);
        assertThat(new JsonArray(out.toString())).hasSize(1);
        assertThat(err.toString()).contains("not YAML");
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "config dump", "explain http://localhost/"})
    void whereNothingRunsThatIsSaidWithWhatToDo(String command) {
        List<String> args = new ArrayList<>(List.of(command.split(" ")));
        int port = FreePorts.one();
        args.addAll(List.of("--admin-port", String.valueOf(port)));
        assertThat(execute(args.toArray(String[]::new))).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("gatehouse: nothing listens on 127.0.0.1:" + port + " (expected: a running 'gatehouse run'")
                .doesNotContain("\tat ");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("f.yaml"), text);
    }

    private static List<Object> yaml(String text) {
        List<Object> documents = new ArrayList<>();
        new Load(LoadSettings.builder().build()).loadAllFromString(text).forEach(documents::add);
        return documents;
    }

    private int execute(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Gatehouse.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    @Test
    void theConfigurationOfEnvoyGatewayCounts(@TempDir Path folder) throws IOException {
        Path objects = folder.resolve("objects.yaml");
        Files.writeString(objects, """
                apiVersion: gateway.networking.k8s.io/v1
                kind: GatewayClass
                metadata: {name: own}
                spec: {controllerName: example.com/own}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: edge}
                spec:
                  gatewayClassName: own
                  listeners: [{name: http, port: 80, protocol: HTTP}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyPatchPolicy
                metadata: {name: buffers}
                spec:
                  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: edge}
                  type: JSONPatch
                  jsonPatches:
                  - type: type.googleapis.com/envoy.config.listener.v3.Listener
                    name: default/edge/http
                    operation: {op: replace, path: /per_connection_buffer_limit_bytes, value: 4321}
                """);
        Path config = folder.resolve("envoy-gateway.yaml");
        Files.writeString(config, """
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyGateway
                gateway: {controllerName: example.com/own}
                extensionApis: {enableEnvoyPatchPolicy: true}
                telemetry: {}
                """);
        assertThat(execute("translate", "-f", objects.toString(), "--config", config.toString()))
                .isZero();
        assertThat(out.toString()).contains("perConnectionBufferLimitBytes: 4321");
        assertThat(err.toString()).contains("envoy-gateway.yaml:5:1: warning: EnvoyGateway: telemetry: is not served");
        assertThat(execute("validate", "-f", objects.toString(), "--config", config.toString()))
                .isZero();

        // Without a file a look at the objects has all that one could allow; validate has what run has.
        assertThat(execute("translate", "-f", objects.toString(), "--controller-name", "example.com/own"))
                .isZero();
        assertThat(out.toString()).contains("perConnectionBufferLimitBytes: 4321");
        assertThat(execute("validate", "-f", objects.toString(), "--controller-name", "example.com/own"))
                .isOne();
        Files.writeString(config, """
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyGateway
                gateway: {controllerName: example.com/own}
                """);
        assertThat(execute("translate", "-f", objects.toString(), "--config", config.toString()))
                .isOne();

        Files.writeString(config, "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: EnvoyGateway\nextensionApi: {}\n");
        for (String command : List.of("translate", "validate", "run")) {
            assertThat(execute(command, objects.toString(), "--config", config.toString()))
                    .isEqualTo(1);
            assertThat(err.toString()).contains("envoy-gateway.yaml:3:1: EnvoyGateway: extensionApi: ");
        }
        assertThat(execute(
                        "translate",
                        objects.toString(),
                        "--config",
                        folder.resolve("absent").toString()))
                .isEqualTo(1);
    }

    /** A configuration file whose objects are in {@code path}. */
    private Path configurationNaming(String path) throws IOException {
        return Files.writeString(folder.resolve("envoy-gateway.yaml"), """
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyGateway
                provider:
                  type: Custom
                  custom:
                    resource:
                      type: File
                      file: {paths: [%s]}
                """.formatted(path));
    }

    @Test
    void validateAndTranslateReadTheFilesThatTheConfigurationNames() throws IOException {
        Path config = configurationNaming(QUICKSTART);
        assertThat(execute("validate", "--config", config.toString())).isZero();
        assertThat(out.toString()).contains(" objects, 0 errors");
        assertThat(execute("translate", "--config", config.toString(), "--type", "route"))
                .isZero();
        assertThat(out.toString()).contains("virtualHosts:");
    }

    @Test
    void aPathOfTheConfigurationThatIsNotThereIsOneClearMessage() throws IOException {
        Path config = configurationNaming("no/such/folder");
        assertThat(execute("run", "--config", config.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains(
                        "envoy-gateway.yaml:8:22: EnvoyGateway: provider.custom.resource.file.paths[0]: no/such/folder"
                                + " is not there (expected: a file or folder with Kubernetes objects; a relative path is one of"
                                + " the working directory ");

        assertThat(execute("run", "/no/such/file", "--config", config.toString()))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains(
                        "envoy-gateway.yaml:8:14: EnvoyGateway: provider.custom.resource.file.paths: is passed over,"
                                + " since the command line names files",
                        "/no/such/file is not there");
    }
}
