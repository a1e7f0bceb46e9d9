package dev.gatehouse.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.config.EnvoyGatewayFile;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.yaml.Problem;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which objects of extension servers the translation finds for each resource. */
class ServedExtensionsTest {
    private static final String CONFIG = """
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyGateway
            extensionManager:
              resources: [{group: example.com, version: v1, kind: Greeting}]
              policyResources: [{group: example.com, version: v1, kind: Naming}]
              backendResources: [{group: example.com, version: v1, kind: Bucket}]
              hooks: {xdsTranslator: {post: [Route]}}
              service: {host: localhost}
            """;

    private static final String OBJECTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners: [{name: http, protocol: HTTP, port: 80}]
            ---
            apiVersion: example.com/v1
            kind: Greeting
            metadata: {name: hello, namespace: default, resourceVersion: "7", labels: {a: b}}
            spec: {text: hi}
            status: {seen: true}
            ---
            apiVersion: example.com/v1
            kind: Bucket
            metadata: {name: files, namespace: default}
            spec: {}
            ---
            apiVersion: example.com/v1
            kind: Naming
            metadata: {name: all, namespace: default}
            spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front}]}
            ---
            apiVersion: example.com/v1
            kind: Naming
            metadata: {name: rule, namespace: default}
            spec:
              targetRefs:
              - {group: gateway.networking.k8s.io, kind: HTTPRoute, name: r, sectionName: greeted}
              - {group: gateway.networking.k8s.io, kind: HTTPRoute, name: nobody}
            ---
            apiVersion: example.com/v1
            kind: Naming
            metadata: {name: lost, namespace: default}
            spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r, sectionName: other}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: r, namespace: default}
            spec:
              parentRefs: [{name: front}]
              rules:
              - name: greeted
                matches: [{path: {value: /greeted}}]
                filters: [{type: ExtensionRef, extensionRef: {group: example.com, kind: Greeting, name: hello}}]
                backendRefs: [{group: example.com, kind: Bucket, name: files}]
              - matches: [{path: {value: /lost}}]
                filters: [{type: ExtensionRef, extensionRef: {group: example.com, kind: Greeting, name: nobody}}]
                backendRefs: [{group: example.com, kind: Bucket, name: files}]
            """;

    private static OfflineTranslation translate(Path folder) throws IOException {
        Files.writeString(folder.resolve("in.yaml"), OBJECTS);
        EnvoyGatewayFile file = EnvoyGatewayFile.read("config.yaml", CONFIG);
        assertThat(file.problems()).isEmpty();
        return OfflineTranslation.of(
                List.of(folder), Golden.settings().with(Settings.Extensions.OFFLINE.withServers(file.servers())));
    }

    private static Output only(OfflineTranslation translation, String type, String name) {
        return translation.translator().resources().entrySet().stream()
                .filter(each -> each.getKey().typeUrl().equals(type)
                        && each.getKey().name().contains(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void eachResourceSaysWhichObjectsItConcerns(@TempDir Path folder) throws IOException {
        OfflineTranslation translation = translate(folder);

        HookContext table = only(translation, TypeUrls.ROUTES, "").hooks();
        HookContext.OfRule rule = table.of("httproute/default/r/rule/0/match/0");
        assertThat(rule.resources()).extracting(part -> part.reference().kind()).containsExactly("Greeting", "Bucket");
        assertThat(rule.policies())
                .extracting(part -> part.reference().key().name())
                .containsExactly("rule");
        assertThat(rule.resources().getFirst().object().object().toString())
                .contains("text=hi", "labels={a=b}")
                .doesNotContain("status", "resourceVersion");
        assertThat(only(translation, TypeUrls.LISTENER, "").hooks().objects())
                .extracting(part -> part.reference().key().name())
                .containsExactly("all");
        assertThat(only(translation, TypeUrls.CLUSTER, "extension/example.com/Bucket/default/files")
                        .hooks()
                        .objects())
                .hasSize(1);
        assertThat(translation.translator().extensionPolicies().get("default/front"))
                .hasSize(1);
    }

    @Test
    void aRuleWhoseObjectIsNotThereIsClosed(@TempDir Path folder) throws IOException {
        OfflineTranslation translation = translate(folder);
        RouteConfiguration table =
                (RouteConfiguration) only(translation, TypeUrls.ROUTES, "").message();
        assertThat(table.getVirtualHosts(0).getRoutesList())
                .anySatisfy(route -> {
                    assertThat(route.getMatch().getPathSeparatedPrefix()).isEqualTo("/lost");
                    assertThat(route.getDirectResponse().getStatus()).isEqualTo(500);
                })
                .anySatisfy(route -> assertThat(route.getRoute().getCluster())
                        .isEqualTo("extension/example.com/Bucket/default/files"));
        assertThat(translation.problems())
                .extracting(Problem::message)
                .anySatisfy(message -> assertThat(message).contains("Greeting default/nobody is not there"));
    }

    @Test
    void policiesAreAcceptedByTheGatewaysWhereTheyAreTold(@TempDir Path folder) throws IOException {
        OfflineTranslation translation = translate(folder);
        assertThat(accepted(translation, "all").reason()).isEqualTo("Accepted");
        assertThat(accepted(translation, "rule").reason()).isEqualTo("Accepted");
        assertThat(accepted(translation, "lost").reason()).isEqualTo("TargetNotFound");
    }

    private static Condition accepted(OfflineTranslation translation, String name) {
        ObjectStatus.Ancestors status = (ObjectStatus.Ancestors) Objects.requireNonNull(
                translation.translator().statuses().get(new ObjectRef("Naming", "default", name)));
        assertThat(status.ancestors()).hasSize(1);
        assertThat(status.ancestors().getFirst().reference().name()).isEqualTo("front");
        return status.ancestors().getFirst().conditions().getFirst();
    }
}
