package dev.gatehouse.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.controller.translate.Translator;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.gatewayapi.ResourceReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What one change costs among many routes: derivations, and bytes for a proxy. A change of one object must not ask anew what others come to. */
final class CostTest {
    private static final int FEW = 1_000;
    private static final int MANY = 4_000;

    /** What a route takes of its table: the one part of a change that grows with the routes. */
    private static final int BYTES_OF_ROUTE = 420;

    private static final String AROUND = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: GatewayClass
            metadata: {name: gatehouse}
            spec: {controllerName: gatehouse.dev/gatewayclass-controller}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners: [{name: http, protocol: HTTP, port: 80}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: app, namespace: default}
            spec: {ports: [{name: http, port: 80}]}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: client, namespace: default}
            stringData: {client-secret: "${value}", .htpasswd: "carol:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: app, namespace: default, labels: {kubernetes.io/service-name: app}}
            addressType: IPv4
            ports: [{name: http, port: 8080, protocol: TCP}]
            endpoints: [{addresses: ["10.0.0.${value}"]}]
            """;

    private static final String ROUTE = """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: route-${n}, namespace: default}
            spec:
              parentRefs: [{name: front}]
              hostnames: ["h${n}.example.com"]
              rules: [{matches: [{path: {value: "/${value}"}}], backendRefs: [{name: app, port: 80}]}]
            """;

    /** What is for one route, by kind: each is there for the first route, and then changes. */
    private static final Map<String, String> POLICIES = policies();

    private static Map<String, String> policies() {
        Map<String, String> specs = new LinkedHashMap<>();
        specs.put(
                "gateway.envoyproxy.io/v1alpha1 BackendTrafficPolicy", "timeout: {http: {requestTimeout: ${value}s}}");
        specs.put("gateway.envoyproxy.io/v1alpha1 SecurityPolicy", """
                authorization: {rules: [{action: Allow, principal: {clientCIDRs: ["10.${value}.0.0/16"]}}]}""");
        specs.put("gateway.envoyproxy.io/v1alpha1 EnvoyExtensionPolicy", """
                extProc: [{backendRefs: [{name: app, port: 80}], messageTimeout: ${value}s}]""");
        specs.put("gatehouse.dev/v1alpha1 WAFPolicy", "directives: ['SecAction \"id:${value},phase:1,pass\"']");
        return specs;
    }

    private static final String POLICY = """
            ---
            apiVersion: ${api}
            kind: ${kind}
            metadata: {name: ${name}, namespace: default}
            spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: route-${n}}], ${spec}}
            """;

    private static final String SIGN_ON = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: sign-on, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: route-9}]
              oidc: {provider: {issuer: "https://id.example.com"}, clientID: a, clientSecret: {name: client}}
            """;

    private static final String SSO = """
            ---
            apiVersion: gatehouse.dev/v1alpha1
            kind: SSOPolicy
            metadata: {name: sign-on, namespace: default}
            spec:
              targetRefs: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, name: sign-on}]
              session: {idleTimeout: ${value}m}
            """;

    private record Cost(long derivations, long bytes) {}

    @Test
    void aChangeOfOneObjectCostsTheSameAmongMoreRoutes() {
        Map<String, Cost> few = costs(FEW);
        Map<String, Cost> many = costs(MANY);
        assertThat(many).allSatisfy((change, cost) -> {
            assertThat(cost.derivations())
                    .as("derivations of " + change)
                    .isLessThanOrEqualTo(Math.round(few.get(change).derivations() * 1.2));
            assertThat(cost.bytes()).as("bytes of " + change).isLessThanOrEqualTo((long) BYTES_OF_ROUTE * MANY);
        });
        assertThat(many.get("EndpointSlice").bytes())
                .isEqualTo(few.get("EndpointSlice").bytes());
        assertThat(many.get("SSOPolicy").bytes())
                .as("authz-svc alone gets it")
                .isEqualTo(few.get("SSOPolicy").bytes());
    }

    /** Puts everything, and then changes one object of each kind. */
    private static Map<String, Cost> costs(int routes) {
        Translator translator = new Translator(Golden.settings(), (collection, key, failure) -> {
            throw new AssertionError("translating " + collection + " of " + key + " failed", failure);
        });
        StringBuilder all = new StringBuilder(AROUND.replace("${value}", "1"));
        IntStream.range(0, routes).forEach(n -> all.append(route(n, "a")));
        POLICIES.forEach((kind, spec) -> all.append(policy(kind, spec, 1)));
        all.append(SIGN_ON).append(SSO.replace("${value}", "1"));
        translator.apply(changes(all.toString()));
        Map<String, Cost> costs = new LinkedHashMap<>();
        costs.put("HTTPRoute", cost(translator, route(routes / 2, "b")));
        POLICIES.forEach((kind, spec) -> costs.put(kind.split(" ")[1], cost(translator, policy(kind, spec, 2))));
        costs.put("SSOPolicy", cost(translator, SSO.replace("${value}", "2")));
        for (String kind : List.of("EndpointSlice", "Secret")) {
            String document = List.of(AROUND.replace("${value}", "2").split("---\n")).stream()
                    .filter(each -> each.contains("kind: " + kind + "\n"))
                    .findFirst()
                    .orElseThrow();
            costs.put(kind, cost(translator, document));
        }
        return costs;
    }

    private static String route(int number, String value) {
        return ROUTE.replace("${n}", Integer.toString(number)).replace("${value}", value);
    }

    private static String policy(String kind, String spec, int value) {
        String[] names = kind.split(" ");
        return POLICY.replace("${api}", names[0])
                .replace("${kind}", names[1])
                .replace("${name}", names[1].toLowerCase(java.util.Locale.ROOT))
                .replace("${n}", "1")
                .replace("${spec}", spec)
                .replace("${value}", Integer.toString(value));
    }

    private static Cost cost(Translator translator, String change) {
        long before = translator.derivations();
        Translator.Effect effect = translator.apply(changes(change));
        assertThat(effect.resources()).as("the change has an effect: " + change).isNotEmpty();
        return new Cost(
                translator.derivations() - before,
                effect.resources().values().stream()
                        .flatMap(Optional::stream)
                        .map(Output::message)
                        .mapToLong(com.google.protobuf.Message::getSerializedSize)
                        .sum());
    }

    private static List<Change> changes(String yaml) {
        List<Change> changes = new ArrayList<>();
        ResourceReader.read("in.yaml", yaml)
                .found()
                .forEach(found -> changes.add(new Change.Put(found.kind(), found.resource())));
        return changes;
    }
}
