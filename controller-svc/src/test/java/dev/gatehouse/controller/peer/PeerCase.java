package dev.gatehouse.controller.peer;

import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Trees;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One of Envoy Gateway's translator cases: a file of objects by field, and a file of the same objects with their statuses.
 *
 * @param name of its files, without {@code .in.yaml}
 */
record PeerCase(String name, Path in, Path out) {
    private static final String INPUT = ".in.yaml";
    private static final String GATEWAY_API = "gateway.networking.k8s.io/v1";
    private static final String CLASS = "envoy-gateway-class";
    static final String CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller";

    /** What a field of a case holds, where its objects do not say so; the fields' names are in lower case. */
    private static final Map<String, Type> FIELDS = Map.ofEntries(
            Map.entry("gatewayclass", new Type(GATEWAY_API, "GatewayClass")),
            Map.entry("gateways", new Type(GATEWAY_API, "Gateway")),
            Map.entry("httproutes", new Type(GATEWAY_API, "HTTPRoute")),
            Map.entry("grpcroutes", new Type(GATEWAY_API, "GRPCRoute")),
            Map.entry("tlsroutes", new Type(GATEWAY_API, "TLSRoute")),
            Map.entry("tcproutes", new Type("gateway.networking.k8s.io/v1alpha2", "TCPRoute")),
            Map.entry("udproutes", new Type("gateway.networking.k8s.io/v1alpha2", "UDPRoute")),
            Map.entry("listenersets", new Type(GATEWAY_API, "ListenerSet")),
            Map.entry("referencegrants", new Type("gateway.networking.k8s.io/v1beta1", "ReferenceGrant")),
            Map.entry("backendtlspolicies", new Type(GATEWAY_API, "BackendTLSPolicy")),
            Map.entry("services", new Type("v1", "Service")),
            Map.entry("secrets", new Type("v1", "Secret")),
            Map.entry("configmaps", new Type("v1", "ConfigMap")),
            Map.entry("namespaces", new Type("v1", "Namespace")),
            Map.entry("endpointslices", new Type("discovery.k8s.io/v1", "EndpointSlice")),
            Map.entry("serviceimports", new Type("multicluster.x-k8s.io/v1alpha1", "ServiceImport")),
            Map.entry("clustertrustbundles", new Type("certificates.k8s.io/v1beta1", "ClusterTrustBundle")),
            Map.entry("envoyproxyforgatewayclass", Type.ofEnvoyGateway("EnvoyProxy")),
            Map.entry("envoyproxiesforgateways", Type.ofEnvoyGateway("EnvoyProxy")),
            Map.entry("backends", Type.ofEnvoyGateway("Backend")),
            Map.entry("httpfilters", Type.ofEnvoyGateway("HTTPRouteFilter")),
            Map.entry("backendtrafficpolicies", Type.ofEnvoyGateway("BackendTrafficPolicy")),
            Map.entry("clienttrafficpolicies", Type.ofEnvoyGateway("ClientTrafficPolicy")),
            Map.entry("securitypolicies", Type.ofEnvoyGateway("SecurityPolicy")),
            Map.entry("envoyextensionpolicies", Type.ofEnvoyGateway("EnvoyExtensionPolicy")),
            Map.entry("envoypatchpolicies", Type.ofEnvoyGateway("EnvoyPatchPolicy")));

    private record Type(String apiVersion, String kind) {
        static Type ofEnvoyGateway(String kind) {
            return new Type("gateway.envoyproxy.io/v1alpha1", kind);
        }
    }

    /** The cases in a folder, by name. */
    static List<PeerCase> all(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(INPUT))
                    .sorted()
                    .map(file -> file.substring(0, file.length() - INPUT.length()))
                    .map(name -> new PeerCase(name, folder.resolve(name + INPUT), folder.resolve(name + ".out.yaml")))
                    .toList();
        }
    }

    /** The objects that go in, with those that the peer's test adds to every case. */
    List<Map<String, Object>> objects() throws IOException {
        List<Map<String, Object>> objects = new ArrayList<>();
        Optional<Map<String, Object>> classProxy = Optional.empty();
        for (Map.Entry<String, Object> field : fields(in).entrySet()) {
            Optional<Type> type = type(field.getKey());
            if (type.isPresent()) {
                List<Map<String, Object>> each = objects(field.getValue(), type.get());
                objects.addAll(each);
                if (field.getKey().equals("envoyProxyForGatewayClass")) {
                    classProxy = each.stream().findFirst();
                }
            }
        }
        if (objects.stream().noneMatch(object -> "GatewayClass".equals(object.get("kind")))) {
            objects.add(gatewayClass(classProxy));
        }
        objects.addAll(PeerServices.all());
        Set<String> namespaces = new TreeSet<>();
        objects.forEach(object -> namespace(object).ifPresent(namespaces::add));
        objects.stream()
                .filter(object -> "Namespace".equals(object.get("kind")))
                .forEach(object -> namespaces.remove(metadata(object).get("name")));
        namespaces.forEach(name -> objects.add(Map.of(
                "apiVersion",
                "v1",
                "kind",
                "Namespace",
                "metadata",
                Map.of("name", name, "labels", Map.of("kubernetes.io/metadata.name", name)))));
        return objects;
    }

    /** The objects that come out. */
    List<Map<String, Object>> expected() throws IOException {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Map.Entry<String, Object> field : fields(out).entrySet()) {
            type(field.getKey()).ifPresent(type -> objects.addAll(objects(field.getValue(), type)));
        }
        return objects;
    }

    /** The objects that go in as one text. */
    String text() throws IOException {
        return objects().stream().map(object -> new JsonObject(object).encode()).collect(Collectors.joining("\n---\n"));
    }

    private static Optional<Type> type(String field) {
        return Optional.ofNullable(FIELDS.get(field.toLowerCase(Locale.ROOT)));
    }

    private static List<Map<String, Object>> objects(Object value, Type type) {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Object item : value instanceof List<?> items ? items : Arrays.asList(value)) {
            if (item instanceof Map<?, ?> map) {
                Map<String, Object> object = new LinkedHashMap<>();
                object.put("apiVersion", type.apiVersion());
                object.put("kind", type.kind());
                map.forEach((name, each) -> object.put(String.valueOf(name), each));
                objects.add(object);
            }
        }
        return objects;
    }

    private static Map<String, Object> gatewayClass(Optional<Map<String, Object>> proxy) {
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("controllerName", CONTROLLER);
        proxy.ifPresent(object -> spec.put(
                "parametersRef",
                Map.of(
                        "group",
                        "gateway.envoyproxy.io",
                        "kind",
                        "EnvoyProxy",
                        "name",
                        Objects.requireNonNullElse(metadata(object).get("name"), "none"),
                        "namespace",
                        namespace(object).orElse("envoy-gateway-system"))));
        return Map.of(
                "apiVersion", GATEWAY_API, "kind", "GatewayClass", "metadata", Map.of("name", CLASS), "spec", spec);
    }

    static Map<?, ?> metadata(Map<String, Object> object) {
        return object.get("metadata") instanceof Map<?, ?> map ? map : Map.of();
    }

    private static Optional<String> namespace(Map<String, Object> object) {
        return Optional.ofNullable(metadata(object).get("namespace")).map(String::valueOf);
    }

    private static Map<String, Object> fields(Path file) throws IOException {
        Node.Mapping document = YamlDocuments.read(file.getFileName().toString(), Files.readString(file))
                .documents()
                .getFirst();
        return Trees.of(document);
    }
}
