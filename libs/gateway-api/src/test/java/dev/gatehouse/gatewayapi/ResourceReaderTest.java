package dev.gatehouse.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.yaml.Problem;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceReaderTest {
    private static final String GOOD = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata:
              name: edge
              namespace: shop
            spec:
              gatewayClassName: teg
              listeners:
                - name: http
                  port: 80
                  protocol: HTTP
            """;

    private static final String SLICE = """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: s, labels: {kubernetes.io/service-name: s}}
            addressType: %s
            endpoints: [{addresses: ["%s"]}]
            ports: [{port: 80}]
            """;

    private static final String CLASS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: GatewayClass
            metadata: {name: %s}
            spec: {controllerName: example.com/controller}
            """;

    @Nested
    class Values {
        @Test
        void anUnknownFieldIsToldWithTheOneThatWasMeant() {
            assertThat(problems(GOOD.replace("port: 80", "prot: 80")))
                    .contains(
                            "f.yaml:10:7: Gateway shop/edge: spec.listeners[0].prot: unknown field; did you mean \"port\"?"
                                    + " (expected: allowedRoutes, filters, hostname, name, port, protocol, tls)")
                    .contains("f.yaml:9:7: Gateway shop/edge: spec.listeners[0].port: is missing"
                            + " (expected: an integer from 1 to 65535)");
        }

        @Test
        void anUnknownFieldOfTheObjectIsTold() {
            assertThat(problems(GOOD + "extra: 1\n"))
                    .containsExactly("f.yaml:12:1: Gateway shop/edge: extra: unknown field"
                            + " (expected: apiVersion, kind, metadata, spec, status)");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "5|5 is an integer (expected: a string; quote it)",
                    "1.5|1.5 is a number (expected: a string; quote it)",
                    "true|true is a boolean (expected: a string; quote it)",
                    "[a]|is a list (expected: a string)",
                    "{a: b}|is an object (expected: a string)",
                    "null|is missing (expected: a string)"
                })
        void aStringThatIsSomethingElseIsTold(String value, String message) {
            assertThat(problems(GOOD.replace("gatewayClassName: teg", "gatewayClassName: " + value)))
                    .containsExactly("f.yaml:7:3: Gateway shop/edge: spec.gatewayClassName: " + message);
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "\"80\"|\"80\" is a string (expected: an integer)",
                    "80.5|80.5 is a number (expected: an integer)",
                    "true|true is a boolean (expected: an integer)",
                    "[80]|is a list (expected: an integer)",
                    "{a: b}|is an object (expected: an integer)",
                    "0|0 is out of range (expected: 1 to 65535)",
                    "70000|70000 is out of range (expected: 1 to 65535)"
                })
        void anIntegerThatIsSomethingElseIsTold(String value, String message) {
            assertThat(problems(GOOD.replace("port: 80", "port: " + value)))
                    .containsExactly("f.yaml:10:7: Gateway shop/edge: spec.listeners[0].port: " + message);
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "http|\"http\" is a string (expected: a list)",
                    "{a: b}|is an object (expected: a list)",
                    "5|5 is an integer (expected: a list)"
                })
        void aListThatIsSomethingElseIsTold(String value, String message) {
            String text = GOOD.substring(0, GOOD.indexOf("  listeners:")) + "  listeners: " + value + "\n";
            assertThat(problems(text)).containsExactly("f.yaml:8:3: Gateway shop/edge: spec.listeners: " + message);
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "here|\"here\" is a string (expected: an object)",
                    "[a]|is a list (expected: an object)",
                    "1|1 is an integer (expected: an object)"
                })
        void anObjectThatIsSomethingElseIsTold(String value, String message) {
            assertThat(problems(GOOD + "  infrastructure: " + value + "\n"))
                    .singleElement()
                    .asString()
                    .matches("f\\.yaml:12:(3|19): Gateway shop/edge: spec\\.infrastructure: \\Q" + message + "\\E");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "\"true\"|\"true\" is a string (expected: true or false)",
                    "1|1 is an integer (expected: true or false)",
                    "ja|\"ja\" is a string (expected: true or false)",
                    "[]|is a list (expected: true or false)"
                })
        void aBooleanThatIsSomethingElseIsTold(String value, String message) {
            String slice = """
                    apiVersion: discovery.k8s.io/v1
                    kind: EndpointSlice
                    metadata: {name: s, labels: {kubernetes.io/service-name: s}}
                    addressType: IPv4
                    ports: [{port: 80}]
                    endpoints:
                      - addresses: [10.0.0.1]
                        conditions:
                          ready: %s
                    """;
            assertThat(problems(slice.formatted(value)))
                    .containsExactly("f.yaml:9:7: EndpointSlice default/s: endpoints[0].conditions.ready: " + message);
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "IPv4|999.0.0.1",
                    "IPv4|10.0.0.01",
                    "IPv4|0.0.0.0",
                    "IPv4|169.254.169.254",
                    "IPv4|fd00::1",
                    "IPv6|fe80::1%eth0",
                    "IPv6|::ffff:10.0.0.1",
                    "IPv6|10.0.0.1",
                    "FQDN|not a host!",
                })
        void anAddressThatNoProxyCanCallIsTold(String type, String address) {
            assertThat(problems(SLICE.formatted(type, address)))
                    .singleElement()
                    .asString()
                    .startsWith("f.yaml:5:14: EndpointSlice default/s: endpoints[0].addresses: \"" + address
                            + "\" is not valid (expected: ")
                    .endsWith(", for addressType " + type + ")");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "IPv4|10.0.0.1",
                    "IPv4|127.0.0.1",
                    "IPv6|fd00::1",
                    "IPv6|::1",
                    "FQDN|app.example.com.",
                    "IP|10.0.0.1",
                    "IP|fd00::1"
                })
        void anAddressOfItsSlicesTypeIsRead(String type, String address) {
            assertThat(problems(SLICE.formatted(type, address))).isEmpty();
        }

        @Test
        void anAddressTypeThatDoesNotExistIsTold() {
            assertThat(problems(SLICE.formatted("IPv5", "10.0.0.1")))
                    .containsExactly(
                            "f.yaml:4:1: EndpointSlice default/s: addressType: \"IPv5\" is not known; did you mean \"IPv4\"? (expected: IPv4, IPv6, FQDN, IP)");
        }

        @Test
        void everyMissingFieldIsTold() {
            assertThat(problems("apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {}\nspec: {}\n"))
                    .containsExactly(
                            "f.yaml:3:11: Gateway default/(no name): metadata.name: is missing (expected: a DNS name:"
                                    + " labels of lower-case letters, digits and '-', joined by '.', at most 253 characters)",
                            "f.yaml:4:7: Gateway default/(no name): spec.gatewayClassName: is missing (expected: a string)",
                            "f.yaml:4:7: Gateway default/(no name): spec.listeners: is missing"
                                    + " (expected: a list of 1 to 64 items)");
        }

        @Test
        void anObjectWithoutSpecIsToldOnce() {
            assertThat(problems("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\n"))
                    .containsExactly("f.yaml:1:1: HTTPRoute default/r: spec: is missing (expected: an object)");
        }

        @Test
        void anUnusableNameIsTold() {
            assertThat(problems(GOOD.replace("name: edge", "name: my_edge")))
                    .singleElement()
                    .asString()
                    .startsWith(
                            "f.yaml:4:3: Gateway shop/my_edge: metadata.name: \"my_edge\" is not valid (expected: a DNS");
        }

        @Test
        void aSecretWhoseDataIsNotBase64IsToldAtItsKeyAndNotShown() {
            assertThat(problems("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  tls.crt: not base64!\n"))
                    .containsExactly("f.yaml:5:3: Secret default/s: data.tls.crt: is not valid"
                            + " (expected: base64; plain text goes into stringData)");
        }
    }

    @Nested
    class KindsOfObjects {
        @Test
        void anUnknownKindIsToldWithTheOneThatWasMeant() {
            assertThat(problems(GOOD.replace("kind: Gateway", "kind: Gatway")))
                    .singleElement()
                    .asString()
                    .startsWith(
                            "f.yaml:2:1: kind: \"Gatway\" of apiVersion \"gateway.networking.k8s.io/v1\" is not known;"
                                    + " did you mean Gateway? (expected: AccessPolicy, Backend, ");
        }

        @Test
        void theControllersConfigurationIsToldToBelongElsewhere() {
            assertThat(problems("apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: EnvoyGateway\nprovider: {}\n"))
                    .containsExactly(
                            "f.yaml:2:1: kind: \"EnvoyGateway\" is the controller's configuration, not an object that it"
                                    + " serves (expected: in a file of its own, named by --config or"
                                    + " GATEHOUSE_CONTROLLER_CONFIG)");
        }

        @Test
        void aKindOfAnotherGroupIsToldWithItsGroup() {
            assertThat(problems(GOOD.replace("gateway.networking.k8s.io/v1", "networking.k8s.io/v1")))
                    .singleElement()
                    .asString()
                    .startsWith("f.yaml:2:1: kind: \"Gateway\" of apiVersion \"networking.k8s.io/v1\" is not known;"
                            + " did you mean Gateway of gateway.networking.k8s.io/v1? (expected: ");
        }

        @Test
        void anUnknownVersionIsToldWithTheKnownOnes() {
            assertThat(problems(GOOD.replace("/v1", "/v3")))
                    .containsExactly("f.yaml:1:1: apiVersion: version \"v3\" of Gateway is not known"
                            + " (expected: v1, v1beta1, v1alpha3, v1alpha2)");
        }

        @Test
        void aKindThatIsNotAStringIsTold() {
            assertThat(problems("apiVersion: v1\nkind: [a]\n"))
                    .containsExactly(
                            "f.yaml:2:1: kind: is a list (expected: the apiVersion and kind of a Kubernetes object)");
            assertThat(problems("kind: Gateway\n"))
                    .containsExactly(
                            "f.yaml:1:1: apiVersion: is missing (expected: the apiVersion and kind of a Kubernetes object)");
        }

        @Test
        void aKindThatMeansNothingToAGatewayIsAWarning() {
            ResourceReader.Result result =
                    ResourceReader.read("f.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n");
            assertThat(result.problems())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.severity()).isEqualTo(Problem.Severity.WARNING))
                    .asString()
                    .isEqualTo(
                            "f.yaml:2:1: warning: kind: \"Deployment\" (apps/v1) means nothing to a gateway; passed over");
        }

        @Test
        void aListIsReadAsItsItems() {
            assertThat(names("""
                    apiVersion: v1
                    kind: List
                    items:
                      - {apiVersion: v1, kind: Namespace, metadata: {name: a}}
                      - {apiVersion: v1, kind: Namespace, metadata: {name: b}}
                    """)).containsExactly("a", "b");
        }

        @Test
        void aListOfOneKindIsReadAsItsItems() {
            assertThat(names("""
                    apiVersion: v1
                    kind: NamespaceList
                    items:
                      - metadata: {name: a}
                      - {apiVersion: v1, kind: Namespace, metadata: {name: b}}
                    """)).containsExactly("a", "b");
            assertThat(problems("apiVersion: v1\nkind: List\nitems:\n")).isEmpty();
            assertThat(problems("apiVersion: v1\nkind: List\nitems: x\n"))
                    .containsExactly("f.yaml:3:8: items: is a string (expected: a list of objects)");
        }

        @Test
        void aKindOfSomebodyElsesIsAWarning() {
            for (String kind : List.of(
                    "apiVersion: cert-manager.io/v1\nkind: Certificate\n",
                    "apiVersion: apps/v1\nkind: ControllerRevision\n",
                    "apiVersion: v1\nkind: PersistentVolumeClaim\n",
                    "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n")) {
                assertThat(problems(kind)).singleElement().asString().contains("warning: kind: ", "passed over");
            }
        }

        @Test
        void aBadItemOfAListDoesNotStopTheOthers() {
            String text = """
                    apiVersion: v1
                    kind: List
                    items:
                      - nothing
                      - {apiVersion: v1, kind: Namespace, metadata: {name: b}}
                    """;
            assertThat(names(text)).containsExactly("b");
            assertThat(problems(text)).containsExactly("f.yaml:4:5: items: is a string (expected: an object)");
        }
    }

    @Nested
    class Duplicates {
        @Test
        void theSecondObjectOfANameIsToldWithThePlaceOfTheFirst() {
            String text = GOOD + "---\n" + GOOD.replace("port: 80", "port: 81");
            assertThat(problems(text))
                    .containsExactly("f.yaml:16:3: Gateway shop/edge: metadata.name: is there twice; the first, at"
                            + " f.yaml:1:1, is used (expected: a unique name)");
            assertThat(ResourceReader.read("f.yaml", text).found())
                    .singleElement()
                    .satisfies(found ->
                            assertThat(found.document().location().line()).isEqualTo(1));
        }

        @Test
        void theSecondFieldOfANameIsTold() {
            assertThat(problems(GOOD.replace("gatewayClassName: teg", "gatewayClassName: teg\n  gatewayClassName: b")))
                    .containsExactly(
                            "f.yaml:8:3: field \"gatewayClassName\" is there twice; the first is at line 7 (expected: once)");
        }

        @Test
        void twoKindsMayShareAName() {
            assertThat(problems("""
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: same}
                    ---
                    apiVersion: v1
                    kind: Secret
                    metadata: {name: same}
                    """)).isEmpty();
        }
    }

    @Nested
    class Texts {
        @Test
        void aTabIsNotIndentation() {
            assertThat(problems("apiVersion: v1\nkind: Namespace\nmetadata:\n\tname: a\n"))
                    .singleElement()
                    .asString()
                    .startsWith("f.yaml:4:1: not YAML: ")
                    .contains("'\\t(TAB)'");
        }

        @Test
        void anUnclosedQuoteIsTold() {
            assertThat(problems("apiVersion: v1\nkind: \"Namespace\nmetadata: {name: a}\n"))
                    .singleElement()
                    .asString()
                    .matches("f\\.yaml:[34]:1: not YAML: .*quoted scalar.*");
        }

        @Test
        void aControlCharacterIsToldWithItsPlace() {
            assertThat(problems("apiVersion: v1\nkind: Name\u0007space\n"))
                    .singleElement()
                    .asString()
                    .startsWith("f.yaml:2:11: not YAML: ");
        }

        @Test
        void aBrokenDocumentDoesNotStopItsNeighboursAndLinesStayRight() {
            String text = CLASS.formatted("a") + "---\nkind: [\n---\n" + CLASS.formatted("b") + "bad: 1\n---\n"
                    + CLASS.formatted("c");
            assertThat(names(text)).containsExactly("a", "c");
            assertThat(problems(text))
                    .hasSize(2)
                    .satisfiesExactly(
                            first -> assertThat(first).startsWith("f.yaml:7:1: not YAML: "),
                            second -> assertThat(second).startsWith("f.yaml:12:1: GatewayClass b: bad: unknown field"));
        }

        @Test
        void aDocumentThatIsNotAnObjectIsTold() {
            assertThat(problems("just text\n"))
                    .containsExactly("f.yaml:1:1: the document is a string (expected: a Kubernetes object)");
            assertThat(problems("- a\n"))
                    .containsExactly("f.yaml:1:1: the document is a list (expected: a Kubernetes object)");
        }

        @Test
        void aFileOfTenMegabytesIsRefusedWithItsSize() {
            String text = "# " + "x".repeat(10 * 1024 * 1024) + "\n" + GOOD;
            assertThat(problems(text))
                    .containsExactly("f.yaml:1:1: the file has " + text.length()
                            + " characters (expected: at most 8388608); split it into several files");
        }

        @ParameterizedTest
        @ValueSource(ints = {100, 100_000})
        void deepNestingIsTold(int depth) {
            assertThat(problems("a: " + "[".repeat(depth) + "]".repeat(depth)))
                    .singleElement()
                    .asString()
                    .startsWith("f.yaml:1:")
                    .containsPattern("nested (too deeply|more than 64 levels deep)");
        }

        @Test
        void anAliasThatHoldsItselfIsTold() {
            assertThat(problems("a: &a [*a]\n"))
                    .singleElement()
                    .asString()
                    .contains("the anchor's value contains itself");
        }

        @Test
        void aliasesThatMultiplyAreTold() {
            String bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
                    + java.util.stream.IntStream.range(1, 7)
                            .mapToObj(i -> "a" + i + ": &a" + i + " ["
                                    + ("*a" + (i - 1) + ",").repeat(10).replaceFirst(",$", "") + "]")
                            .collect(Collectors.joining("\n"));
            assertThat(problems(bomb))
                    .isNotEmpty()
                    .allSatisfy(problem -> assertThat(problem).startsWith("f.yaml:"));
            assertThat(names(bomb + "\n---\n" + CLASS.formatted("after"))).containsExactly("after");
        }

        @Test
        void anAliasIsReadAsWhatItStandsFor() {
            assertThat(names("""
                    apiVersion: &core v1
                    kind: ConfigMap
                    metadata: &m {name: a}
                    data: {x: *core}
                    """)).containsExactly("a");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "\n\n",
                    "# nothing\n",
                    "---\n---\n# still nothing\n---\n",
                    "---",
                    "null\n",
                    "--- ~\n",
                    "{}\n---"
                })
        void nothingIsNoObject(String text) {
            assertThat(ResourceReader.read("f.yaml", text).found()).isEmpty();
        }

        @Test
        void jsonIsYaml() {
            String text = """
                    {"apiVersion": "v1", "kind": "Namespace",
                     "metadata": {"name": "a", "labels": {"x": 5}}}
                    """;
            assertThat(problems(text))
                    .containsExactly(
                            "f.yaml:2:44: Namespace a: metadata.labels.x: 5 is an integer (expected: a string; quote it)");
            assertThat(names(text.replace("5", "\"5\""))).containsExactly("a");
        }

        @Test
        void windowsLineEndsAreLineEnds() {
            String text = (CLASS.formatted("a") + "---\n" + CLASS.formatted("b") + "bad: 1\n").replace("\n", "\r\n");
            assertThat(names(text)).containsExactly("a");
            assertThat(problems(text)).singleElement().asString().startsWith("f.yaml:10:1: GatewayClass b: bad: ");
        }

        @Test
        void aByteOrderMarkIsPassedOver() {
            assertThat(names("\uFEFF" + CLASS.formatted("a"))).containsExactly("a");
            assertThat(names("\uFEFF---\n" + CLASS.formatted("a") + "---\n" + CLASS.formatted("b")))
                    .containsExactly("a", "b");
            assertThat(problems("\uFEFFbad: 1\n")).singleElement().asString().startsWith("f.yaml:1:1: ");
        }

        @Test
        void aDirectiveBelongsToItsDocument() {
            assertThat(names("%YAML 1.2\n# first\n---\n" + CLASS.formatted("a") + "---\n" + CLASS.formatted("b")))
                    .containsExactly("a", "b");
        }

        @Test
        void anEndMarkerEndsADocument() {
            assertThat(names(CLASS.formatted("a") + "...\n---\n" + CLASS.formatted("b")))
                    .containsExactly("a", "b");
        }

        @Test
        void charactersOfAllScriptsAreTextInValuesAndColumns() {
            String text = """
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: a}
                    data: {größe: "日本語 🎉", x: 5}
                    """;
            assertThat(problems(text))
                    .singleElement()
                    .asString()
                    .matches("f\\.yaml:4:2[78]: ConfigMap default/a: data\\.x: 5 is an integer .*");
            assertThat(names(text.replace("5", "\"5\""))).containsExactly("a");
        }
    }

    private static List<String> problems(String text) {
        return ResourceReader.read("f.yaml", text).problems().stream()
                .map(Problem::toString)
                .toList();
    }

    private static List<String> names(String text) {
        return ResourceReader.read("f.yaml", text).found().stream()
                .map(found -> found.resource().name())
                .toList();
    }
}
