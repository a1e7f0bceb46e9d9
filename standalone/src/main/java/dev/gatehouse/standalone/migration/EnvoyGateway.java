package dev.gatehouse.standalone.migration;

import static dev.gatehouse.standalone.imports.WrittenObjects.ENVOY_GATEWAY;
import static dev.gatehouse.standalone.imports.WrittenObjects.GATEWAY_API;
import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import dev.gatehouse.controller.config.EnvoyGatewayFile;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.text.YamlText;
import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.Trees;
import dev.gatehouse.standalone.ControllerOptions;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import dev.gatehouse.standalone.imports.WrittenObjects;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The migration from an Envoy Gateway or a Tetrate Enterprise Gateway. Gatehouse serves its objects unchanged; they are
 * translated here to find the objects that are not served. Its configuration becomes a kustomization. Used once.
 */
final class EnvoyGateway {
    private static final Set<String> GROUPS = Set.of(GATEWAY_API, ENVOY_GATEWAY, "gateway.networking.x-k8s.io");
    /** Objects that Envoy Gateway's and TEG's charts make for themselves. */
    private static final Map<String, String> PROCESSES = processes();

    private final boolean teg;
    private final Manifests manifests;
    private final Report report;
    private final WrittenObjects objects = new WrittenObjects();

    /** @param teg what Tetrate Enterprise Gateway has beside Envoy Gateway is read, too */
    EnvoyGateway(boolean teg, Manifests manifests, Report report) {
        this.teg = teg;
        this.manifests = manifests;
        this.report = report;
    }

