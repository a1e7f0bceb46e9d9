package dev.gatehouse.standalone.signon;

import static dev.gatehouse.standalone.imports.WrittenObjects.ENVOY_GATEWAY;
import static dev.gatehouse.standalone.imports.WrittenObjects.GATEWAY_API;
import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import dev.gatehouse.standalone.imports.WrittenObjects;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Objects as trees, in the order in which they are printed. */
final class SignOnObjects {
    private final String namespace;
    private final WrittenObjects objects = new WrittenObjects();

    SignOnObjects(String namespace) {
        this.namespace = namespace;
    }

    /** The target of a policy. */
    record Target(String kind, String name, Optional<String> section) {
        Map<String, Object> tree() {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("group", GATEWAY_API);
            tree.put("kind", kind);
            tree.put("name", name);
            section.ifPresent(each -> tree.put("sectionName", each));
            return tree;
        }
    }

    List<Map<String, Object>> all() {
        return objects.all();
    }

    /** A new object with an empty {@code spec}, which is returned. */
    Map<String, Object> add(String apiVersion, String kind, String name) {
        Map<String, Object> spec = new LinkedHashMap<>();
        objects.add(apiVersion, kind, namespace, name, "spec", spec);
        return spec;
    }

    Map<String, Object> securityPolicy(String name, List<Map<String, Object>> targets) {
        Map<String, Object> spec = add(ENVOY_GATEWAY + "/v1alpha1", "SecurityPolicy", name);
        spec.put("targetRefs", targets);
        return spec;
    }

    Map<String, Object> ssoPolicy(String name, String securityPolicy) {
        Map<String, Object> spec = add("gatehouse.dev/v1alpha1", "SSOPolicy", name);
        spec.put(
                "targetRefs",
                List.of(ordered("group", ENVOY_GATEWAY, "kind", "SecurityPolicy", "name", securityPolicy)));
        return spec;
    }

    void secret(String name, Map<String, Object> data) {
        objects.add("v1", "Secret", namespace, name, "stringData", data);
    }

    void configMap(String name, Map<String, Object> data) {
        objects.add("v1", "ConfigMap", namespace, name, "data", data);
    }

    /** Lets this namespace's policies read a Secret of another one. */
    void grant(String name, String in, String secret) {
        objects.grant(
                name,
                ordered("group", ENVOY_GATEWAY, "kind", "SecurityPolicy", "namespace", namespace),
                in,
                "",
                "Secret",
                secret);
    }

    /** Adds a Backend with TLS, whose certificate is verified with the CAs in a ConfigMap. */
    void trusting(String name, String host, int port, String configMap) {
        add(ENVOY_GATEWAY + "/v1alpha1", "Backend", name).put("endpoints", List.of(Endpoint.of(host, port)));
        Map<String, Object> spec = add(GATEWAY_API + "/v1", "BackendTLSPolicy", name);
        spec.put("targetRefs", List.of(ordered("group", ENVOY_GATEWAY, "kind", "Backend", "name", name)));
        spec.put(
                "validation",
                ordered(
                        "caCertificateRefs",
                        List.of(ordered("group", "", "kind", "ConfigMap", "name", configMap)),
                        "hostname",
                        host));
    }

    /** Addresses of endpoints. */
    static final class Endpoint {
        private Endpoint() {}

        static Map<String, Object> of(String host, int port) {
            String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            return bare.matches("[0-9.]+") || bare.contains(":")
                    ? ordered("ip", ordered("address", bare, "port", port))
                    : ordered("fqdn", ordered("hostname", bare, "port", port));
        }
    }
}
