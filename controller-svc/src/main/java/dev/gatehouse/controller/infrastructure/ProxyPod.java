package dev.gatehouse.controller.infrastructure;

import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.Container;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.Pod;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.Shutdown;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.Workload;
import dev.gatehouse.gatewayapi.Quantity;
import dev.gatehouse.gatewayapi.merge.PatchFailure;
import dev.gatehouse.gatewayapi.merge.StrategicMerge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The pod of a proxy: the containers "envoy" and "shutdown-manager".
 *
 * <p>When the pod ends, Kubernetes calls both containers' preStop hooks. The hook of shutdown-manager drains Envoy by
 * its admin page. The hook of envoy waits for the end of the drain, and only then Envoy gets SIGTERM.
 */
record ProxyPod(Fleet fleet, InfrastructureSettings settings, String name, String serviceAccount) {
    static final int SHUTDOWN_MANAGER_PORT = 19002;
    private static final int USER = 65532;

    /** The command of the shutdown manager. Its image's argument file has the JVM's options, the class path and the main class. */
    private static final List<String> SHUTDOWN_MANAGER = List.of("java", "@/app/shutdown-manager.args");

    private static final double HEAP_SHARE = 0.8;

    Map<String, Object> template(Workload workload, Map<String, String> labels) throws PatchFailure {
        Pod pod = workload.pod();
        Map<String, String> podLabels = new TreeMap<>(labels);
        podLabels.putAll(pod.labels());
        podLabels.putAll(FleetNames.selector(fleet, settings));
        Map<String, String> annotations = new TreeMap<>();
        if (fleet.proxy().telemetry().metrics().prometheus()) {
            annotations.put("prometheus.io/scrape", "true");
            annotations.put("prometheus.io/port", String.valueOf(InfrastructureSettings.METRICS_PORT));
            annotations.put("prometheus.io/path", "/stats/prometheus");
        }
        annotations.putAll(fleet.annotations());
        annotations.putAll(pod.annotations());
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("labels", podLabels);
        if (!annotations.isEmpty()) {
            metadata.put("annotations", annotations);
        }
        Map<String, Object> template = new LinkedHashMap<>();
        template.put("metadata", metadata);
        template.put("spec", spec(workload));
        return template;
    }

    private Map<String, Object> spec(Workload workload) throws PatchFailure {
        Pod pod = workload.pod();
        Shutdown shutdown = fleet.proxy().shutdown();
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("serviceAccountName", serviceAccount);
        spec.put("automountServiceAccountToken", false);
        // The grace period is five minutes longer than the drain, for the other work of the preStop hooks.
        spec.put(
                "terminationGracePeriodSeconds",
                shutdown.drainTimeout().map(Duration::toSeconds).orElse(60L) + 300);
        if (!workload.initContainers().isEmpty()) {
            spec.put("initContainers", workload.initContainers());
        }
        spec.put("containers", List.of(envoy(workload.container()), shutdownManager(workload.container())));
        spec.put("volumes", volumes(pod));
        spec.put("dnsPolicy", "ClusterFirst");
        spec.put("restartPolicy", "Always");
        spec.put("schedulerName", "default-scheduler");
        pod.securityContext().ifPresent(value -> spec.put("securityContext", value));
        pod.affinity().ifPresent(value -> spec.put("affinity", value));
        pod.priorityClassName().ifPresent(value -> spec.put("priorityClassName", value));
        putIfAny(spec, "tolerations", pod.tolerations());
        putIfAny(spec, "imagePullSecrets", pod.imagePullSecrets());
        putIfAny(
                spec,
                "topologySpreadConstraints",
                pod.topologySpreadConstraints().isEmpty() ? spread() : pod.topologySpreadConstraints());
        if (!pod.nodeSelector().isEmpty()) {
            spec.put("nodeSelector", new TreeMap<>(pod.nodeSelector()));
        }
        return spec;
    }

    /** Spreads the pods over zones and nodes. */
    private List<Map<String, Object>> spread() {
        return List.of(spread("topology.kubernetes.io/zone"), spread("kubernetes.io/hostname"));
    }

