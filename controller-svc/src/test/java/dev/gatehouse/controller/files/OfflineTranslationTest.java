package dev.gatehouse.controller.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OfflineTranslationTest {
    private static final String GATEWAY = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front}
            spec:
              gatewayClassName: gatehouse
              listeners: [{name: http, protocol: HTTP, port: 8080}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: app}
            spec: {ports: [{name: http, port: 80}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: app, labels: {kubernetes.io/service-name: app}}
            addressType: IPv4
            endpoints: [{addresses: [10.0.0.1], conditions: {ready: ${ready}}}]
            ports: [{name: http, port: 8080}]
            """;

    private static final String ROUTE = """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: ${name}}
            spec:
              parentRefs: [{name: front}]
              rules:
              - matches: [{path: {value: /${path}}}]
                filters: [${filter}]
                backendRefs: [{name: app, port: 80}]
            """;

    /** A field's name in another case: an API server would not know it. */
    private static final String MISSPELLED = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: far}
            spec: {Endpoints: [{IP: {address: 10.0.0.2, port: 80}}]}
            """;

    @TempDir
    private Path folder;

    @Test
    void aPreviewShowsWhatOnlyASchemaRefuses() throws IOException {
        OfflineTranslation shown = OfflineTranslation.preview(write(MISSPELLED), settings());
        assertThat(shown.problems())
                .anySatisfy(problem -> assertThat(problem.path()).startsWith("spec"));
        assertThat(shown.broken()).isEmpty();
        assertThat(conditions(shown, "Backend", "far")).containsExactly("Accepted True Accepted");
    }

    @Test
    void aTranslationRefusesIt() throws IOException {
        OfflineTranslation served = OfflineTranslation.of(write(MISSPELLED), settings());
        assertThat(served.broken()).containsOnlyKeys(new ObjectRef("Backend", "default", "far"));
        assertThat(conditions(served, "Backend", "far")).containsExactly("Accepted False Invalid");
    }

    @Test
    void aPreviewIsOfProxiesThatHaveAll() throws IOException {
        OfflineTranslation shown = OfflineTranslation.preview(write(gateway(true)), settings());
        assertThat(conditions(shown, "Gateway", "front")).contains("Programmed True Programmed");
    }

    @Test
    void aRouteThatCannotBeReadIsAttachedAndSaysWhy() throws IOException {
        String redirect = "{type: RequestRedirect, requestRedirect: {statusCode: 666}}";
        OfflineTranslation shown =
                OfflineTranslation.preview(write(gateway(true) + route("broken", "a", redirect)), settings());
        assertThat(conditions(shown, "HTTPRoute", "broken"))
                .containsExactly("Accepted False UnsupportedValue", "ResolvedRefs True ResolvedRefs");
        assertThat(shown.translator().statuses().get(new ObjectRef("Gateway", "default", "front")))
                .isInstanceOfSatisfying(
                        ObjectStatus.Listeners.class,
                        status -> assertThat(status.listeners().getFirst().attachedRoutes())
                                .isEqualTo(1));
    }

    @Test
    void routesThatMatchAlikeAreTold() throws IOException {
        String routes = route("one", "a", "") + route("two", "a", "") + route("three", "b", "");
        OfflineTranslation shown = OfflineTranslation.preview(write(gateway(true) + routes), settings());
        String overlap = "RouteRulesOverlap True RouteRulesOverlap";
        assertThat(conditions(shown, "HTTPRoute", "one")).contains(overlap);
        assertThat(conditions(shown, "HTTPRoute", "two")).contains(overlap);
        assertThat(conditions(shown, "HTTPRoute", "three")).doesNotContain(overlap);
    }

    @Test
    void aRouteIsToldThatItsServiceHasNoReadyEndpoint() throws IOException {
        String missing = "BackendsAvailable False EndpointsNotFound";
        assertThat(conditions(
                        OfflineTranslation.preview(write(gateway(false) + route("one", "a", "")), settings()),
                        "HTTPRoute",
                        "one"))
                .contains(missing);
        assertThat(conditions(
                        OfflineTranslation.preview(write(gateway(true) + route("one", "a", "")), settings()),
                        "HTTPRoute",
                        "one"))
                .doesNotContain(missing);
    }

    @Test
    void aBackendThatIsInvalidIsNotSaidToBeMissing() throws IOException {
        OfflineTranslation served = OfflineTranslation.of(
                write(gateway(true)
                        + MISSPELLED
                        + route("one", "a", "")
                                .replace(
                                        "{name: app, port: 80}",
                                        "{group: gateway.envoyproxy.io, kind: Backend, name: far}")
                        + route("two", "b", "")
                                .replace(
                                        "{name: app, port: 80}",
                                        "{group: gateway.envoyproxy.io, kind: Backend, name: gone}")),
                settings());
        assertThat(all(served, "HTTPRoute", "one").map(Condition::message))
                .contains("spec.rules[0].backendRefs[0]: Backend default/far is invalid; see its status.");
        assertThat(all(served, "HTTPRoute", "two").map(Condition::message))
                .contains("spec.rules[0].backendRefs[0]: Backend default/gone is not there.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bootstrap: {type: Merge, value: '{{'} | spec.bootstrap.value:1:",
                "bootstrap: {type: Merge, value: 'nope: 1'} | spec.bootstrap.value: is no bootstrap of Envoy: Cannot find field: nope",
                "bootstrap: {type: Replace, value: 'admin: {}'} | spec.bootstrap: has no dynamic_resources",
                "bootstrap: {type: JSONPatch, jsonPatches: [{op: add, path: /nope/x/y, value: 1}]} | spec.bootstrap.jsonPatches: is no bootstrap of Envoy: Cannot find field: nope",
                "provider: {type: Kubernetes, kubernetes: {envoyDeployment: {patch: {value: {spec: {template: {spec: {containers: x}}}}}}}} | spec.provider.kubernetes.envoyDeployment.patch.value.spec.template.spec.containers: \"x\" (expected: a list)"
            })
    void filesSayWhatAClusterWouldSayOfAnEnvoyProxy(String spec, String message) throws IOException {
        String proxy = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyProxy
            metadata: {name: p}
            spec: {%s}
            """;
        String named = gateway(true)
                .replace(
                        "  gatewayClassName: gatehouse\n",
                        "  gatewayClassName: gatehouse\n"
                                + "  infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: p}}\n");
        OfflineTranslation wrong = OfflineTranslation.of(write(named + proxy.formatted(spec)), settings());
        String expected = "InvalidParameters EnvoyProxy default/p: " + message;
        assertThat(accepted(wrong, "Gateway", "front")).startsWith(expected);
        assertThat(accepted(wrong, "EnvoyProxy", "p")).startsWith(expected);
        OfflineTranslation right = OfflineTranslation.of(
                write(named + proxy.formatted("bootstrap: {type: Merge, value: 'admin: {profile_path: /tmp/x}'}")),
                settings());
        assertThat(accepted(right, "Gateway", "front")).startsWith("Accepted ");
        assertThat(accepted(right, "EnvoyProxy", "p")).startsWith("Accepted ");
    }

    private static String gateway(boolean ready) {
        return GATEWAY.replace("${ready}", Boolean.toString(ready));
    }

    private static String route(String name, String path, String filter) {
        return ROUTE.replace("${name}", name).replace("${path}", path).replace("${filter}", filter);
    }

    private List<Path> write(String text) throws IOException {
        return List.of(Files.writeString(folder.resolve("in.yaml"), text));
    }

    private static List<String> conditions(OfflineTranslation translation, String kind, String name) {
        return all(translation, kind, name)
                .map(condition -> condition.type() + " " + condition.status() + " " + condition.reason())
                .toList();
    }

    private static String accepted(OfflineTranslation translation, String kind, String name) {
        return all(translation, kind, name)
                .filter(condition -> condition.type().equals("Accepted"))
                .map(condition -> condition.reason() + " " + condition.message())
                .findFirst()
                .orElseThrow();
    }

    private static Stream<Condition> all(OfflineTranslation translation, String kind, String name) {
        Map<ObjectRef, ObjectStatus> statuses = translation.translator().statuses();
        ObjectStatus status = Objects.requireNonNull(statuses.get(new ObjectRef(kind, "default", name)));
        return switch (status) {
            case ObjectStatus.Own own -> own.conditions().stream();
            case ObjectStatus.OfClass own -> own.conditions().stream();
            case ObjectStatus.Listeners own -> own.conditions().stream();
            case ObjectStatus.Parents own -> own.parents().getFirst().conditions().stream();
            case ObjectStatus.Ancestors own -> own.ancestors().getFirst().conditions().stream();
        };
    }

    private static Settings settings() {
        CalloutAddress callout = new CalloutAddress("127.0.0.1", 18000);
        return new Settings(
                List.of(Settings.CONTROLLER_NAME),
                Settings::shiftPrivileged,
                new Settings.Callouts(callout, callout, callout));
    }
}
