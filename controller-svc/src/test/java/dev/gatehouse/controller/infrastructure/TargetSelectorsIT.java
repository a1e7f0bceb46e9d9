package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.infrastructure.FieldsFleet.Backend;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The fields of {@code targetSelectors} of every kind that has them, in the real Envoy: of routes and Gateways in three namespaces, with and
 * without labels, those that a policy selects answer as it says, and no other does. A Gateway here is its port: the proxies are shared.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TargetSelectorsIT {
    private static final int UNTOUCHED = 200;

    /** What a Gateway without a route answers. */
    private static final int WITHOUT_ROUTE = 404;

    /** Their labels are what selectors ask for; the first has none. */
    private static final Map<String, String> NAMESPACES =
            Map.of("default", "", "team", "stage: live", "lab", "stage: test");

    /** The labels of targets, by the end of their names. */
    private static final Map<String, String> APPS = Map.of("shop", ", app: shop", "blog", ", app: blog", "bare", "");

    private static final List<String> ROUTE_KINDS =
            List.of("BackendTrafficPolicy", "SecurityPolicy", "EnvoyExtensionPolicy");

    /** What each kind does here, and the status that shows it. */
    private static final Map<String, Effect> EFFECTS = Map.of(
            "BackendTrafficPolicy",
            new Effect("faultInjection: {abort: {httpStatus: 418}}", 418),
            "SecurityPolicy",
            new Effect("authorization: {defaultAction: Deny}", 403),
            "EnvoyExtensionPolicy",
            new Effect(
                    "lua: [{type: Inline, inline: \"function envoy_on_request(h) h:respond({[':status'] = '417'}, '') end\"}]",
                    417),
            "ClientTrafficPolicy",
            new Effect("clientIPDetection: {customHeader: {name: x-real-client, failClosed: true}}", 403));

    /** Policies in the namespace "default": each has targets of its own, by the label "case". */
    private static final Map<String, Case> CASES = new TreeMap<>(Map.ofEntries(
            Map.entry(
                    "labels",
                    new Case(
                            "targetSelectors: [{kind: ${kind}, matchLabels: {case: ${case}, app: shop}}]",
                            Set.of("default/shop"))),
            Map.entry(
                    "group",
                    new Case(
                            "targetSelectors: [{group: gateway.networking.k8s.io, kind: ${kind}, matchLabels: {case: ${case}}}]",
                            Set.of("default/shop", "default/blog", "default/bare"))),
            Map.entry("kind", new Case("targetSelectors: [{kind: ${other}, matchLabels: {case: ${case}}}]", Set.of())),
            Map.entry(
                    "same",
                    new Case(
                            "targetSelectors: [{kind: ${kind}, matchLabels: {case: ${case}, app: blog}, namespaces: {from: Same}}]",
                            Set.of("default/blog"))),
            Map.entry(
                    "all",
                    new Case(
                            "targetSelectors: [{kind: ${kind}, matchLabels: {case: ${case}, app: shop}, namespaces: {from: All}}]",
                            Set.of("default/shop", "team/shop", "lab/shop"))),
            Map.entry(
                    "namespace-labels",
                    new Case(
                            "targetSelectors: [{kind: ${kind}, matchLabels: {case: ${case}, app: shop},"
                                    + " namespaces: {from: Selector, selector: {matchLabels: {stage: live}}}}]",
                            Set.of("team/shop"))),
            Map.entry(
                    "namespace-in",
                    new Case(
                            "targetSelectors: [{kind: ${kind}, matchLabels: {case: ${case}, app: shop}, namespaces: {from: Selector,"
                                    + " selector: {matchExpressions: [{key: stage, operator: In, values: [test, old]}]}}}]",
                            Set.of("lab/shop"))),
            Map.entry(
                    "namespace-not-in",
                    new Case(
                            "targetSelectors: [{kind: ${kind}, matchLabels: {case: ${case}, app: shop}, namespaces: {from: Selector,"
                                    + " selector: {matchExpressions: [{key: stage, operator: NotIn, values: [test]}]}}}]",
                            Set.of("default/shop", "team/shop"))),
            Map.entry(
                    "namespace-exists",
                    new Case(
                            "targetSelectors: [{kind: ${kind}, matchLabels: {case: ${case}, app: shop}, namespaces: {from: Selector,"
                                    + " selector: {matchExpressions: [{key: stage, operator: Exists}]}}}]",
                            Set.of("team/shop", "lab/shop"))),
            Map.entry(
                    "namespace-without",
                    new Case(
                            "targetSelectors: [{kind: ${kind}, matchLabels: {case: ${case}, app: shop}, namespaces: {from: Selector,"
                                    + " selector: {matchExpressions: [{key: stage, operator: DoesNotExist}]}}}]",
                            Set.of("default/shop"))),
            Map.entry(
                    "in",
                    new Case(
                            "targetSelectors: [{kind: ${kind}, namespaces: {from: All}, matchExpressions:"
                                    + " [{key: case, operator: In, values: [${case}]}, {key: app, operator: In, values: [shop, store]}]}]",
                            Set.of("default/shop", "team/shop", "lab/shop"))),
            Map.entry(
                    "not-in",
                    new Case(
                            "targetSelectors: [{kind: ${kind}, matchLabels: {case: ${case}},"
                                    + " matchExpressions: [{key: app, operator: NotIn, values: [shop]}]}]",
                            Set.of("default/blog", "default/bare"))),
            Map.entry(
                    "exists",
                    new Case(
                            "targetSelectors: [{kind: ${kind}, matchLabels: {case: ${case}}, matchExpressions: [{key: app, operator: Exists}]}]",
                            Set.of("default/shop", "default/blog"))),
            Map.entry(
                    "without",
                    new Case(
                            "targetSelectors: [{kind: ${kind}, matchLabels: {case: ${case}},"
                                    + " matchExpressions: [{key: app, operator: DoesNotExist}]}]",
                            Set.of("default/bare"))),
            Map.entry(
                    "two",
                    new Case(
                            "targetSelectors: [{kind: ${kind}, matchLabels: {case: ${case}, app: shop}},"
                                    + " {kind: ${kind}, matchLabels: {case: ${case}, app: blog},"
                                    + " namespaces: {from: Selector, selector: {matchLabels: {stage: test}}}}]",
                            Set.of("default/shop", "lab/blog")))));

    @TempDir
    private static Path folder;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Map<String, Integer> GATEWAYS = new HashMap<>();
    private static FieldsFleet fleet;
    private static int port;

    /**
     * A policy's piece, and what a target of it answers with.
     *
     * @param status of HTTP
     */
    private record Effect(String spec, int status) {}

    /**
     * A selector, and the targets that it selects.
     *
     * @param selected namespace and end of the name
     */
    private record Case(String selector, Set<String> selected) {}

    @BeforeAll
    static void start() throws IOException {
        port = FreePorts.one();
        Backend app = Backend.start("app");
        StringBuilder objects = new StringBuilder("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: GatewayClass
                metadata: {name: shared}
                spec:
                  controllerName: gatehouse.dev/gatewayclass-controller
                  parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: shared, namespace: default}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyProxy
                metadata: {name: shared, namespace: default}
                spec: {mergeGateways: true}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec:
                  gatewayClassName: shared
                  listeners: [{name: http, protocol: HTTP, port: ${port}, allowedRoutes: {namespaces: {from: All}}}]
                """.replace("${port}", String.valueOf(port)));
        for (String namespace : NAMESPACES.keySet()) {
            objects.append(namespace(namespace, app.port()));
        }
        CASES.forEach((name, each) -> {
            for (String namespace : NAMESPACES.keySet()) {
                for (String end : APPS.keySet()) {
                    ROUTE_KINDS.forEach(kind -> objects.append(route(kind, name, namespace, end)));
                    GATEWAYS.put(name + "/" + namespace + "/" + end, FreePorts.one());
                    objects.append(gateway(name, namespace, end));
                }
            }
            ROUTE_KINDS.forEach(kind -> objects.append(policy(kind, name, each, "HTTPRoute", "GRPCRoute")));
            objects.append(policy("ClientTrafficPolicy", name, each, "Gateway", "ListenerSet"));
        });
        fleet = FieldsFleet.start(folder, objects.toString(), Map.of("app", app));
    }

    @AfterAll
    static void stop() {
        fleet.close();
        CLIENT.close();
    }

    @Test
    void aBackendTrafficPolicyIsForTheRoutesThatItSelects() throws Exception {
        assertRoutes("BackendTrafficPolicy");
    }

    @Test
    void aSecurityPolicyIsForTheRoutesThatItSelects() throws Exception {
        assertRoutes("SecurityPolicy");
    }

    @Test
    void anEnvoyExtensionPolicyIsForTheRoutesThatItSelects() throws Exception {
        assertRoutes("EnvoyExtensionPolicy");
    }

    @Test
    void aClientTrafficPolicyIsForTheGatewaysThatItSelects() throws Exception {
        for (Map.Entry<String, Case> each : CASES.entrySet()) {
            Set<String> selected = new TreeSet<>();
            for (String namespace : NAMESPACES.keySet()) {
                for (String end : APPS.keySet()) {
                    String name = namespace + "/" + end;
                    int status = status(Objects.requireNonNull(GATEWAYS.get(each.getKey() + "/" + name)), "/");
                    assertThat(status)
                            .isIn(WITHOUT_ROUTE, effect("ClientTrafficPolicy").status());
                    if (status != WITHOUT_ROUTE) {
                        selected.add(name);
                    }
                }
            }
            assertThat(selected).as(each.getKey()).isEqualTo(each.getValue().selected());
        }
    }

    private static void assertRoutes(String kind) throws IOException, InterruptedException {
        for (Map.Entry<String, Case> each : CASES.entrySet()) {
            Set<String> selected = new TreeSet<>();
            for (String namespace : NAMESPACES.keySet()) {
                for (String end : APPS.keySet()) {
                    String name = namespace + "/" + end;
                    int status = status(port, "/" + kind + "/" + each.getKey() + "/" + name);
                    assertThat(status).isIn(UNTOUCHED, effect(kind).status());
                    if (status != UNTOUCHED) {
                        selected.add(name);
                    }
                }
            }
            assertThat(selected).as(each.getKey()).isEqualTo(each.getValue().selected());
        }
    }

    private static Effect effect(String kind) {
        return Objects.requireNonNull(EFFECTS.get(kind), kind);
    }

    private static String namespace(String name, int backend) {
        return """
                ---
                apiVersion: v1
                kind: Namespace
                metadata: {name: ${name}, labels: {${labels}}}
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: Backend
                metadata: {name: app, namespace: ${name}}
                spec: {endpoints: [{ip: {address: 203.0.113.1, port: ${backend}}}]}
                ---
                apiVersion: gateway.networking.k8s.io/v1beta1
                kind: ReferenceGrant
                metadata: {name: policies, namespace: ${name}}
                spec:
                  from:
                  - {group: gateway.envoyproxy.io, kind: BackendTrafficPolicy, namespace: default}
                  - {group: gateway.envoyproxy.io, kind: SecurityPolicy, namespace: default}
                  - {group: gateway.envoyproxy.io, kind: EnvoyExtensionPolicy, namespace: default}
                  - {group: gateway.envoyproxy.io, kind: ClientTrafficPolicy, namespace: default}
                  to:
                  - {group: gateway.networking.k8s.io, kind: HTTPRoute}
                  - {group: gateway.networking.k8s.io, kind: Gateway}
                """.replace("${name}", name)
                .replace("${labels}", Objects.requireNonNull(NAMESPACES.get(name)))
                .replace("${backend}", String.valueOf(backend));
    }

    private static String route(String kind, String name, String namespace, String end) {
        return """
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: ${label}-${end}, namespace: ${namespace}, labels: {case: ${label}${labels}}}
                spec:
                  parentRefs: [{name: gw, namespace: default}]
                  rules:
                  - matches: [{path: {type: Exact, value: /${kind}/${case}/${namespace}/${end}}}]
                    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]
                """.replace("${label}", label(kind, name))
                .replace("${kind}", kind)
                .replace("${case}", name)
                .replace("${namespace}", namespace)
                .replace("${end}", end)
                .replace("${labels}", Objects.requireNonNull(APPS.get(end)));
    }

    private static String gateway(String name, String namespace, String end) {
        return """
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: ${label}-${end}, namespace: ${namespace}, labels: {case: ${label}${labels}}}
                spec: {gatewayClassName: shared, listeners: [{name: http, protocol: HTTP, port: ${port}}]}
                """.replace("${label}", label("ClientTrafficPolicy", name))
                .replace("${namespace}", namespace)
                .replace("${end}", end)
                .replace("${labels}", Objects.requireNonNull(APPS.get(end)))
                .replace("${port}", String.valueOf(GATEWAYS.get(name + "/" + namespace + "/" + end)));
    }

    private static String policy(String kind, String name, Case each, String target, String other) {
        return """
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: ${policy}
                metadata: {name: ${name}, namespace: default}
                spec:
                  ${selector}
                  ${effect}
                """.replace("${policy}", kind)
                .replace("${name}", name)
                .replace("${selector}", each.selector())
                .replace("${case}", label(kind, name))
                .replace("${effect}", effect(kind).spec())
                .replace("${kind}", target)
                .replace("${other}", other);
    }

    /** The value of "case" of a policy's targets. */
    private static String label(String kind, String name) {
        return kind.toLowerCase(Locale.ROOT) + "-" + name;
    }

    private static int status(int at, String path) throws IOException, InterruptedException {
        return CLIENT.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + at + path))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
