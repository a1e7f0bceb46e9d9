package dev.gatehouse.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.controller.translate.Translator;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Objects as an API server holds them, with one field wrong each: a condition that names it, and nothing else changes. */
class BadInputTest {
    private static final String GOOD = """
        apiVersion: gateway.networking.k8s.io/v1
        kind: GatewayClass
        metadata: {name: ours}
        spec: {controllerName: gatehouse.dev/gatewayclass-controller}
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: good, namespace: default}
        spec:
          gatewayClassName: ours
          listeners: [{name: http, protocol: HTTP, port: 80}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: app, namespace: default}
        spec: {ports: [{name: http, port: 8080, protocol: TCP}]}
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: good, namespace: default}
        spec:
          parentRefs: [{name: good}]
          rules: [{backendRefs: [{name: app, port: 8080}]}]
        """;

    private static final String GATEWAY = """
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: bad, namespace: default}
        spec:
        """;

    private static Arguments gateway(String spec, String reason, String message) {
        return Arguments.of(spec, GATEWAY + spec.indent(2), "Gateway", reason, message);
    }

    private static Arguments listener(String listener, String reason, String message) {
        return gateway("gatewayClassName: ours\nlisteners: [" + listener + "]", reason, message);
    }

    private static Arguments whole(String rest, String reason, String message) {
        return gateway(
                "gatewayClassName: ours\nlisteners: [{name: http, protocol: HTTP, port: 81}]\n" + rest,
                reason,
                message);
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                gateway("gatewayClassName: ours", "Invalid", "spec.listeners: is missing"),
                gateway("gatewayClassName: ours\nlisteners: none", "Invalid", "spec.listeners: \"none\" is a string"),
                gateway("gatewayClassName: ours\nlisteners: []", "Invalid", "spec.listeners: has 0 items"),
                listener("{protocol: HTTP, port: 81}", "Invalid", "spec.listeners[0].name: is missing"),
                listener("{name: A_B, protocol: HTTP, port: 81}", "Invalid", "spec.listeners[0].name: \"A_B\""),
                listener("{name: http, protocol: HTTP}", "Invalid", "spec.listeners[0].port: is missing"),
                listener(
                        "{name: http, protocol: HTTP, port: 0}",
                        "Invalid",
                        "spec.listeners[0].port: 0 is out of range"),
                listener("{name: http, protocol: HTTP, port: 65536}", "Invalid", "spec.listeners[0].port: 65536"),
                listener("{name: http, protocol: HTTP, port: \"81\"}", "Invalid", "spec.listeners[0].port: \"81\""),
                listener("{name: http, port: 81}", "Invalid", "spec.listeners[0].protocol: is missing"),
                listener("{name: http, protocol: SMTP, port: 81}", "UnsupportedProtocol", "\"SMTP\" is not known"),
                listener(
                        "{name: http, protocol: HTTP, port: 81, hostname: \"a b\"}",
                        "Invalid",
                        "spec.listeners[0].hostname: \"a b\""),
                listener(
                        "{name: http, protocol: HTTP, port: 81, hostname: 10.0.0.1}",
                        "UnsupportedValue",
                        "hostname: \"10.0.0.1\" is an IP address"),
                listener(
                        "{name: https, protocol: HTTPS, port: 443, tls: {mode: Half}}",
                        "Invalid",
                        "spec.listeners[0].tls.mode: \"Half\" is not known"),
                listener(
                        "{name: https, protocol: HTTPS, port: 443, tls: {mode: Terminate}}",
                        "Invalid",
                        "spec.listeners[0].tls.certificateRefs: is empty"),
                listener(
                        "{name: https, protocol: HTTPS, port: 443}",
                        "InvalidCertificateRef",
                        "tls.certificateRefs is empty"),
                listener(
                        "{name: https, protocol: HTTPS, port: 443, tls: {certificateRefs: [{name: absent}]}}",
                        "InvalidCertificateRef",
                        "Secret default/absent is not there"),
                listener(
                        "{name: https, protocol: HTTPS, port: 443, tls: {certificateRefs: [{kind: ConfigMap, name: a}]}}",
                        "InvalidCertificateRef",
                        "\"ConfigMap\" of group \"\" cannot hold a certificate"),
                listener(
                        "{name: https, protocol: HTTPS, port: 443, tls: {certificateRefs: [{name: text}]}}",
                        "InvalidCertificateRef",
                        "Secret default/text: \"tls.crt\" is not a PEM certificate"),
                listener(
                        "{name: https, protocol: HTTPS, port: 443, tls: {certificateRefs: [{name: a, namespace: other}]}}",
                        "RefNotPermitted",
                        "Secret other/a is in another namespace"),
                listener(
                        "{name: http, protocol: HTTP, port: 81, allowedRoutes: {kinds: [{kind: TCPRoute}]}}",
                        "InvalidRouteKinds",
                        "allowedRoutes.kinds: TCPRoute"),
                listener(
                        "{name: http, protocol: HTTP, port: 81, allowedRoutes: {namespaces: {from: Some}}}",
                        "Invalid",
                        "spec.listeners[0].allowedRoutes.namespaces.from: \"Some\""),
                whole("addresses: [{type: Pigeon, value: x}]", "UnsupportedAddress", "\"Pigeon\" is not known"),
                whole("addresses: all", "Invalid", "spec.addresses: \"all\" is a string"),
                whole("infrastructure: {labels: [a]}", "Invalid", "spec.infrastructure.labels: is a list"),
                whole(
                        "infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: absent}}",
                        "InvalidParameters",
                        "spec.infrastructure.parametersRef: EnvoyProxy default/absent is not there"),
                whole(
                        "infrastructure: {parametersRef: {group: \"\", kind: ConfigMap, name: a}}",
                        "InvalidParameters",
                        "kind \"ConfigMap\" of group \"\" has no parameters"),
                whole(
                        "infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: wrong}}",
                        "InvalidParameters",
                        "EnvoyProxy default/wrong: spec.concurrency: -1 is out of range"),
                whole(
                        "tls: {backend: {clientCertificateRef: {name: absent}}}",
                        "InvalidClientCertificateRef",
                        "spec.tls.backend.clientCertificateRef: Secret default/absent is not there"),
                whole(
                        "allowedListeners: {namespaces: {from: Some}}",
                        "Invalid",
                        "spec.allowedListeners.namespaces.from: \"Some\""),
                Arguments.of(
                        "a class with unknown parameters",
                        """
                    apiVersion: gateway.networking.k8s.io/v1
                    kind: GatewayClass
                    metadata: {name: bad}
                    spec:
                      controllerName: gatehouse.dev/gatewayclass-controller
                      parametersRef: {group: example.com, kind: Settings, name: x, namespace: default}
                    """,
                        "GatewayClass",
                        "InvalidParameters",
                        "spec.parametersRef: kind \"Settings\""),
                Arguments.of(
                        "a route to a Service without the port",
                        """
                    apiVersion: gateway.networking.k8s.io/v1
                    kind: HTTPRoute
                    metadata: {name: bad, namespace: default}
                    spec:
                      parentRefs: [{name: bad}]
                      rules: [{backendRefs: [{name: app, port: 9999}]}]
                    ---
                    """ + GATEWAY + """
                      gatewayClassName: ours
                      listeners: [{name: http, protocol: HTTP, port: 81}]
                    """,
                        "HTTPRoute",
                        "PortNotFound",
                        "Service default/app has no port 9999/TCP (it has: 8080/TCP)"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void endsAsAConditionThatNamesTheFieldAndDisturbsNoOtherGateway(
            String what, String yaml, String kind, String reason, String message) {
        Translator translator = new Translator(Golden.settings(), (collection, key, failure) -> {
            throw new AssertionError("translating " + collection + " of " + key + " failed", failure);
        });
        translator.apply(changes(GOOD));
        Map<ResourceId, Output> before = good(translator);
        ObjectStatus status = translator.statuses().get(new ObjectRef("Gateway", "default", "good"));
        translator.apply(changes(yaml + """
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: text, namespace: default}
            type: kubernetes.io/tls
            stringData: {tls.crt: "no certificate", tls.key: "no key"}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyProxy
            metadata: {name: wrong, namespace: default}
            spec: {concurrency: -1}
            """));
        List<Condition> conditions = translator.statuses().entrySet().stream()
                .filter(entry -> entry.getKey().kind().equals(kind)
                        && entry.getKey().name().equals("bad"))
                .flatMap(entry -> conditions(entry.getValue()))
                .toList();
        assertThat(conditions).as(what).anySatisfy(condition -> {
            assertThat(condition.reason()).isEqualTo(reason);
            assertThat(condition.status()).isEqualTo(Condition.Status.False);
            assertThat(condition.message()).contains(message);
        });
        assertThat(good(translator)).isEqualTo(before);
        assertThat(translator.statuses()).containsEntry(new ObjectRef("Gateway", "default", "good"), status);
    }

    private static Stream<Condition> conditions(ObjectStatus status) {
        return switch (status) {
            case ObjectStatus.OfClass own -> own.conditions().stream();
            case ObjectStatus.Own own -> own.conditions().stream();
            case ObjectStatus.Listeners own ->
                Stream.concat(
                        own.conditions().stream(),
                        own.listeners().stream().flatMap(listener -> listener.conditions().stream()));
            case ObjectStatus.Parents own -> own.parents().stream().flatMap(parent -> parent.conditions().stream());
            case ObjectStatus.Ancestors own -> own.ancestors().stream().flatMap(each -> each.conditions().stream());
        };
    }

    private static Map<ResourceId, Output> good(Translator translator) {
        return translator.resources().entrySet().stream()
                .filter(entry -> entry.getKey().fleet().equals("default/good"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static List<Change> changes(String yaml) {
        YamlDocuments documents = YamlDocuments.read("in", yaml);
        assertThat(documents.problems()).isEmpty();
        List<Change> changes = new ArrayList<>();
        for (Node.Mapping document : documents.documents()) {
            changes.add(change(kind(document), document));
        }
        return changes;
    }

    private static Kind<?> kind(Node.Mapping document) {
        String version = text(document, "apiVersion");
        int slash = version.indexOf('/');
        return Kinds.find(slash < 0 ? "" : version.substring(0, slash), text(document, "kind"))
                .orElseThrow();
    }

    private static String text(Node.Mapping document, String field) {
        return document.get(field).map(node -> ((Node.Scalar) node).text()).orElseThrow();
    }

    private static <S> Change change(Kind<S> kind, Node.Mapping document) {
        return switch (ResourceReader.read(kind, document)) {
            case ResourceReader.Reading.Readable<S> readable -> new Change.Put(kind, readable.resource());
            case ResourceReader.Reading.Broken<S> broken -> new Change.Broken(kind, broken.object());
        };
    }
}
