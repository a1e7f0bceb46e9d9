package dev.gatehouse.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.files.FileChanges;
import dev.gatehouse.controller.files.FileSet;
import dev.gatehouse.controller.translate.Translator;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An unreadable policy closes what a policy of its kind can be for, and nothing else. */
class BrokenPoliciesTest {
    private static final String BASE = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: one, namespace: default, labels: {chosen: "yes"}}
            spec: {gatewayClassName: gatehouse, listeners: [{name: http, protocol: HTTP, port: 80}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: two, namespace: default}
            spec:
              gatewayClassName: gatehouse
              allowedListeners: {namespaces: {from: Same}}
              listeners: [{name: http, protocol: HTTP, port: 81}, {name: more, protocol: HTTP, port: 82}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: ListenerSet
            metadata: {name: set, namespace: default}
            spec: {parentRef: {name: two}, listeners: [{name: http, protocol: HTTP, port: 83}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: app, namespace: default}
            spec: {ports: [{port: 8080}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: spare, namespace: default}
            spec: {ports: [{port: 8080}]}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: outside, namespace: default}
            spec: {endpoints: [{fqdn: {hostname: outside.example, port: 8080}}]}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: guard, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: third}]
              authorization: {defaultAction: Allow}
            """ + route("first", "{name: one}", "{name: app, port: 8080}")
            + route("second", "{name: two, sectionName: http}", "{name: spare, port: 8080}")
            + route("third", "{name: two, sectionName: more}", "{name: app, port: 8080}")
            + route("fourth", "{kind: ListenerSet, group: gateway.networking.k8s.io, name: set}", """
                    {group: gateway.envoyproxy.io, kind: Backend, name: outside}""");

    private static String route(String name, String parent, String backend) {
        return """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: %s, namespace: default, labels: {of: "%s"}}
            spec: {parentRefs: [%s], rules: [{name: rule, backendRefs: [%s]}]}
            """.formatted(name, name, parent, backend);
    }

    private static final String ROUTE =
            "targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: first}]";
    private static final String GATEWAY = "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: two}]";
    private static final String LISTENER =
            "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: two, sectionName: more}]";
    private static final String SET = "targetRefs: [{group: gateway.networking.k8s.io, kind: ListenerSet, name: set}]";
    private static final String SERVICE = "targetRefs: [{group: '', kind: Service, name: app}]";
    private static final String BACKEND = "targetRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: outside}]";
    private static final List<String> ALL = List.of(ROUTE, GATEWAY, LISTENER, SET, SERVICE, BACKEND);

    static Stream<Arguments> cases() {
        Stream.Builder<Arguments> cases = Stream.builder();
        for (String kind : List.of(
                "SecurityPolicy", "BackendTrafficPolicy", "EnvoyExtensionPolicy", "WAFPolicy", "AccessPolicy")) {
            cases.add(Arguments.of(kind, ROUTE, Set.of("first")));
            cases.add(Arguments.of(
                    kind, ROUTE.replace("name: first", "name: first, sectionName: rule"), Set.of("first")));
            cases.add(Arguments.of(kind, GATEWAY, Set.of("second", "third", "fourth")));
            cases.add(Arguments.of(kind, LISTENER, Set.of("third")));
            cases.add(Arguments.of(kind, SET, Set.of("fourth")));
            cases.add(Arguments.of(kind, SERVICE, Set.of()));
            cases.add(Arguments.of(kind, BACKEND, Set.of()));
            cases.add(Arguments.of(
                    kind, "targetSelectors: [{kind: HTTPRoute, matchLabels: {of: second}}]", Set.of("second")));
        }
        cases.add(Arguments.of(
                "AccessPolicy",
                "targetRefs: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, name: guard}]",
                Set.of("third")));
        cases.add(Arguments.of("ClientTrafficPolicy", ROUTE, Set.of()));
        cases.add(Arguments.of("ClientTrafficPolicy", GATEWAY, Set.of("second", "third", "fourth")));
        cases.add(Arguments.of("ClientTrafficPolicy", LISTENER, Set.of("third")));
        cases.add(Arguments.of("ClientTrafficPolicy", SET, Set.of("fourth")));
        cases.add(Arguments.of("ClientTrafficPolicy", SERVICE, Set.of()));
        cases.add(Arguments.of("ClientTrafficPolicy", BACKEND, Set.of()));
        for (String target : List.of(ROUTE, GATEWAY, LISTENER, SET)) {
            cases.add(Arguments.of("BackendTLSPolicy", target, Set.of()));
        }
        cases.add(Arguments.of("BackendTLSPolicy", SERVICE, Set.of("first", "third")));
        cases.add(Arguments.of("BackendTLSPolicy", BACKEND, Set.of("fourth")));
        for (String kind :
                List.of("EnvoyPatchPolicy", "XBackendTrafficPolicy", "SSOPolicy", "Backend", "HTTPRouteFilter")) {
            ALL.forEach(target -> cases.add(Arguments.of(kind, target, Set.of())));
        }
        return cases.build();
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("cases")
    void itClosesWhatItsKindCanBeFor(String kind, String target, Set<String> closed, @TempDir Path folder)
            throws IOException {
        String broken = """
            ---
            apiVersion: %s
            kind: %s
            metadata: {name: policy, namespace: default}
            spec: {%s, nonsense: {}}
            """.formatted(api(kind), kind, target);
        Translator translator = translated(folder, BASE + broken);
        assertThat(closed(translator)).describedAs("%s", translator.statuses()).isEqualTo(closed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"AccessPolicy", "SSOPolicy"})
    void aPolicyForASecurityPolicyThatCannotBeReadSaysSo(String kind, @TempDir Path folder) throws IOException {
        Translator translator = translated(folder, BASE + """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: broken, namespace: default}
            spec: {%s, nonsense: {}}
            ---
            apiVersion: gatehouse.dev/v1alpha1
            kind: %s
            metadata: {name: policy, namespace: default}
            spec: {targetRefs: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, name: broken}]}
            """.formatted(ROUTE, kind));
        assertThat(translator.statuses().toString())
                .contains("SecurityPolicy default/broken cannot be read; see its status.")
                .doesNotContain("is not there");
    }

    private static Translator translated(Path folder, String objects) throws IOException {
        Files.writeString(folder.resolve("objects.yaml"), objects);
        Translator translator = new Translator(Golden.settings(), (collection, key, failure) -> {
            throw new AssertionError("translating " + collection + " of " + key + " failed", failure);
        });
        translator.apply(new FileChanges("gateway.envoyproxy.io/gatewayclass-controller")
                .to(new FileSet(List.of(folder), InputStream.nullInputStream(), InstantSource.system()).read(0)));
        return translator;
    }

    private static String api(String kind) {
        return switch (kind) {
            case "WAFPolicy", "SSOPolicy", "AccessPolicy" -> "gatehouse.dev/v1alpha1";
            case "BackendTLSPolicy" -> "gateway.networking.k8s.io/v1";
            case "XBackendTrafficPolicy" -> "gateway.networking.x-k8s.io/v1alpha1";
            default -> "gateway.envoyproxy.io/v1alpha1";
        };
    }

    /** The routes that answer 500. */
    private static Set<String> closed(Translator translator) {
        Set<String> closed = new TreeSet<>();
        translator.resources().values().stream()
                .filter(output -> output.message() instanceof RouteConfiguration)
                .flatMap(output -> ((RouteConfiguration) output.message()).getVirtualHostsList().stream())
                .flatMap(host -> host.getRoutesList().stream())
                .filter(BrokenPoliciesTest::isClosed)
                .forEach(route -> closed.add(route.getName().split("/")[2]));
        return closed;
    }

    private static boolean isClosed(Route route) {
        return route.getName().startsWith("httproute/")
                && route.getDirectResponse().getStatus() == 500;
    }
}
