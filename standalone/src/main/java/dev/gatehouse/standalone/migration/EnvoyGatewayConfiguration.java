package dev.gatehouse.standalone.migration;

import dev.gatehouse.controller.config.EnvoyGatewayFile;
import dev.gatehouse.controller.text.YamlText;
import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.Trees;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration of an Envoy Gateway, from a file of kind EnvoyGateway, the ConfigMap that has it, or values of its Helm chart.
 *
 * @param document as it was written
 * @param kept what of it counts for Gatehouse
 * @param file as controller-svc reads it
 * @param namespace where that Envoy Gateway runs
 */
record EnvoyGatewayConfiguration(
        Node.Mapping document, Map<String, Object> kept, EnvoyGatewayFile file, String namespace) {
    static final String OWN_NAME = "gateway.envoyproxy.io/gatewayclass-controller";
    static final String NAMESPACE = "envoy-gateway-system";

    /** The ConfigMap that Envoy Gateway's chart makes. */
    private static final String CONFIG_MAP = "envoy-gateway-config";

    private static final String KEY = "envoy-gateway.yaml";

    /** Finds the configuration, and tells what becomes of each of its fields. */
    static Optional<EnvoyGatewayConfiguration> of(Manifests manifests, Report report) {
        Optional<Manifest> map = manifests.of("ConfigMap").stream()
                .filter(each -> each.name().equals(CONFIG_MAP))
                .findFirst();
        Optional<Node.Mapping> document = map.flatMap(EnvoyGatewayConfiguration::inConfigMap)
                .or(() -> manifests.values().stream()
                        .filter(each -> Manifest.text(each, "kind").equals(Optional.of("EnvoyGateway")))
                        .findFirst())
                .or(() -> manifests.values().stream()
                        .flatMap(values -> inValues(values).stream())
                        .findFirst());
        return document.map(each -> read(each, map.map(Manifest::namespace).orElse(NAMESPACE), report));
    }

    private static Optional<Node.Mapping> inConfigMap(Manifest map) {
        return map.tree()
                .get("data")
                .flatMap(data -> data instanceof Node.Mapping mapping
                        ? Optional.ofNullable(mapping.fields().get(KEY)).map(Node.Field::value)
                        : Optional.empty())
                .flatMap(value -> value instanceof Node.Scalar scalar ? Optional.of(scalar) : Optional.empty())
                .flatMap(scalar -> {
                    Location first = scalar.at(1, 1);
                    return YamlDocuments.read(first.file(), "\n".repeat(first.line() - 1) + scalar.text())
                            .documents()
                            .stream()
                            .findFirst();
                });
    }

    /** The field config.envoyGateway of values, also of a chart that has Envoy Gateway's as a part. */
    private static Optional<Node.Mapping> inValues(Node.Mapping values) {
        Optional<Node.Mapping> own = values.find("config.envoyGateway")
                .flatMap(each -> each instanceof Node.Mapping mapping ? Optional.of(mapping) : Optional.empty());
        return own.or(() -> values.fields().values().stream()
                .flatMap(field -> field.value() instanceof Node.Mapping part
                        ? part.find("config.envoyGateway").stream()
                        : Optional.<Node>empty().stream())
                .flatMap(each -> each instanceof Node.Mapping mapping
                        ? Optional.of(mapping).stream()
                        : Optional.<Node.Mapping>empty().stream())
                .findFirst());
    }

    private static EnvoyGatewayConfiguration read(Node.Mapping document, String namespace, Report report) {
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("apiVersion", "gateway.envoyproxy.io/v1alpha1");
        whole.put("kind", "EnvoyGateway");
        Trees.of(document).forEach(whole::putIfAbsent);
        EnvoyGatewayFile file = EnvoyGatewayFile.read("EnvoyGateway", YamlText.of(whole));
        Map<String, Object> kept = copy(whole);
        List<String> dropped = new ArrayList<>();
        for (Problem problem : file.problems()) {
            Setting setting = setting(document, problem.path());
            if (problem.severity() == Problem.Severity.ERROR) {
                report.wrong(setting, problem.message());
            } else {
                report.differs(setting, problem.message() + "; left out of the file that is written");
                remove(kept, problem.path());
                dropped.add(problem.path());
            }
        }
        if (OWN_NAME.equals(file.properties().get(EnvoyGatewayFile.CONTROLLER_NAMES))) {
            report.notNeeded(
                    setting(document, "gateway.controllerName"),
                    "classes of this name are served anyhow; with it in the file, those of Gatehouse's own name would not be");
            remove(kept, "gateway.controllerName");
            dropped.add("gateway.controllerName");
        }
        leaves(document, "", report, dropped);
        if (!file.properties().containsKey(EnvoyGatewayFile.BACKEND)) {
            Map<String, Object> apis = new LinkedHashMap<>();
            if (kept.get("extensionApis") instanceof Map<?, ?> own) {
                own.forEach((name, value) -> apis.put(String.valueOf(name), value));
            }
            apis.put("enableBackend", false);
            kept.put("extensionApis", apis);
            report.add(
                    "EnvoyGateway extensionApis.enableBackend",
                    new Report.Outcome.TakenOver(
                            "false in envoy-gateway.yaml: Envoy Gateway serves no Backends unless it is told to"));
        }
        return new EnvoyGatewayConfiguration(document, kept, file, namespace);
    }

    private static Setting setting(Node.Mapping document, String path) {
        return new Setting("EnvoyGateway " + path, document.locate(path), List.of());
    }

    /** Tells that the fields that are not dropped are read as they are. */
    private static void leaves(Node.Mapping node, String path, Report report, List<String> dropped) {
        node.fields().forEach((name, field) -> {
            String at = path.isEmpty() ? name : path + "." + name;
            if (dropped.stream().anyMatch(each -> each.equals(at) || at.startsWith(each + "."))
                    || path.isEmpty()
                            && List.of("apiVersion", "kind", "metadata").contains(name)) {
                return;
            }
            if (field.value() instanceof Node.Mapping mapping
                    && !mapping.fields().isEmpty()) {
                leaves(mapping, at, report, dropped);
            } else {
                report.takenOver(
                        new Setting("EnvoyGateway " + at, field.location(), List.of()),
                        "the same field of envoy-gateway.yaml, which controller-svc reads");
            }
        });
    }

    /** Whether the file says anything that counts. */
    boolean matters() {
        return kept.keySet().stream()
                .anyMatch(each -> !List.of("apiVersion", "kind", "metadata").contains(each));
    }

    boolean gatewayNamespaces() {
        return "true".equals(file.properties().get("gatehouse.controller.fleet.gateway-namespace"));
    }

    /** The URL of the Redis of the rate limits. */
    Optional<String> redis() {
        return Optional.ofNullable(file.properties().get("gatehouse.ratelimit.redis.url"));
    }

    Optional<String> otherControllerName() {
        return Optional.ofNullable(file.properties().get(EnvoyGatewayFile.CONTROLLER_NAMES))
                .filter(each -> !each.equals(OWN_NAME));
    }

    @SuppressWarnings("unchecked") // trees of JSON
    static Map<String, Object> copy(Map<String, Object> tree) {
        Map<String, Object> copy = new LinkedHashMap<>();
        tree.forEach((name, value) ->
                copy.put(name, value instanceof Map<?, ?> map ? copy((Map<String, Object>) map) : value));
        return copy;
    }

    /** Removes the field at {@code path} of objects, and what is empty without it. */
    @SuppressWarnings("unchecked") // made by copy
    static void remove(Map<String, Object> tree, String path) {
        int dot = path.indexOf('.');
        String name = dot < 0 ? path : path.substring(0, dot);
        if (dot < 0) {
            tree.remove(name);
        } else if (tree.get(name) instanceof Map<?, ?> map) {
            remove((Map<String, Object>) map, path.substring(dot + 1));
            if (map.isEmpty()) {
                tree.remove(name);
            }
        }
    }
}
