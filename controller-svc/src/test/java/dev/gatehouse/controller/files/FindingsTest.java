package dev.gatehouse.controller.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.translate.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FindingsTest {
    private static final String ALL = """
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
            metadata: {name: route}
            spec:
              parentRefs:
                - name: edge
                  sectionName: http
              rules:
                - backendRefs:
                    - name: app
                      port: 8000
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: app}
            spec:
              ports: [{port: 8000}]
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Test
    void objectsThatFitTogetherHaveNone() throws IOException {
        assertThat(find(ALL)).isEmpty();
    }

    @Test
    void aParentThatIsNotThereIsTold() throws IOException {
        assertThat(find(ALL.replace("- name: edge", "- name: egde")))
                .containsExactly(
                        "f.yaml:14:7: HTTPRoute default/route: spec.parentRefs[0].name: Gateway default/egde is not"
                                + " there (expected: the name of one that is)");
    }

    @Test
    void aParentThatCannotBeOneIsTold() throws IOException {
        assertThat(find(ALL.replace("- name: edge", "- kind: Service\n      name: edge")))
                .contains("f.yaml:14:7: HTTPRoute default/route: spec.parentRefs[0].kind: \"Service\" of group"
                        + " \"gateway.networking.k8s.io\" cannot be a parent (expected: Gateway or ListenerSet of"
                        + " gateway.networking.k8s.io)");
    }

    @Test
    void aRouteWithoutParentsIsTold() throws IOException {
        assertThat(find(ALL.replace("    - name: edge\n      sectionName: http\n", "")
                        .replace("parentRefs:", "parentRefs: []")))
                .containsExactly(
                        "f.yaml:13:3: HTTPRoute default/route: spec.parentRefs: is empty (expected: a Gateway or"
                                + " ListenerSet); nothing is served");
    }

    @Test
    void aBootstrapThatNoProxyCouldHaveIsToldAtItsField() throws IOException {
        String proxy = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyProxy
            metadata: {name: p}
            spec:
              bootstrap:
                type: Merge
                value: "nope: 1"
            """;
        String message =
                "is no bootstrap of Envoy: Cannot find field: nope in message envoy.config.bootstrap.v3.Bootstrap";
        assertThat(find(ALL.replace(
                                "  gatewayClassName: teg\n",
                                "  gatewayClassName: teg\n"
                                        + "  infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: p}}\n")
                        + proxy))
                .containsExactlyInAnyOrder(
                        "f.yaml:34:5: EnvoyProxy default/p: spec.bootstrap.value: " + message,
                        "f.yaml:4:1: Gateway default/edge: spec: EnvoyProxy default/p: spec.bootstrap.value: "
                                + message);
    }

    @Test
    void aListenerThatIsNotThereIsTold() throws IOException {
        assertThat(find(ALL.replace("sectionName: http", "sectionName: https")))
                .singleElement()
                .asString()
                .startsWith("f.yaml:14:7: HTTPRoute default/route: spec.parentRefs[0]: ")
                .contains("https");
    }

    @Test
    void aClassThatIsNotThereIsTold() throws IOException {
        assertThat(find(ALL.replace("gatewayClassName: teg", "gatewayClassName: nginx")))
                .contains(
                        "f.yaml:5:3: Gateway default/edge: spec.gatewayClassName: GatewayClass \"nginx\" is not there, or"
                                + " another controller's (expected: teg, gatehouse, or a GatewayClass in the files)");
    }

    @Test
    void aBackendThatIsNotThereIsTold() throws IOException {
        assertThat(find(ALL.replace("- name: app", "- name: ap")))
                .singleElement()
                .asString()
                .startsWith("f.yaml:18:11: HTTPRoute default/route: spec.rules[0].backendRefs[0]")
                .contains("Service default/ap");
    }

    @Test
    void aPortThatTheServiceDoesNotHaveIsTold() throws IOException {
        assertThat(find(ALL.replace("port: 8000\n---", "port: 8001\n---")))
                .singleElement()
                .asString()
                .startsWith("f.yaml:")
                .contains("spec.rules[0].backendRefs[0]")
                .contains("8001")
                .contains("8000");
    }

    @Test
    void aListenerConflictIsToldAtTheLaterListener() throws IOException {
        assertThat(find(ALL.replace(
                        "protocol: HTTP}\n", "protocol: HTTP}\n    - {name: raw, port: 80, protocol: TCP}\n")))
                .anySatisfy(
                        problem -> assertThat(problem)
                                .startsWith(
                                        "f.yaml:8:7: Gateway default/edge: spec.listeners[1]: Protocol TCP conflicts with HTTP"));
    }

    @Test
    void aMissingCertificateIsToldAtItsListener() throws IOException {
        assertThat(
                        find(
                                ALL.replace(
                                        "protocol: HTTP}\n",
                                        "protocol: HTTP}\n    - {name: tls, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: none}]}}\n")))
                .anySatisfy(problem -> assertThat(problem)
                        .startsWith("f.yaml:8:7: Gateway default/edge: spec.listeners[1]: ")
                        .contains("Secret default/none is not there"));
    }

    @Test
    void aWarningInAStatusIsToldOnceAtTheFieldOfItsEnvoyProxy() throws IOException {
        String second = ALL.substring(0, ALL.indexOf("---")).replace("name: edge", "name: other");
        assertThat(find(ALL.replace("gatewayClassName: teg", "gatewayClassName: eg") + "---\n"
                        + second.replace("gatewayClassName: teg", "gatewayClassName: eg")
                        + """
                        ---
                        apiVersion: gateway.networking.k8s.io/v1
                        kind: GatewayClass
                        metadata: {name: eg}
                        spec:
                          controllerName: gatehouse.dev/gatewayclass-controller
                          parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: p, namespace: default}
                        ---
                        apiVersion: gateway.envoyproxy.io/v1alpha1
                        kind: EnvoyProxy
                        metadata: {name: p}
                        spec:
                          telemetry:
                            accessLog:
                              settings:
                                - sinks:
                                    - type: ALS
                                      als:
                                        type: HTTP
                                        backendRefs: [{name: nope, port: 8080}]
                                        backendSettings: {retry: {numRetries: 2}}
                        """))
                .containsExactlyInAnyOrder(
                        "f.yaml:46:3: warning: EnvoyProxy default/p: spec.telemetry: Service default/nope is not"
                                + " there.",
                        "f.yaml:54:17: warning: EnvoyProxy default/p:"
                                + " spec.telemetry.accessLog.settings[0].sinks[0].als.backendSettings: retry has no"
                                + " effect: proxies do not send telemetry twice; passed over");
    }

    @Test
    void aWarningInAStatusIsNotToldAgainWhereTheTextHasOneAboutTheField() throws IOException {
        assertThat(find(ALL + """
                        ---
                        apiVersion: gateway.envoyproxy.io/v1alpha1
                        kind: ClientTrafficPolicy
                        metadata: {name: quick}
                        spec:
                          targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: edge}
                          timeout: {http: {requestReceivedTimeout: 5s}}
                          enableProxyProtocol: true
                        """))
                .filteredOn(problem -> problem.contains("ClientTrafficPolicy"))
                .containsExactlyInAnyOrder(
                        "f.yaml:33:3: warning: ClientTrafficPolicy default/quick: spec.enableProxyProtocol: is deprecated"
                                + " (expected: proxyProtocol)",
                        "f.yaml:31:3: warning: ClientTrafficPolicy default/quick: spec.targetRef: is deprecated, use"
                                + " spec.targetRefs instead");
    }

    private List<String> find(String text) throws IOException {
        Path file = folder.resolve("f.yaml");
        Files.writeString(file, text);
        CalloutAddress callout = new CalloutAddress("callout.test", 18000);
        return OfflineTranslation.of(
                        List.of(file),
                        new Settings(
                                List.of(Settings.CONTROLLER_NAME),
                                Settings::shiftPrivileged,
                                new Settings.Callouts(callout, callout, callout)))
                .problems()
                .stream()
                .map(problem -> problem.toString().replace(folder + "/", ""))
                .toList();
    }
}