    private Map<String, Object> spread(String topologyKey) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("maxSkew", 1);
        tree.put("topologyKey", topologyKey);
        tree.put("whenUnsatisfiable", "ScheduleAnyway");
        tree.put("labelSelector", Map.of("matchLabels", FleetNames.selector(fleet, settings)));
        return tree;
    }

    private static void putIfAny(Map<String, Object> spec, String field, List<Map<String, Object>> values) {
        if (!values.isEmpty()) {
            spec.put(field, values);
        }
    }

    private Map<String, Object> envoy(Container container) throws PatchFailure {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", "envoy");
        tree.put("image", image(container));
        tree.put("imagePullPolicy", "IfNotPresent");
        tree.put("command", List.of("envoy"));
        tree.put("args", arguments(container));
        tree.put("env", joined(environment(), container.env(), "name"));
        tree.put("ports", ports());
        tree.put("resources", resources(container));
        tree.put("securityContext", securityContext(Map.of("readOnlyRootFilesystem", true), container));
        tree.put("startupProbe", probe(ProxyBootstrap.READINESS_PATH, ProxyBootstrap.READINESS_PORT, 1, 300));
        tree.put("readinessProbe", probe(ProxyBootstrap.READINESS_PATH, ProxyBootstrap.READINESS_PORT, 5, 1));
        tree.put("livenessProbe", probe(ProxyBootstrap.READINESS_PATH, ProxyBootstrap.READINESS_PORT, 10, 3));
        tree.put("lifecycle", Map.of("preStop", Map.of("httpGet", get("/shutdown/ready", SHUTDOWN_MANAGER_PORT))));
        List<Map<String, Object>> mounts = joined(mounts(), container.volumeMounts(), "mountPath");
        putIfAny(tree, "volumeMounts", mounts);
        tree.put("terminationMessagePolicy", "File");
        tree.put("terminationMessagePath", "/dev/termination-log");
        return tree;
    }

    private Map<String, Object> shutdownManager(Container container) throws PatchFailure {
        Shutdown shutdown = fleet.proxy().shutdown();
        // As arguments: on a Deployment that was Envoy Gateway's, those that it has set for its own program would stay.
        List<String> serve = new ArrayList<>(List.of("serve"));
        shutdown.drainTimeout().ifPresent(time -> serve.add("--ready-timeout=" + (time.toSeconds() + 10) + "s"));
        List<String> drain = new ArrayList<>(SHUTDOWN_MANAGER);
        drain.add("drain");
        shutdown.healthCheckFailureDelay()
                .ifPresent(time -> drain.add("--health-check-failure-delay=" + time.toMillis() + "ms"));
        shutdown.drainTimeout().ifPresent(time -> drain.add("--drain-timeout=" + time.toSeconds() + "s"));
        shutdown.minDrainDuration().ifPresent(time -> drain.add("--min-drain-duration=" + time.toSeconds() + "s"));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", "shutdown-manager");
        tree.put("image", settings.shutdownManagerImage());
        tree.put("imagePullPolicy", "IfNotPresent");
        tree.put("command", SHUTDOWN_MANAGER);
        tree.put("args", serve);
        tree.put("env", environment());
        tree.put("resources", requests("10m", "48Mi"));
        tree.put("securityContext", securityContext(Map.of("readOnlyRootFilesystem", true), container));
        tree.put("startupProbe", probe("/healthz", SHUTDOWN_MANAGER_PORT, 1, 300));
        tree.put("readinessProbe", probe("/healthz", SHUTDOWN_MANAGER_PORT, 10, 3));
        tree.put("livenessProbe", probe("/healthz", SHUTDOWN_MANAGER_PORT, 10, 3));
        tree.put("lifecycle", Map.of("preStop", Map.of("exec", Map.of("command", drain))));
        tree.put("volumeMounts", List.of(mount("shutdown", "/tmp", false)));
        tree.put("terminationMessagePolicy", "File");
        tree.put("terminationMessagePath", "/dev/termination-log");
        return tree;
    }

    private List<String> arguments(Container container) throws PatchFailure {
        EnvoyProxySpec proxy = fleet.proxy();
        ProxyBootstrap bootstrap =
                new ProxyBootstrap(settings, proxy.ipFamily(), proxy.telemetry().metrics(), maxHeapBytes(container));
        List<String> arguments = new ArrayList<>(List.of(
                "--service-cluster",
                fleet.name(),
                "--service-node",
                "$(ENVOY_POD_NAME)",
                "--config-yaml",
                bootstrap.json(proxy.bootstrap().orElse(null)),
                "--log-level",
                proxy.logLevels().getOrDefault("default", "warn"),
                "--cpuset-threads",
                "--drain-strategy",
                "immediate",
                "--drain-time-s",
                String.valueOf(proxy.shutdown().drainTimeoutOrDefault().toSeconds())));
        proxy.concurrency().ifPresent(threads -> {
            arguments.add("--concurrency");
            arguments.add(String.valueOf(threads));
        });
        arguments.add("--component-log-level");
        arguments.add(new HostProxy(proxy).componentLogLevels());
        arguments.addAll(proxy.extraArgs());
        return arguments;
    }

    private static OptionalLong maxHeapBytes(Container container) {
        if (resources(container).get("limits") instanceof Map<?, ?> limits && limits.get("memory") != null) {
            OptionalLong limit = Quantity.parse(String.valueOf(limits.get("memory")));
            return limit.isPresent() ? OptionalLong.of((long) (limit.getAsLong() * HEAP_SHARE)) : limit;
        }
        return OptionalLong.empty();
    }

    private String image(Container container) {
        if (container.imageRepository().isPresent()) {
            String reference = settings.proxyImage().replaceFirst("@.*$", "");
            int tag = reference.lastIndexOf(':');
            String suffix = tag > reference.lastIndexOf('/') ? reference.substring(tag) : "";
            return container.imageRepository().get() + suffix;
        }
        return container.image().orElse(settings.proxyImage());
    }

    private static List<Map<String, Object>> environment() {
        return List.of(
                field("ENVOY_POD_NAMESPACE", "metadata.namespace"),
                field("ENVOY_POD_NAME", "metadata.name"),
                // Kubernetes 1.35 and later copies this label from the node to the pod.
                field("ENVOY_SERVICE_ZONE", "metadata.labels['topology.kubernetes.io/zone']"));
    }

    private static Map<String, Object> field(String variable, String path) {
        Map<String, Object> reference = new LinkedHashMap<>();
        reference.put("apiVersion", "v1");
        reference.put("fieldPath", path);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", variable);
        tree.put("valueFrom", Map.of("fieldRef", reference));
        return tree;
    }

    private List<Map<String, Object>> ports() {
        List<Map<String, Object>> ports = new ArrayList<>();
        if (fleet.proxy().telemetry().metrics().prometheus()) {
            ports.add(port("metrics", InfrastructureSettings.METRICS_PORT));
        }
        ports.add(port("readiness", ProxyBootstrap.READINESS_PORT));
        return ports;
    }

    private static Map<String, Object> port(String name, int number) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", name);
        tree.put("containerPort", number);
        tree.put("protocol", "TCP");
        return tree;
    }

    /** Envoy refuses requests before it reaches the limit of its memory (the overload manager of its bootstrap). */
    private static Map<String, Object> resources(Container container) {
        return container.resources().orElseGet(() -> {
            Map<String, Object> resources = new LinkedHashMap<>(requests("100m", "512Mi"));
            resources.put("limits", Map.of("memory", "1Gi"));
            return resources;
        });
    }

    private static Map<String, Object> requests(String cpu, String memory) {
        Map<String, Object> requests = new LinkedHashMap<>();
        requests.put("cpu", cpu);
        requests.put("memory", memory);
        return Map.of("requests", requests);
    }

    /** The security context of Pod Security's level "restricted". An EnvoyProxy may override single fields. */
    private static Map<String, Object> securityContext(Map<String, Object> more, Container container)
            throws PatchFailure {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("allowPrivilegeEscalation", false);
        tree.put("capabilities", Map.of("drop", List.of("ALL")));
        tree.put("privileged", false);
        tree.put("runAsNonRoot", true);
        tree.put("runAsUser", USER);
        tree.put("runAsGroup", USER);
        tree.put("seccompProfile", Map.of("type", "RuntimeDefault"));
        tree.putAll(more);
        return container.securityContext().isEmpty()
                ? tree
                : StrategicMerge.apply(tree, container.securityContext().get(), "");
    }

    private static Map<String, Object> probe(String path, int port, int period, int failures) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("httpGet", get(path, port));
        tree.put("timeoutSeconds", 1);
        tree.put("periodSeconds", period);
        tree.put("successThreshold", 1);
        tree.put("failureThreshold", failures);
        return tree;
    }

    private static Map<String, Object> get(String path, int port) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("path", path);
        tree.put("port", port);
        tree.put("scheme", "HTTP");
        return tree;
    }

    private List<Map<String, Object>> mounts() {
        // A writable folder for access log files and for a patched bootstrap. The rest of the file system is read-only.
        Map<String, Object> temporary = mount("tmp", "/tmp", false);
        return settings.xdsTls()
                ? List.of(mount("certs", "/certs", true), mount("sds", ProxyFiles.FOLDER, true), temporary)
                : List.of(temporary);
    }

    private static Map<String, Object> mount(String volume, String path, boolean readOnly) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", volume);
        tree.put("mountPath", path);
        if (readOnly) {
            tree.put("readOnly", true);
        }
        return tree;
    }

    private List<Map<String, Object>> volumes(Pod pod) {
        List<Map<String, Object>> volumes = new ArrayList<>();
        if (settings.xdsTls()) {
            volumes.add(volume("certs", "secret", Map.of("secretName", FleetNames.certificate(fleet.name()))));
            volumes.add(volume("sds", "configMap", Map.of("name", name)));
        }
        volumes.add(volume("shutdown", "emptyDir", Map.of()));
        volumes.add(volume("tmp", "emptyDir", Map.of()));
        return joined(volumes, pod.volumes(), "name");
    }

    private static Map<String, Object> volume(String volume, String type, Map<String, Object> source) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", volume);
        tree.put(type, source);
        return tree;
    }

    /** Joins lists. The user's items come last, and replace items with the same key. */
    private static List<Map<String, Object>> joined(
            List<Map<String, Object>> ours, List<Map<String, Object>> theirs, String key) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Map<String, Object> each : ours) {
            if (theirs.stream()
                    .noneMatch(their -> String.valueOf(their.get(key)).equals(each.get(key)))) {
                all.add(each);
            }
        }
        all.addAll(theirs);
        return all;
    }
}
