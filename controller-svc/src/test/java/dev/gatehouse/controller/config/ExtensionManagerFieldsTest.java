package dev.gatehouse.controller.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.extensionserver.ExtensionServer;
import dev.gatehouse.controller.extensionserver.ExtensionServer.Address;
import dev.gatehouse.controller.extensionserver.ExtensionServer.Included;
import dev.gatehouse.controller.extensionserver.Hook;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExtensionManagerFieldsTest {
    private static final String HOOKS = "hooks: {xdsTranslator: {post: [Route]}}";

    private static EnvoyGatewayFile read(String body) {
        return EnvoyGatewayFile.read(
                "eg.yaml", "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: EnvoyGateway\n" + body);
    }

    private static List<String> problems(String body) {
        return read(body).problems().stream().map(Problem::toString).toList();
    }

    private static ExtensionServer only(String body) {
        EnvoyGatewayFile file = read("extensionManager: {" + body + "}");
        assertThat(file.problems()).isEmpty();
        return file.servers().servers().getFirst();
    }

    @Test
    void everyFieldIsRead() {
        EnvoyGatewayFile file = read("""
            extensionManager:
              name: marker
              resources: [{group: example.com, version: v1, kind: Greeting}]
              policyResources: [{group: example.com, version: v1, kind: Watch}]
              backendResources: [{group: example.com, version: v1, kind: Bucket}]
              hooks:
                xdsTranslator:
                  post: [Route, VirtualHost, HTTPListener, Cluster, Endpoints, Translation]
                  translation: {cluster: {includeAll: false}, listener: {includeAll: true}, route: {includeAll: true}}
              service:
                fqdn: {hostname: marker.shop.svc, port: 5005}
                tls:
                  certificateRef: {name: ca, namespace: shop}
                  clientCertificateRef: {group: "", kind: Secret, name: own}
                retry:
                  maxAttempts: 7
                  initialBackoff: 50ms
                  maxBackoff: 2s
                  backoffMultiplier: {numerator: 150}
                  RetryableStatusCodes: [UNAVAILABLE, INTERNAL]
              failOpen: true
              maxMessageSize: 16Mi
            """);
        assertThat(file.problems()).isEmpty();
        ExtensionServer server = file.servers().servers().getFirst();
        assertThat(server.name()).isEqualTo("marker");
        assertThat(server.kinds()).extracting(Object::toString).containsExactly("Greeting", "Watch", "Bucket");
        assertThat(server.hooks()).containsExactlyInAnyOrder(Hook.values());
        assertThat(server.included()).containsExactlyInAnyOrder(Included.SECRET, Included.LISTENER, Included.ROUTE);
        assertThat(server.service().address()).isEqualTo(new Address.Host("marker.shop.svc", 5005));
        assertThat(server.service().tls().orElseThrow().authorities().name()).isEqualTo("ca");
        assertThat(server.service().tls().orElseThrow().client().orElseThrow().name())
                .isEqualTo("own");
        assertThat(server.service().retry())
                .isEqualTo(new ExtensionServer.Retry(
                        7, Duration.ofMillis(50), Duration.ofSeconds(2), 1.5, Set.of("UNAVAILABLE", "INTERNAL")));
        assertThat(server.failOpen()).isTrue();
        assertThat(server.maxMessageBytes()).hasValue(16 << 20);
    }

    @Test
    void whatIsNotSaidIsAsInEnvoyGateway() {
        ExtensionServer server = only(HOOKS + ", service: {host: old.example, port: 8080}");
        assertThat(server.included()).containsExactlyInAnyOrder(Included.CLUSTER, Included.SECRET);
        assertThat(server.service().address()).isEqualTo(new Address.Host("old.example", 8080));
        assertThat(server.service().retry()).isEqualTo(ExtensionServer.Retry.DEFAULT);
        assertThat(server.failOpen()).isFalse();
        assertThat(server.maxMessageBytes()).isEmpty();
        assertThat(only(HOOKS + ", service: {host: old.example}").service().address())
                .isEqualTo(new Address.Host("old.example", 80));
        assertThat(only(HOOKS + ", service: {unix: {path: /run/s}}").service().address())
                .isEqualTo(new Address.Unix("/run/s"));
        assertThat(only(HOOKS + ", service: {ip: {address: \"::1\", port: 1}}")
                        .service()
                        .address())
                .hasToString("[::1]:1");
    }

    @Test
    void severalServersAreAskedInTheirOrder() {
        String each = "{name: %s, " + HOOKS + ", service: {host: h}}";
        EnvoyGatewayFile file =
                read("extensionManagers: [" + each.formatted("one") + ", " + each.formatted("two") + "]");
        assertThat(file.problems()).isEmpty();
        assertThat(file.servers().servers()).extracting(ExtensionServer::name).containsExactly("one", "two");
    }

    @Test
    void wrongFieldsAreToldWithTheirPlace() {
        assertThat(problems("extensionManager: {hooks: {xdsTranslator: {}}, service: {host: h}}"))
                .singleElement()
                .asString()
                .startsWith("eg.yaml:3:")
                .contains("extensionManager.hooks.xdsTranslator.post: is empty");
        assertThat(problems("extensionManager: {" + HOOKS + ", service: {}}"))
                .singleElement()
                .asString()
                .contains("extensionManager.service: names no server");
        assertThat(problems("extensionManager: {" + HOOKS + ", service: {host: h, unix: {path: /s}}}"))
                .singleElement()
                .asString()
                .contains("names 2 servers");
        assertThat(problems("extensionManager: {" + HOOKS + ", service: {host: h}, maxMessageSize: 0}"))
                .singleElement()
                .asString()
                .contains("extensionManager.maxMessageSize");
        assertThat(problems("extensionManager: {resources: [{group: a.b, version: v1, kind: HTTPRoute}], " + HOOKS
                        + ", service: {host: h}}"))
                .singleElement()
                .asString()
                .contains("extensionManager.resources[0].kind: \"HTTPRoute\" is a kind that Gatehouse serves");
        assertThat(problems("extensionManager: {" + HOOKS + ", service: {host: h}}\nextensionManagers: []\n"))
                .anySatisfy(each -> assertThat(each).contains("stands beside extensionManager"));
        assertThat(problems("extensionManagers: [{" + HOOKS + ", service: {host: h}}]"))
                .singleElement()
                .asString()
                .contains("extensionManagers[0].name: is missing");
    }
}
