package dev.gatehouse.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.sun.management.ThreadMXBean;
import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.controller.gateway.TableForm;
import dev.gatehouse.controller.status.FleetState;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.controller.translate.Translator;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What one change costs among many routes: derivations, and bytes for a proxy. A change of one object must not ask anew what others come to. */
final class CostTest {
    private static final int FEW = 1_000;
    private static final int MANY = 4_000;

    /** Each change is made so often: what the JVM allocates for itself meanwhile is not what a change costs. */
    private static final int TIMES = 5;

    private static final double MORE = 1.2;

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
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: BackendTrafficPolicy
            metadata: {name: for-all, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front}]
              timeout: {http: {requestTimeout: 30s}}
              rateLimit: {type: Global, global: {rules: [{limit: {requests: 100, unit: Second}}]}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: for-all, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front}]
              cors: {allowOrigins: ["https://example.com"]}
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

    /**
     * What is for one route, by kind: each is there for the first route, and then changes. Not among them is what changes the filters of
     * a listener, as another external processor does: its table is then another one, for all routes at once.
     */
    private static final Map<String, String> POLICIES = policies();

    private static Map<String, String> policies() {
        Map<String, String> specs = new LinkedHashMap<>();
        specs.put(
                "gateway.envoyproxy.io/v1alpha1 BackendTrafficPolicy", "timeout: {http: {requestTimeout: ${value}s}}");
        specs.put("gateway.envoyproxy.io/v1alpha1 SecurityPolicy", """
                authorization: {rules: [{action: Allow, principal: {clientCIDRs: ["10.${value}.0.0/16"]}}]}""");
        specs.put("gatehouse.dev/v1alpha1 WAFPolicy", "directives: ['SecAction \"id:${value},phase:1,pass\"']");
        return specs;
    }

    /** The global limit of a route, beside those that all others have from the Gateway's policy. */
    private static final String LIMIT = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: BackendTrafficPolicy
            metadata: {name: limit, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: route-2}]
              rateLimit: {type: Global, global: {rules: [{limit: {requests: ${value}, unit: Minute}}]}}
            """;

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

    /**
     * What a change costs.
     *
     * @param bytes of the resources that it changes
     * @param allocated by the translation
     */
    private record Cost(long derivations, long bytes, long allocated) {
        Cost least(Cost other) {
            return new Cost(
                    Math.min(derivations, other.derivations),
                    Math.min(bytes, other.bytes),
                    Math.min(allocated, other.allocated));
        }
    }

    @Test
    void aChangeOfOneObjectCostsTheSameAmongMoreRoutes() {
        Map<String, Cost> few = costs(FEW);
        Map<String, Cost> many = costs(MANY);
        assertThat(many).allSatisfy((change, cost) -> {
            Cost before = Objects.requireNonNull(few.get(change), change);
            assertThat(cost.derivations())
                    .as("derivations of " + change)
                    .isLessThanOrEqualTo(Math.round(before.derivations() * MORE));
            assertThat(cost.bytes()).as("bytes of " + change).isLessThanOrEqualTo(Math.round(before.bytes() * MORE));
            assertThat(cost.allocated())
                    .as("bytes allocated for " + change)
                    .isLessThanOrEqualTo(Math.round(before.allocated() * MORE));
        });
    }

    @Test
    void theGlobalLimitsOfOneRouteAreAResourceOfTheirOwn() {
        Translator translator =
                new Translator(Golden.settings().with(TableForm.BY_HOST), (collection, key, failure) -> {
                    throw new AssertionError("translating " + collection + " of " + key + " failed", failure);
                });
        StringBuilder all = new StringBuilder(AROUND.replace("${value}", "1"));
        IntStream.range(0, 10).forEach(n -> all.append(route(n, "a")));
        translator.apply(changes(all.toString()));
        Translator.Effect effect = translator.apply(changes(LIMIT.replace("${value}", "7")));
        assertThat(effect.resources().keySet().stream()
                        .filter(id -> id.typeUrl().equals(TypeUrls.RATE_LIMIT))
                        .map(ResourceId::name))
                .containsExactly("default/front/http/httproute/default/route-2");
        assertThat(effect.resources().values().stream()
                        .flatMap(Optional::stream)
                        .filter(output -> output.message() instanceof RateLimitConfig)
                        .map(Output::owners))
                .containsExactly(Set.of(new ObjectRef("HTTPRoute", "default", "route-2")));
    }

    /** Puts everything, and then changes one object of each kind. */
    private static Map<String, Cost> costs(int routes) {
        Translator translator =
                new Translator(Golden.settings().with(TableForm.BY_HOST), (collection, key, failure) -> {
                    throw new AssertionError("translating " + collection + " of " + key + " failed", failure);
                });
        StringBuilder all = new StringBuilder(AROUND.replace("${value}", "1"));
        IntStream.range(0, routes).forEach(n -> all.append(route(n, "a")));
        POLICIES.forEach((kind, spec) -> all.append(policy(kind, spec, 1)));
        all.append(LIMIT.replace("${value}", "1"));
        all.append(SIGN_ON).append(SSO.replace("${value}", "1"));
        translator.apply(changes(all.toString()));
        Map<String, Cost> costs = new LinkedHashMap<>();
        costs.put("HTTPRoute", cost(translator, value -> changes(route(routes / 2, "b" + value))));
        costs.put("HTTPRoute made", cost(translator, value -> changes(route(routes + value, "b"))));
        POLICIES.forEach((kind, spec) ->
                costs.put(kind.split(" ")[1], cost(translator, value -> changes(policy(kind, spec, 2 + value)))));
        costs.put("global limit", cost(translator, value -> changes(LIMIT.replace("${value}", "" + (2 + value)))));
        costs.put("SSOPolicy", cost(translator, value -> changes(SSO.replace("${value}", "" + (2 + value)))));
        for (String kind : List.of("EndpointSlice", "Secret")) {
            String document = Stream.of(AROUND.split("---\n"))
                    .filter(each -> each.contains("kind: " + kind + "\n"))
                    .findFirst()
                    .orElseThrow();
            costs.put(kind, cost(translator, value -> changes(document.replace("${value}", "" + (2 + value)))));
        }
        String gateway = Stream.of(AROUND.split("---\n"))
                .filter(each -> each.contains("kind: Gateway\n"))
                .findFirst()
                .orElseThrow();
        costs.put(
                "Gateway's generation",
                cost(
                        translator,
                        value -> changes(
                                gateway.replace("{name: front", "{generation: " + (2 + value) + ", name: front"))));
        costs.put(
                "proxy that connects",
                cost(translator, value -> List.of(new Change.Fleet("default/front", proxies(value)))));
        return costs;
    }

    private static FleetState proxies(int number) {
        return new FleetState(number, List.of(), List.of(), Map.of(), Map.of());
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

    private static Cost cost(Translator translator, IntFunction<List<Change>> change) {
        return IntStream.range(0, TIMES)
                .mapToObj(value -> once(translator, change.apply(value)))
                .reduce(Cost::least)
                .orElseThrow();
    }

    private static Cost once(Translator translator, List<Change> changes) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = translator.derivations();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        Translator.Effect effect = translator.apply(changes);
        return new Cost(
                translator.derivations() - before,
                effect.resources().values().stream()
                        .flatMap(Optional::stream)
                        .map(Output::message)
                        .mapToLong(Message::getSerializedSize)
                        .sum(),
                threads.getCurrentThreadAllocatedBytes() - allocated);
    }

    private static List<Change> changes(String yaml) {
        List<Change> changes = new ArrayList<>();
        ResourceReader.read("in.yaml", yaml)
                .found()
                .forEach(found -> changes.add(new Change.Put(found.kind(), found.resource())));
        return changes;
    }
}