    private static Map<String, String> processes() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("envoy-gateway", "controller-svc and xds-svc do its work: scale it to 0 before Gatehouse starts");
        all.put("envoy-ratelimit", "ratelimit-svc does its work");
        all.put("teg-envoy-gateway", "nothing of Gatehouse asks for updates or translates policies in advance");
        all.put("teg-redis", "it is a Redis for trials: ratelimit-svc may go on with it, or bring your own");
        return all;
    }

    /** The kustomization, the configuration and the objects that need a change. */
    List<Map<String, Object>> objects() {
        if (manifests.all().isEmpty() && manifests.values().isEmpty()) {
            report.add(
                    "input", new Report.Outcome.Wrong("nothing is in these files (expected: objects, or Helm values)"));
            return List.of();
        }
        Optional<EnvoyGatewayConfiguration> configuration = EnvoyGatewayConfiguration.of(manifests, report);
        Helm helm = new Helm(manifests, report);
        helm.tell();
        processesAreReplaced();
        classes(configuration);
        if (teg) {
            new TegObjects(manifests, objects, report).read(helm.directives());
        }
        if (!report.hasErrors()) {
            statuses(configuration);
        }
        List<Map<String, Object>> written = new ArrayList<>();
        written.add(kustomization(configuration, helm));
        configuration.filter(EnvoyGatewayConfiguration::matters).ifPresent(each -> written.add(each.kept()));
        written.addAll(objects.all());
        return written;
    }

    private void processesAreReplaced() {
        for (Manifest each : manifests.all()) {
            if (Set.of("Deployment", "StatefulSet").contains(each.kind())) {
                Optional.ofNullable(PROCESSES.get(each.name()))
                        .ifPresent(reason -> report.notNeeded(each.setting(""), reason));
            }
        }
    }

    private void classes(Optional<EnvoyGatewayConfiguration> configuration) {
        Optional<String> other = configuration.flatMap(EnvoyGatewayConfiguration::otherControllerName);
        for (Manifest each : manifests.of("GatewayClass")) {
            String name = each.text("spec.controllerName").orElse("");
            if (name.equals(other.orElse(EnvoyGatewayConfiguration.OWN_NAME))
                    || name.equals(EnvoyGatewayConfiguration.OWN_NAME) && other.isEmpty()) {
                report.takenOver(
                        each.setting("spec.controllerName"),
                        "the same class: Gatehouse serves \"" + name
                                + "\"; two controllers must not serve one class at a time");
            } else {
                report.notNeeded(each.setting("spec.controllerName"), "\"" + name + "\" is another controller's");
            }
        }
    }

    // ---- what the objects become

    private void statuses(Optional<EnvoyGatewayConfiguration> configuration) {
        Optional<EnvoyGatewayFile> file = configuration.map(EnvoyGatewayConfiguration::file);
        // Classes of another controller are not served, as with Envoy Gateway.
        List<String> names = List.of(configuration
                .flatMap(EnvoyGatewayConfiguration::otherControllerName)
                .orElse(EnvoyGatewayConfiguration.OWN_NAME));
        List<Problem> problems;
        Map<String, String> files = new LinkedHashMap<>();
        try {
            Path folder = Files.createTempDirectory("gatehouse-import");
            try {
                List<Path> roots = new ArrayList<>();
                for (Manifests.Text text : manifests.texts()) {
                    Path path = folder.resolve(roots.size() + ".yaml");
                    Files.writeString(path, text.content());
                    files.put(path.toString(), text.name());
                    roots.add(path);
                }
                problems = OfflineTranslation.preview(
                                roots, ControllerOptions.settings(file, Optional.of(names), false, false))
                        .problems();
            } finally {
                try (Stream<Path> all = Files.walk(folder)) {
                    for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(each);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Manifest each : manifests.all()) {
            String group = each.apiVersion().contains("/")
                    ? each.apiVersion().substring(0, each.apiVersion().indexOf('/'))
                    : "";
            if (!GROUPS.contains(group) || each.kind().equals("GatewayClass")) {
                continue;
            }
            List<Problem> own =
                    problems.stream().filter(problem -> isAbout(problem, each)).toList();
            own.forEach(problem -> tell(each, problem, files));
            if (own.isEmpty()) {
                report.takenOver(each.setting(""), "it is: served the same");
            }
        }
    }

    private static boolean isAbout(Problem problem, Manifest object) {
        return problem.object().equals(object.kind() + " " + object.namespace() + "/" + object.name())
                || problem.object().equals(object.kind() + " " + object.name());
    }

    private void tell(Manifest object, Problem problem, Map<String, String> names) {
        Location at = problem.location();
        Setting setting = new Setting(
                object + (problem.path().isEmpty() ? "" : " " + problem.path()),
                new Location(names.getOrDefault(at.file(), at.file()), at.line(), at.column()),
                List.of());
        if (problem.severity() == Problem.Severity.ERROR) {
            report.gap(setting, problem.message());
        } else {
            report.differs(setting, problem.message());
        }
    }

    // ---- the installation

    private Map<String, Object> kustomization(Optional<EnvoyGatewayConfiguration> configuration, Helm helm) {
        Map<String, Object> tree = ordered("apiVersion", "kustomize.config.k8s.io/v1beta1", "kind", "Kustomization");
        String namespace =
                configuration.map(EnvoyGatewayConfiguration::namespace).orElse(EnvoyGatewayConfiguration.NAMESPACE);
        if (!namespace.equals(EnvoyGatewayConfiguration.NAMESPACE)) {
            tree.put("namespace", namespace);
        }
        Optional<String> redis = configuration.flatMap(EnvoyGatewayConfiguration::redis);
        tree.put(
                "resources",
                redis.isPresent() ? List.of("../../base", "../../base/ratelimit-autoscaler") : List.of("../default"));
        List<String> components = new ArrayList<>();
        boolean file = configuration.filter(EnvoyGatewayConfiguration::matters).isPresent();
        if (file) {
            components.add("../../components/envoy-gateway-config");
        }
        if (configuration.filter(EnvoyGatewayConfiguration::gatewayNamespaces).isPresent()) {
            components.add("../../components/gateway-namespace-mode");
        }
        if (teg || manifests.all().stream().anyMatch(each -> each.name().equals("envoy-ratelimit"))) {
            components.add("../../components/teg-names");
        }
        if (!components.isEmpty()) {
            tree.put("components", components);
        }
        if (file) {
            tree.put(
                    "configMapGenerator",
                    List.of(ordered("name", "envoy-gateway-config", "files", List.of("envoy-gateway.yaml"))));
        }
        List<Map<String, Object>> patches = new ArrayList<>();
        manifests.of("GatewayClass").stream()
                .filter(each -> Set.of("teg", "gatehouse").contains(each.name())
                        && !each.text("spec.controllerName")
                                .equals(Optional.of("gatehouse.dev/gatewayclass-controller")))
                .forEach(each -> {
                    // The controllerName of a class cannot be changed.
                    patches.add(ordered(
                            "patch",
                            YamlText.of(ordered(
                                    "apiVersion",
                                    GATEWAY_API + "/v1",
                                    "kind",
                                    "GatewayClass",
                                    "metadata",
                                    ordered("name", each.name()),
                                    "$patch",
                                    "delete"))));
                    report.differs(
                            each.setting(""),
                            "it stays as it is, and the kustomization leaves Gatehouse's class of this name out: the controllerName of a"
                                    + " class cannot be changed");
                });
        redis.ifPresent(url -> patches.add(environment("ratelimit-svc", "GATEHOUSE_RATELIMIT_REDIS_URL", url)));
        helm.clusterDomain()
                .ifPresent(domain -> patches.add(
                        environment("controller-svc", "GATEHOUSE_CONTROLLER_FLEET_CLUSTER_DOMAIN", domain)));
        if (!patches.isEmpty()) {
            tree.put("patches", patches);
        }
        redis.ifPresent(
                _ -> report.add(
                        "ratelimit-svc",
                        new Report.Outcome.TakenOver(
                                "GATEHOUSE_RATELIMIT_REDIS_URL in the kustomization; authz-svc and waf-svc keep their"
                                        + " state in memory unless they have GATEHOUSE_AUTHZ_REDIS_URL and GATEHOUSE_WAF_REDIS_URL")));
        return tree;
    }

    private static Map<String, Object> environment(String deployment, String variable, String value) {
        return ordered(
                "target",
                ordered("kind", "Deployment", "name", deployment),
                "patch",
                YamlText.of(List.of(ordered(
                        "op",
                        "add",
                        "path",
                        "/spec/template/spec/containers/0/env/-",
                        "value",
                        ordered("name", variable, "value", value)))));
    }

    /** Values of the Helm charts. */
    private static final class Helm {
        private static final Map<String, String> PARTS = parts();
        private final List<Node.Mapping> values;
        private final Report report;

        Helm(Manifests manifests, Report report) {
            this.values = manifests.values().stream()
                    .filter(each -> Manifest.text(each, "kind").isEmpty())
                    .toList();
            this.report = report;
        }

        private static Map<String, String> parts() {
            Map<String, String> parts = new LinkedHashMap<>();
            parts.put(
                    "deployment", "replicas and resources are patches of your overlay, for each of the five services");
            parts.put("global", "images and their registry are in your overlay (deploy/overlays/example)");
            parts.put("podDisruptionBudget", "each service has one");
            parts.put("hpa", "ratelimit-svc and waf-svc have one; a patch changes it");
            parts.put("service", "Service envoy-gateway has the ports 18000, 18001 and 19001");
            parts.put("certgen", "controller-svc makes and renews all certificates itself");
            parts.put("createNamespace", "the kustomization makes the namespace");
            parts.put(
                    "topologyInjector",
                    "proxies read their zone from the label topology.kubernetes.io/zone of their pod");
            parts.put("crds", "deploy/base/crds has them");
            parts.put("redis", "bring your own Redis, or use the component redis");
            return parts;
        }

        void tell() {
            values.forEach(each -> tell(each, ""));
        }

        private void tell(Node.Mapping mapping, String path) {
            mapping.fields().forEach((name, field) -> {
                Setting setting = new Setting("Helm value " + path + name, field.location(), List.of());
                if (name.equals("config") || name.equals("corazaWaf")) {
                    tellConfig(name, field);
                } else if (name.equals("kubernetesClusterDomain")) {
                    report.takenOver(setting, "GATEHOUSE_CONTROLLER_FLEET_CLUSTER_DOMAIN in the kustomization");
                } else if (PARTS.containsKey(name)) {
                    report.differs(setting, PARTS.getOrDefault(name, ""));
                } else if (path.isEmpty()
                        && field.value() instanceof Node.Mapping part
                        && (part.fields().containsKey("config") || part.fields().containsKey("deployment"))) {
                    tell(part, name + ".");
                } else {
                    report.differs(setting, "it is no value that is known here: look what it is for");
                }
            });
        }

        private void tellConfig(String name, Node.Field field) {
            if (name.equals("config") && field.value() instanceof Node.Mapping config) {
                config.fields().forEach((part, each) -> {
                    if (!part.equals("envoyGateway")) {
                        report.differs(
                                new Setting("Helm value config." + part, each.location(), List.of()),
                                part.equals("envoyProxy")
                                        ? "the EnvoyProxy that the chart makes stays in the cluster, and is read"
                                        : "it is no value that is known here: look what it is for");
                    }
                });
            }
        }

        Optional<String> clusterDomain() {
            return values.stream()
                    .flatMap(each -> Manifest.text(each, "kubernetesClusterDomain").stream())
                    .filter(each -> !each.equals("cluster.local"))
                    .findFirst();
        }

        /** TEG's values of its WAF, if they switch it on. */
        Optional<Node.Mapping> directives() {
            return values.stream()
                    .flatMap(each -> each.find("corazaWaf").stream())
                    .flatMap(each ->
                            each instanceof Node.Mapping mapping ? Stream.of(mapping) : Stream.<Node.Mapping>empty())
                    .findFirst();
        }
    }

    /** What Tetrate Enterprise Gateway has beside Envoy Gateway. */
    private record TegObjects(Manifests manifests, WrittenObjects objects, Report report) {
        private static final List<String> USUAL = List.of(
                "Include @recommended-conf",
                "SecRuleEngine On",
                "Include @crs-setup-conf",
                "Include @owasp_crs/*.conf");

        void read(Optional<Node.Mapping> corazaWaf) {
            manifests.of("ConfigMap").stream()
                    .filter(each -> each.name().equals("waf-config"))
                    .forEach(each -> report.takenOver(
                            each.setting(""),
                            "it is, in the controller's namespace: its rules count wherever no WAFPolicy does"));
            for (String kind : List.of("ExtendedSecurityPolicy", "OIDCAuthenticationPolicy")) {
                manifests
                        .of(kind)
                        .forEach(
                                each -> report.gap(
                                        each.setting(""),
                                        kind.startsWith("Extended")
                                                ? "write a WAFPolicy for the same Gateway (docs/waf.md): until then what it is for is not inspected"
                                                : "write a SecurityPolicy with oidc (docs/policies/sign-on.md): until then nobody is asked to sign on"));
            }
            manifests.of("EnvoyProxy").forEach(this::proxy);
            corazaWaf.ifPresent(this::waf);
        }

        private void waf(Node.Mapping values) {
            Setting setting = new Setting("Helm value corazaWaf", values.location(), List.of());
            if (!Manifest.text(values, "enabled").equals(Optional.of("true"))) {
                report.notNeeded(setting, "it is off");
                return;
            }
            if (manifests
                    .find("ConfigMap", EnvoyGatewayConfiguration.NAMESPACE, "waf-config")
                    .isPresent()) {
                report.notNeeded(setting, "ConfigMap waf-config has the rules");
                return;
            }
            List<String> directives = Manifest.texts(values, "directives");
            objects.add(
                    "v1",
                    "ConfigMap",
                    EnvoyGatewayConfiguration.NAMESPACE,
                    "waf-config",
                    "data",
                    ordered("directives", YamlText.of(directives.isEmpty() ? USUAL : directives)));
            report.takenOver(
                    setting, "ConfigMap " + EnvoyGatewayConfiguration.NAMESPACE + "/waf-config, which waf-svc follows");
        }

        /** TEG's image of Envoy has the WAF inside, and is not needed; any other image stays. */
        private void proxy(Manifest proxy) {
            for (String workload : List.of("envoyDeployment", "envoyDaemonSet")) {
                String at = "spec.provider.kubernetes." + workload;
                if (proxy.text(at + ".container.image")
                        .filter(each -> each.contains("tetrate"))
                        .isEmpty()) {
                    continue;
                }
                Map<String, Object> tree = EnvoyGatewayConfiguration.copy(Trees.of(proxy.tree()));
                EnvoyGatewayConfiguration.remove(tree, "status");
                EnvoyGatewayConfiguration.remove(tree, at + ".container.image");
                EnvoyGatewayConfiguration.remove(tree, at + ".pod.imagePullSecrets");
                objects.add(
                        proxy.apiVersion(),
                        proxy.kind(),
                        proxy.namespace(),
                        proxy.name(),
                        "spec",
                        tree.get("spec") instanceof Map<?, ?> spec ? named(spec) : Map.of());
                report.differs(
                        proxy.setting(at + ".container.image"),
                        "the EnvoyProxy that is written is without it: the WAF is waf-svc, and the image is Envoy's own");
            }
        }

        private static Map<String, Object> named(Map<?, ?> map) {
            Map<String, Object> named = new LinkedHashMap<>();
            map.forEach((name, value) -> named.put(String.valueOf(name), value));
            return named;
        }
    }
}
