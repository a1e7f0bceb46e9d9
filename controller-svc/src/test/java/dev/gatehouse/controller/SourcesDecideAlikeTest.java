package dev.gatehouse.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.files.FileChanges;
import dev.gatehouse.controller.files.FileSet;
import dev.gatehouse.controller.translate.Translator;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same objects are decided alike whether they come from files or from an API server. */
class SourcesDecideAlikeTest {
    private static final String BASE = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: gw, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners:
              - {name: http, protocol: HTTP, port: 80}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: app, namespace: default}
            spec: {ports: [{port: 8080}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: protected, namespace: default, labels: {protect: "yes"}}
            spec:
              parentRefs: [{name: gw}]
              hostnames: [protected.example]
              rules: [{backendRefs: [{name: app, port: 8080}]}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: other, namespace: default}
            spec:
              parentRefs: [{name: gw}]
              hostnames: [other.example]
              rules: [{backendRefs: [{name: app, port: 8080}]}]
            """;

    /**
     * A policy.
     *
     * @param closes the route "protected" answers 500
     */
    record Case(String what, String apiVersion, String kind, String spec, boolean closes) {
        @Override
        public String toString() {
            return what;
        }

        String yaml() {
            return "---\napiVersion: " + apiVersion + "\nkind: " + kind
                    + "\nmetadata: {name: policy, namespace: default}\nspec: " + spec + "\n";
        }
    }

    private static final String ENVOY = "gateway.envoyproxy.io/v1alpha1";
    private static final String TARGET =
            "targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: protected}]";
    private static final String SELECTOR = "targetSelectors: [{kind: HTTPRoute, matchLabels: {protect: \"yes\"}}]";

    static List<Case> cases() {
        String keys = "apiKeyAuth: {credentialRefs: [{name: keys}], extractFrom: [{headers: [x-key]}]}";
        return List.of(
                new Case("oidc", ENVOY, "SecurityPolicy", "{" + TARGET + ", oidc: {clientID: a}}", true),
                new Case(
                        "oidc beside keys",
                        ENVOY,
                        "SecurityPolicy",
                        "{" + TARGET + ", " + keys + ", oidc: {clientID: a}}",
                        true),
                new Case(
                        "tokens without keys to verify them",
                        ENVOY,
                        "SecurityPolicy",
                        "{" + TARGET + ", jwt: {providers: [{name: a}]}}",
                        true),
                new Case(
                        "tokens whose ConfigMap is not there",
                        ENVOY,
                        "SecurityPolicy",
                        "{" + TARGET
                                + ", jwt: {providers: [{name: a, localJWKS: {type: ValueRef, valueRef: {group: '', kind: ConfigMap, name: nowhere}}}]}}",
                        true),
                new Case(
                        "an authorizer that is not there",
                        ENVOY,
                        "SecurityPolicy",
                        "{" + TARGET + ", extAuth: {grpc: {backendRefs: [{name: nowhere, port: 80}]}}}",
                        true),
                new Case(
                        "an authorizer that is not there, and that requests may do without",
                        ENVOY,
                        "SecurityPolicy",
                        "{" + TARGET + ", extAuth: {failOpen: true, http: {backendRefs: [{name: nowhere, port: 80}]}}}",
                        false),
                new Case(
                        "a rule about the claims of a provider that is not there",
                        ENVOY,
                        "SecurityPolicy",
                        "{" + TARGET
                                + ", authorization: {rules: [{action: Deny, principal: {jwt: {provider: nobody, scopes: [a]}}}], defaultAction: Allow}}",
                        true),
                new Case("a typing error", ENVOY, "SecurityPolicy", "{" + TARGET + ", apiKeyAuht: {}}", true),
                new Case("a field of the wrong type", ENVOY, "SecurityPolicy", "{" + TARGET + ", apiKeyAuth: 5}", true),
                new Case("by labels", ENVOY, "SecurityPolicy", "{" + SELECTOR + ", oidc: {}}", true),
                new Case(
                        "keys by labels, without their Secret",
                        ENVOY,
                        "SecurityPolicy",
                        "{" + SELECTOR + ", " + keys + "}",
                        true),
                new Case(
                        "for a Gateway",
                        ENVOY,
                        "SecurityPolicy",
                        "{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw, sectionName: http}], oidc: {}}",
                        true),
                new Case("a WAFPolicy", "gatehouse.dev/v1alpha1", "WAFPolicy", "{" + TARGET + ", crz: {}}", true),
                new Case(
                        "a rate limit",
                        ENVOY,
                        "BackendTrafficPolicy",
                        "{" + TARGET
                                + ", rateLimit: {type: Global, global: {rules: [{limit: {requests: many, unit: Hour}}]}}}",
                        true),
                new Case(
                        "a local rate limit",
                        ENVOY,
                        "BackendTrafficPolicy",
                        "{" + TARGET + ", rateLimit: {type: Local}}",
                        true),
                new Case(
                        "a load balancer",
                        ENVOY,
                        "BackendTrafficPolicy",
                        "{" + TARGET
                                + ", loadBalancer: {type: DynamicModule, dynamicModule: {name: mine, lbPolicyName: by-cost}}}",
                        false),
                new Case(
                        "a load balancer by labels",
                        ENVOY,
                        "BackendTrafficPolicy",
                        "{" + SELECTOR
                                + ", loadBalancer: {type: DynamicModule, dynamicModule: {name: mine, lbPolicyName: by-cost}}}",
                        false),
                new Case(
                        "client certificates without a reference's name",
                        ENVOY,
                        "ClientTrafficPolicy",
                        "{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw}], tls: {clientValidation: {caCertificateRefs: [{}]}}}",
                        true),
                new Case(
                        "client timeouts",
                        ENVOY,
                        "ClientTrafficPolicy",
                        "{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw}], timeout: {http: {idleTimeout: 5sec}}}",
                        true),
                new Case(
                        "a default host that is not there, of a listener by its name",
                        ENVOY,
                        "ClientTrafficPolicy",
                        "{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw, sectionName: http}], http1: {http10: {useDefaultHost: true}}}",
                        true),
                new Case(
                        "an external processor",
                        ENVOY,
                        "EnvoyExtensionPolicy",
                        "{" + TARGET + ", extProc: [{backendRefs: [{name: nobody, port: 80}]}]}",
                        true),
                new Case(
                        "an external processor that may fail",
                        ENVOY,
                        "EnvoyExtensionPolicy",
                        "{" + TARGET + ", extProc: [{failOpen: true, backendRefs: [{name: nobody, port: 80}]}]}",
                        false),
                new Case(
                        "a patch of an unknown type",
                        ENVOY,
                        "EnvoyPatchPolicy",
                        "{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: gw}, type: JSONMerge, jsonPatches: []}",
                        false));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void filesAndAnApiServerDecideAlike(Case each, @TempDir Path folder) throws IOException {
        String yaml = BASE + each.yaml();
        Translator files = translator();
        Files.writeString(folder.resolve("objects.yaml"), yaml);
        files.apply(new FileChanges("gateway.envoyproxy.io/gatewayclass-controller").to(read(folder)));
        Translator server = translator();
        List<Change> changes =
                new ArrayList<>(new FileChanges("gateway.envoyproxy.io/gatewayclass-controller").to(read()));
        for (Node.Mapping document : YamlDocuments.read("objects.yaml", yaml).documents()) {
            changes.add(served(document));
        }
        server.apply(changes);

        assertThat(messages(files)).isEqualTo(messages(server));
        assertThat(files.statuses()).isEqualTo(server.statuses());
        assertThat(closed(files, "protected"))
                .describedAs("%s", files.statuses())
                .isEqualTo(each.closes());
        if (!each.spec().contains("Gateway")) {
            assertThat(closed(files, "other")).isFalse();
        }
        boolean told = files.statuses().entrySet().stream()
                .anyMatch(entry -> entry.getKey().name().equals("policy")
                        && entry.getValue()
                                .toString()
                                .matches("(?s).*(not served|unknown|expected|must be|not there).*"));
        assertThat(told).describedAs("%s", files.statuses()).isTrue();
    }

    private static Translator translator() {
        return new Translator(Golden.settings(), (collection, key, failure) -> {
            throw new AssertionError("translating " + collection + " of " + key + " failed", failure);
        });
    }

    private static Change served(Node.Mapping document) {
        String apiVersion = ((Node.Scalar) document.get("apiVersion").orElseThrow()).text();
        String name = ((Node.Scalar) document.get("kind").orElseThrow()).text();
        String group = apiVersion.contains("/") ? apiVersion.substring(0, apiVersion.indexOf('/')) : "";
        Kind<?> kind = Kinds.find(group, name).orElseThrow();
        return switch (ResourceReader.read(kind, document)) {
            case ResourceReader.Reading.Readable<?> readable -> new Change.Put(kind, readable.resource());
            case ResourceReader.Reading.Broken<?> broken -> new Change.Broken(kind, broken.object());
        };
    }

    private static Map<String, String> messages(Translator translator) {
        Map<String, String> messages = new TreeMap<>();
        translator
                .resources()
                .forEach((id, output) ->
                        messages.put(id.toString(), output.message().toString()));
        return messages;
    }

    private static boolean closed(Translator translator, String route) {
        return translator.resources().values().stream()
                .filter(output -> output.message() instanceof RouteConfiguration)
                .flatMap(output -> ((RouteConfiguration) output.message()).getVirtualHostsList().stream())
                .flatMap(host -> host.getRoutesList().stream())
                .filter(each -> each.getName().startsWith("httproute/default/" + route + "/"))
                .allMatch(SourcesDecideAlikeTest::answers500);
    }

    private static boolean answers500(Route route) {
        return route.getDirectResponse().getStatus() == 500;
    }

    private static FileSet.Contents read(Path... roots) {
        return new FileSet(List.of(roots), InputStream.nullInputStream(), InstantSource.system()).read(0);
    }
}
