package dev.gatehouse.standalone.quarantine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Patches, in a real Envoy: what they change, and that what Envoy refuses of one costs that one alone. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EnvoyPatchPolicyIT {
    private static final String ROUTE_TYPE = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
    private static final String LISTENER_TYPE = "type.googleapis.com/envoy.config.listener.v3.Listener";
    private static final String CLUSTER_TYPE = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
    private static final String ENDPOINT_TYPE = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";

    private static final String LOCAL_REPLY =
            "op: add, path: /default_filter_chain/filters/0/typed_config/local_reply_config, value: {mappers:"
                    + " [{filter: {status_code_filter: {comparison: {op: EQ, value: {default_value: 404,"
                    + " runtime_key: key_b}}}}, status_code: 406}]}";

    private BreakingWorld world;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        world = new BreakingWorld();
        world.put(BreakingWorld.gateway(world.ports(), Optional.empty()) + route("a") + route("b"));
        world.startEnvoy();
        awaitStatus("/a", 200);
    }

    @AfterAll
    void stop() {
        world.close();
    }

    @AfterEach
    void removePatches() throws InterruptedException {
        for (String name : Set.of("policy", "broken", "late")) {
            world.remove(Kinds.ENVOY_PATCH_POLICY, name);
        }
        awaitStatus("/a", 200);
        awaitStatus("/b", 200);
        awaitStatus("/none", 404);
        awaitHeader("/a", "x-patched", Optional.empty());
    }

    private static String route(String name) {
        return """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: %1$s, namespace: default}
            spec:
              parentRefs: [{name: gw}]
              rules: [{matches: [{path: {value: /%1$s}}], backendRefs: [{name: app, port: 80}]}]
            """.formatted(name);
    }

    private static String policy(String name, int priority, String... patches) {
        return """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyPatchPolicy
            metadata: {name: %s, namespace: default}
            spec:
              priority: %d
              targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: gw}
              type: JSONPatch
              jsonPatches: [%s]
            """.formatted(name, priority, String.join(", ", patches));
    }

    private static String patch(String type, String name, String operation) {
        return "{type: " + type + ", name: " + name + ", operation: {" + operation + "}}";
    }

    private static ObjectRef ref(String name) {
        return ObjectRef.of(Kinds.ENVOY_PATCH_POLICY, new ObjectKey("default", name));
    }

    /** Envoy Gateway's name of the listener, and of its table. */
    private static final String ONE = "default/gw/one";

    private HttpResponse<Void> get(String path) throws IOException, InterruptedException {
        return world.get(world.ports().getFirst(), path);
    }

    private void awaitStatus(String path, int status) {
        world.await(() -> get(path).statusCode() == status, () -> path + " is not answered with " + status);
    }

    private void awaitHeader(String path, String name, Optional<String> value) {
        world.await(
                () -> get(path).headers().firstValue(name).equals(value),
                () -> path + " is not answered with " + name + " " + value);
    }

    private void awaitProgrammed(String name) {
        world.await(
                () -> world.status(ref(name)).contains("The patches are applied."),
                () -> name + " is not applied: " + world.status(ref(name)));
    }

    @Test
    void aListenerIsPatchedAtTheChainThatEnvoyGatewayCallsTheDefault() throws InterruptedException {
        world.put(policy("policy", 0, patch(LISTENER_TYPE, ONE, LOCAL_REPLY)));
        awaitStatus("/none", 406);
        awaitProgrammed("policy");
        assertThat(world.culprits()).isEmpty();
    }

    @Test
    void everyRouteThatAJsonPathSelectsIsPatched() throws InterruptedException {
        world.put(policy(
                "policy",
                0,
                patch(
                        ROUTE_TYPE,
                        ONE,
                        "op: add, jsonPath: \"..routes[?(@.name =~ 'default/(a|b)/')]\", path: response_headers_to_add/-,"
                                + " value: {header: {key: x-patched, value: all}}")));
        awaitHeader("/a", "x-patched", Optional.of("all"));
        awaitHeader("/b", "x-patched", Optional.of("all"));
        assertThat(world.culprits()).isEmpty();
    }

    @Test
    void theLowestPriorityComesFirst() throws InterruptedException {
        String path = "op: add, path: /response_headers_to_add, value: [{header: {key: x-patched, value: ";
        world.put(policy("policy", 5, patch(ROUTE_TYPE, ONE, path + "last}}]"))
                + policy("late", -5, patch(ROUTE_TYPE, ONE, path + "first}}]")));
        awaitHeader("/a", "x-patched", Optional.of("last"));
        world.put(policy("late", 50, patch(ROUTE_TYPE, ONE, path + "now}}]")));
        awaitHeader("/a", "x-patched", Optional.of("now"));
    }

    @Test
    void aRouteIsRemovedAndComesBack() throws InterruptedException {
        world.put(policy(
                "policy", 0, patch(ROUTE_TYPE, ONE, "op: remove, jsonPath: \"..routes[?(@.name =~ 'default/b/')]\"")));
        awaitStatus("/b", 404);
        awaitStatus("/a", 200);
        world.remove(Kinds.ENVOY_PATCH_POLICY, "policy");
        awaitStatus("/b", 200);
    }

    @Test
    void aFilterOfATypeThatNothingElseUsesIsAdded() throws InterruptedException {
        world.put(policy(
                "policy",
                0,
                patch(
                        LISTENER_TYPE,
                        ONE,
                        "op: add, path: /filter_chains/0/filters/0/typed_config/http_filters/0, value: {name: lua, typed_config:"
                                + " {'@type': type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua,"
                                + " default_source_code: {inline_string: \"function envoy_on_response(h)"
                                + " h:headers():add('x-patched', 'lua') end\"}}}")));
        awaitHeader("/a", "x-patched", Optional.of("lua"));
    }

    @Test
    void aClusterIsAddedAndARouteSentToIt() throws IOException, InterruptedException {
        String nowhere = "{name: nowhere, type: STATIC, connect_timeout: 1s, load_assignment: {cluster_name: nowhere}}";
        world.put(
                policy(
                        "policy",
                        0,
                        patch(CLUSTER_TYPE, "nowhere", "op: add, path: '', value: " + nowhere),
                        patch(
                                ROUTE_TYPE,
                                ONE,
                                "op: replace, jsonPath: \"..routes[?(@.name =~ 'default/b/')].route.cluster\", value: nowhere")));
        awaitStatus("/b", 503);
        assertThat(get("/a").statusCode()).isEqualTo(200);
        assertThat(world.culprits()).isEmpty();
    }

    /** As in Envoy Gateway, whose clusters have the long form of the policy. */
    @Test
    void theLoadBalancingPolicyOfAClusterIsReplaced() throws InterruptedException {
        world.put(policy(
                "policy",
                0,
                patch(
                        CLUSTER_TYPE,
                        "httproute/default/a/rule/0",
                        "op: replace, path: /load_balancing_policy, value: {policies: [{typed_extension_config:"
                                + " {name: envoy.load_balancing_policies.round_robin, typed_config: {\"@type\":"
                                + " type.googleapis.com/envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin,"
                                + " locality_lb_config: {locality_weighted_lb_config: {}}}}}]}"),
                patch(
                        CLUSTER_TYPE,
                        "httproute/default/a/rule/0",
                        "op: add, jsonPath: \"..typed_extension_config.typed_config\","
                                + " path: slow_start_config, value: {slow_start_window: 30s}")));
        awaitProgrammed("policy");
        assertThat(world.culprits()).isEmpty();
        awaitStatus("/a", 200);
    }

    @Test
    void endpointsAreThoseOfThePatch() throws InterruptedException {
        world.put(policy(
                "policy", 0, patch(ENDPOINT_TYPE, "httproute/default/a/rule/0", "op: remove, path: /endpoints")));
        awaitStatus("/a", 503);
    }

    @Test
    void whatEnvoyRefusesIsLeftOutAndTheOthersGoOn() throws InterruptedException {
        world.put(policy(
                        "broken",
                        0,
                        patch(
                                ROUTE_TYPE,
                                ONE,
                                "op: add, path: /virtual_hosts/0/routes/0/route/cluster_specifier_plugin, value: none"),
                        patch(
                                CLUSTER_TYPE,
                                "httproute/default/a/rule/0",
                                "op: replace, path: /lb_policy, value: LOAD_BALANCING_POLICY_CONFIG"))
                + policy(
                        "policy",
                        1,
                        patch(
                                ROUTE_TYPE,
                                ONE,
                                "op: add, path: /response_headers_to_add/-, value: {header: {key: x-patched, value: good}}"),
                        patch(
                                CLUSTER_TYPE,
                                "httproute/default/a/rule/0",
                                "op: add, path: /alt_stat_name, value: patched")));
        awaitHeader("/a", "x-patched", Optional.of("good"));
        world.await(() -> world.culprits().equals(Set.of(ref("broken"))), () -> "not the broken one alone is named");
        awaitStatus("/a", 200);
        awaitStatus("/b", 200);
        world.put(policy("broken", 0));
        world.await(() -> world.culprits().isEmpty(), () -> "a policy that is mended is named still");
    }

    @Test
    void whatEnvoyRefusesOfAListenerIsFoundByTheProxyThatRunsAndOneThatStarts() throws InterruptedException {
        // No filter may come after the router.
        String after = "{name: late, typed_config: {'@type':"
                + " type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer, max_request_bytes: 1}}";
        world.put(policy(
                        "broken",
                        0,
                        patch(
                                LISTENER_TYPE,
                                ONE,
                                "op: add, path: /default_filter_chain/filters/0/typed_config/http_filters/-, value: "
                                        + after))
                + policy("policy", 1, patch(LISTENER_TYPE, ONE, LOCAL_REPLY)));
        world.await(() -> world.culprits().equals(Set.of(ref("broken"))), () -> "not the broken one alone is named");
        awaitStatus("/none", 406);
        world.startEnvoy();
        awaitStatus("/a", 200);
        awaitStatus("/none", 406);
    }
}
