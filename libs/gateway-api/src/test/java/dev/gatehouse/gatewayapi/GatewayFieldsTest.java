package dev.gatehouse.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the API server checks by the CRD's rules, and what is checked here for files. */
class GatewayFieldsTest {
    private static final String GATEWAY = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: edge}
            spec:
              gatewayClassName: gatehouse
              listeners: [{name: a, port: 80, protocol: %s, filters: {requests: [%s]}}]
              addresses: [{routability: "%s"}]
            """;

    private static final String AUTH =
            "{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: a, port: 1}}}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Cluster",
                "example.com/CorpWan",
                "example.com/a/b",
                "testing.x-k8s.io/sentinel",
                "notk8s.io/a"
            })
    void aRoutabilityIsEmptyOrClusterOrHasADomainBefore(String routability) {
        assertThat(problems("HTTP", AUTH, routability)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cluster",
                "Public",
                "example.com/",
                "/value",
                "Example.com/value",
                "-a.com/value",
                "k8s.io/value",
                "example.k8s.io/value",
                "gateway.networking.k8s.io/value"
            })
    void anyOtherRoutabilityIsToldWithItsField(String routability) {
        assertThat(problems("HTTP", AUTH, routability))
                .singleElement()
                .asString()
                .contains("spec.addresses[0].routability");
    }

    @Test
    void filtersAreForListenersThatSpeakHttp() {
        assertThat(problems("TCP", AUTH, "")).singleElement().asString().contains("spec.listeners[0].filters");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{type: ExternalAuth}",
                "{type: ExtensionRef}",
                "{type: ExternalAuth, externalAuth: {protocol: FTP, backendRef: {name: a, port: 1}}}",
                "{type: ExternalAuth, externalAuth: {protocol: GRPC, backendRef: {name: a, port: 1}, http: {path: /}}}",
                "{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: a, port: 1}, grpc: {}}}",
                "{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: a}}}",
                "{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: a, port: 1}, http: {path: 'a b'}}}"
            })
    void aFilterThatDoesNotGoTogetherIsTold(String filter) {
        assertThat(problems("HTTP", filter, ""))
                .singleElement()
                .asString()
                .contains("spec.listeners[0].filters.requests[0]");
    }

    @Test
    void aFilterOfAnotherTypeIsLeftToTheConditionOfItsListener() {
        assertThat(problems("HTTP", "{type: RequestMirror, requestMirror: {}}", ""))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTPRoute", "GRPCRoute", "TLSRoute"})
    void anAddressAmongTheHostnamesOfARouteIsWarnedOf(String kind) {
        ResourceReader.Result read = ResourceReader.read("f.yaml", """
                apiVersion: gateway.networking.k8s.io/v1
                kind: %s
                metadata: {name: r}
                spec:
                  hostnames: [a.test, 1.2.3.4]
                  rules: [{backendRefs: [{name: a, port: 80}]}]
                """.formatted(kind));
        assertThat(read.problems())
                .singleElement()
                .asString()
                .contains("spec.hostnames[1]: \"1.2.3.4\" is an IP address, which Gateway API does not allow")
                .contains("warning");
        assertThat(read.found()).hasSize(1);
    }

    private static List<String> problems(String protocol, String filter, String routability) {
        return ResourceReader.read("f.yaml", GATEWAY.formatted(protocol, filter, routability)).problems().stream()
                .map(Object::toString)
                .toList();
    }
}
