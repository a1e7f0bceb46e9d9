package dev.gatehouse.controller.infrastructure;

import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.Autoscaler;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.DisruptionBudget;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.Patch;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.ServiceSettings;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.ServiceType;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.Workload;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.merge.JsonMerge;
import dev.gatehouse.gatewayapi.merge.PatchFailure;
import dev.gatehouse.gatewayapi.merge.StrategicMerge;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes the objects of a fleet: ServiceAccount, ConfigMap, Deployment or DaemonSet, Service, and HPA and PDB if the
 * EnvoyProxy specifies them.
 */
public final class FleetObjects {
    /** The outcome of making a fleet's objects. */
    public sealed interface Outcome {
        record Made(List<KubernetesObject> objects) implements Outcome {
            public Made {
                objects = List.copyOf(objects);
            }
        }

        /** @param message the field of the EnvoyProxy, the value and what was expected */
        record Invalid(String message) implements Outcome {}
    }

    private static final String PROVIDER = "spec.provider.kubernetes.";

    private final Fleet fleet;
    private final InfrastructureSettings settings;
    private final String name;
    private final String namespace;
    private final Map<String, String> labels;
    private final Map<String, String> annotations;

    private FleetObjects(Fleet fleet, InfrastructureSettings settings) {
        this.fleet = fleet;
        this.settings = settings;
        name = FleetNames.name(fleet, settings);
        namespace = FleetNames.namespace(fleet, settings);
        labels = FleetNames.labels(fleet, settings);
        annotations = new TreeMap<>(fleet.annotations());
        annotations.put(FleetNames.FLEET_ANNOTATION, fleet.name());
    }

    /** Makes the objects of {@code fleet}, which has at least one port. */
    public static Outcome of(Fleet fleet, InfrastructureSettings settings) {
        try {
            return new Outcome.Made(new FleetObjects(fleet, settings).objects());
        } catch (PatchFailure e) {
            return new Outcome.Invalid(e.getMessage());
        }
    }

    private List<KubernetesObject> objects() throws PatchFailure {
        EnvoyProxySpec.KubernetesProvider provider = fleet.proxy().kubernetes();
        List<KubernetesObject> objects = new ArrayList<>();
        objects.add(serviceAccount());
        if (settings.xdsTls()) {
            objects.add(configMap());
        }
        objects.add(workload(provider.workload()));
        objects.add(service(provider.service()));
        if (provider.autoscaler().isPresent()) {
            objects.add(autoscaler(provider.autoscaler().get(), provider.workload()));
        }
        if (provider.disruptionBudget().isPresent()) {
            DisruptionBudget budget = provider.disruptionBudget().get();
            if (budget.minAvailable().isPresent()
                    || budget.maxUnavailable().isPresent()
                    || budget.patch().isPresent()) {
                objects.add(disruptionBudget(budget));
            }
        }
        if (!settings.gatewayNamespace() || fleet.gateway().isEmpty()) {
            fleet.members().forEach(member -> objects.add(alias(member)));
        }
        return objects;
    }

    private KubernetesObject serviceAccount() {
        Map<String, Object> tree = object("v1", "ServiceAccount", serviceAccountName(), labels, annotations);
        tree.put("automountServiceAccountToken", false);
        return made(tree);
    }

    private String serviceAccountName() {
        return fleet.proxy().kubernetes().serviceAccountName().orElse(name);
    }

    private KubernetesObject configMap() {
        Map<String, Object> tree = object("v1", "ConfigMap", name, labels, annotations);
        tree.put("data", new TreeMap<>(ProxyBootstrap.sdsFiles()));
        return made(tree);
    }

    private KubernetesObject workload(Workload workload) throws PatchFailure {
        String kind = workload.daemonSet() ? "DaemonSet" : "Deployment";
        Map<String, Object> tree = object("apps/v1", kind, workload.name().orElse(name), labels, annotations);
        Map<String, Object> spec = new LinkedHashMap<>();
        if (workload.daemonSet()) {
            spec.put("updateStrategy", workload.strategy().orElse(Map.of("type", "RollingUpdate")));
        } else {
            // An HPA sets the number of replicas, so the field is left out of the apply.
            if (fleet.proxy().kubernetes().autoscaler().isEmpty()) {
                spec.put("replicas", workload.replicas().orElse(1));
            }
            spec.put("strategy", workload.strategy().orElse(Map.of("type", "RollingUpdate")));
            spec.put("revisionHistoryLimit", 10);
            spec.put("progressDeadlineSeconds", 600);
        }
        spec.put("selector", Map.of("matchLabels", FleetNames.selector(fleet, settings)));
        spec.put("template", new ProxyPod(fleet, settings, name, serviceAccountName()).template(workload, labels));
        tree.put("spec", spec);
        return patched(tree, workload.patch(), workload.daemonSet() ? "envoyDaemonSet" : "envoyDeployment");
    }

    private KubernetesObject service(ServiceSettings service) throws PatchFailure {
        Map<String, String> serviceLabels = new TreeMap<>(labels);
        serviceLabels.putAll(service.labels());
        Map<String, String> serviceAnnotations = new TreeMap<>(annotations);
        serviceAnnotations.putAll(service.annotations());
        Map<String, Object> tree =
                object("v1", "Service", service.name().orElse(name), serviceLabels, serviceAnnotations);
        Map<String, Object> spec = new LinkedHashMap<>();
        // A fleet whose Gateways request cluster addresses only must not be reachable from elsewhere, whatever the
        // EnvoyProxy says.
        ServiceType type = fleet.onlyInCluster() ? ServiceType.ClusterIP : service.type();
        spec.put("type", type.name());
        spec.put("sessionAffinity", "None");
        spec.put("selector", FleetNames.selector(fleet, settings));
        spec.put("ports", ports());
        if (type != ServiceType.ClusterIP) {
            spec.put("externalTrafficPolicy", service.externalTrafficPolicy().name());
        }
        if (type == service.type()) {
            service.loadBalancerClass().ifPresent(value -> spec.put("loadBalancerClass", value));
            service.allocateLoadBalancerNodePorts()
                    .ifPresent(value -> spec.put("allocateLoadBalancerNodePorts", value));
            if (!service.loadBalancerSourceRanges().isEmpty()) {
                spec.put("loadBalancerSourceRanges", service.loadBalancerSourceRanges());
            }
        }
        addresses(type, service, spec);
        switch (fleet.proxy().ipFamily()) {
            case IPv4 -> {}
            case IPv6 -> {
                spec.put("ipFamilyPolicy", "SingleStack");
                spec.put("ipFamilies", List.of("IPv6"));
            }
            case DualStack -> {
                spec.put("ipFamilyPolicy", "RequireDualStack");
                spec.put("ipFamilies", List.of("IPv4", "IPv6"));
            }
        }
        tree.put("spec", spec);
        return patched(tree, service.patch(), "envoyService");
    }

    /**
     * Sets the requested addresses. A load balancer is asked for the first address. Its other addresses, and the
     * addresses of a NodePort Service, become external IPs, which the nodes route. A ClusterIP Service has the first of
     * them as its cluster IP. If the load balancer does not assign the address, the Service's status shows it.
     */
    private void addresses(ServiceType type, ServiceSettings service, Map<String, Object> spec) {
        List<String> wanted = fleet.addresses();
        List<String> own = fleet.clusterAddresses();
        switch (type) {
            case LoadBalancer -> {
                Optional<String> first = wanted.stream().findFirst().or(service::loadBalancerIp);
                first.ifPresent(address -> spec.put("loadBalancerIP", address));
                if (wanted.size() > 1) {
                    spec.put("externalIPs", wanted.subList(1, wanted.size()));
                }
            }
            case NodePort -> {
                if (!wanted.isEmpty()) {
                    spec.put("externalIPs", wanted);
                }
            }
            case ClusterIP -> {
                if (own.isEmpty()) {
                    own = wanted;
                }
            }
        }
        if (own.isEmpty()) {
            return;
        }
        // A Service can have at most one cluster IP of each IP family.
        String first = own.getFirst();
        spec.put("clusterIP", first);
        own.stream()
                .filter(address -> isIpv6(address) != isIpv6(first))
                .findFirst()
                .filter(_ -> fleet.proxy().ipFamily() == EnvoyProxySpec.IpFamily.DualStack)
                .ifPresent(second -> spec.put("clusterIPs", List.of(first, second)));
    }

    private static boolean isIpv6(String address) {
        return address.indexOf(':') >= 0;
    }

    private List<Map<String, Object>> ports() {
        List<Map<String, Object>> ports = new ArrayList<>();
        for (Fleet.Port port : fleet.ports()) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("name", port.protocol() + "-" + port.port());
            tree.put("port", port.port());
            tree.put("targetPort", port.bound());
            tree.put("protocol", port.transport());
            ports.add(tree);
        }
        return ports;
    }

    private KubernetesObject autoscaler(Autoscaler autoscaler, Workload workload) throws PatchFailure {
        Map<String, Object> tree = object(
                "autoscaling/v2", "HorizontalPodAutoscaler", autoscaler.name().orElse(name), labels, annotations);
        Map<String, Object> target = new LinkedHashMap<>();
        target.put("apiVersion", "apps/v1");
        target.put("kind", "Deployment");
        target.put("name", workload.name().orElse(name));
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("scaleTargetRef", target);
        autoscaler.minReplicas().ifPresent(value -> spec.put("minReplicas", value));
        spec.put("maxReplicas", autoscaler.maxReplicas());
        spec.put("metrics", autoscaler.metrics().isEmpty() ? List.of(cpu()) : autoscaler.metrics());
        autoscaler.behavior().ifPresent(value -> spec.put("behavior", value));
        tree.put("spec", spec);
        return patched(tree, autoscaler.patch(), "envoyHpa");
    }

    private static Map<String, Object> cpu() {
        Map<String, Object> target = new LinkedHashMap<>();
        target.put("type", "Utilization");
        target.put("averageUtilization", 80);
        Map<String, Object> resource = new LinkedHashMap<>();
        resource.put("name", "cpu");
        resource.put("target", target);
        Map<String, Object> metric = new LinkedHashMap<>();
        metric.put("type", "Resource");
        metric.put("resource", resource);
        return metric;
    }

    private KubernetesObject disruptionBudget(DisruptionBudget budget) throws PatchFailure {
        Map<String, Object> tree =
                object("policy/v1", "PodDisruptionBudget", budget.name().orElse(name), labels, annotations);
        Map<String, Object> spec = new LinkedHashMap<>();
        budget.minAvailable().ifPresent(value -> spec.put("minAvailable", numberOrText(value)));
        budget.maxUnavailable().ifPresent(value -> spec.put("maxUnavailable", numberOrText(value)));
        spec.put("selector", Map.of("matchLabels", FleetNames.selector(fleet, settings)));
        tree.put("spec", spec);
        return patched(tree, budget.patch(), "envoyPDB");
    }

    private static Object numberOrText(String value) {
        return value.matches("\\d{1,9}") ? (Object) Integer.valueOf(value) : value;
    }

    /**
     * A Service in the Gateway's own namespace that leads to the fleet. It has the Gateway's name, and the labels and
     * annotations that the Gateway specifies.
     */
    private KubernetesObject alias(Fleet.Member gateway) {
        Map<String, String> own = new TreeMap<>(gateway.annotations());
        own.put(FleetNames.FLEET_ANNOTATION, fleet.name());
        Map<String, Object> tree = object(
                "v1",
                "Service",
                new ObjectKey(gateway.key().namespace(), FleetNames.alias(gateway.key(), fleet.className())),
                FleetNames.aliasLabels(fleet, gateway, settings),
                own,
                owner("Gateway", gateway.key().name(), gateway.uid()));
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("type", "ExternalName");
        spec.put(
                "externalName",
                fleet.proxy().kubernetes().service().name().orElse(name) + "." + namespace + ".svc."
                        + settings.clusterDomain());
        spec.put("sessionAffinity", "None");
        tree.put("spec", spec);
        return made(tree);
    }

    private Map<String, Object> object(
            String apiVersion, String kind, String objectName, Map<String, String> own, Map<String, String> notes) {
        return object(apiVersion, kind, new ObjectKey(namespace, objectName), own, notes, owner());
    }

    private static Map<String, Object> object(
            String apiVersion,
            String kind,
            ObjectKey key,
            Map<String, String> own,
            Map<String, String> notes,
            Optional<Map<String, Object>> owner) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", key.name());
        metadata.put("namespace", key.namespace());
        metadata.put("labels", own);
        metadata.put("annotations", notes);
        owner.ifPresent(reference -> metadata.put("ownerReferences", List.of(reference)));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("apiVersion", apiVersion);
        tree.put("kind", kind);
        tree.put("metadata", metadata);
        return tree;
    }

    /** The owner of an object. An object in another namespace cannot have the Gateway as owner, so its owner is the GatewayClass. */
    private Optional<Map<String, Object>> owner() {
        return settings.gatewayNamespace() && fleet.gateway().isPresent()
                ? owner(
                        "Gateway",
                        fleet.gateway().get().name(),
                        fleet.members().getFirst().uid())
                : owner("GatewayClass", fleet.className(), fleet.classUid());
    }

    private static Optional<Map<String, Object>> owner(String kind, String owner, Optional<String> uid) {
        return uid.map(value -> {
            Map<String, Object> reference = new LinkedHashMap<>();
            reference.put("apiVersion", "gateway.networking.k8s.io/v1");
            reference.put("kind", kind);
            reference.put("name", owner);
            reference.put("uid", value);
            return reference;
        });
    }

    /**
     * Applies an EnvoyProxy's patch. The patch must not change kind, namespace or name: the result could overwrite
     * another owner's object.
     */
    private KubernetesObject patched(Map<String, Object> tree, Optional<Patch> patch, String field)
            throws PatchFailure {
        KubernetesObject before = made(tree);
        if (patch.isEmpty()) {
            return before;
        }
        Map<String, Object> result;
        try {
            result = switch (patch.get().type()) {
                case StrategicMerge -> StrategicMerge.apply(tree, patch.get().value(), "");
                case JSONMerge -> JsonMerge.apply(tree, patch.get().value());
            };
        } catch (PatchFailure e) {
            throw new PatchFailure(PROVIDER + field + ".patch.value" + e.getMessage());
        }
        checkShape(tree, result, PROVIDER + field + ".patch.value");
        KubernetesObject after = made(result);
        if (!after.id().kind().equals(before.kind())
                || !after.apiVersion().equals(before.apiVersion())
                || !after.key().namespace().equals(before.key().namespace())) {
            throw new PatchFailure(PROVIDER + field + ".patch.value: makes it " + after.apiVersion() + " " + after.id()
                    + " (expected: " + before.apiVersion() + " " + before.kind() + " in namespace " + namespace
                    + ", as without it)");
        }
        if (!(result.get("metadata") instanceof Map<?, ?> metadata)
                || !(metadata.get("labels") instanceof Map<?, ?> kept)
                || !Objects.equals(kept.get(FleetNames.FLEET_LABEL), labels.get(FleetNames.FLEET_LABEL))) {
            throw new PatchFailure(PROVIDER + field + ".patch.value.metadata.labels: changes " + FleetNames.FLEET_LABEL
                    + " (expected: as it is; by it the object is found when it is not wanted any more)");
        }
        return after;
    }

    /** Checks that what is an object or a list without the patch still is: the API server takes nothing else there. */
    private static void checkShape(Map<?, ?> before, Map<?, ?> after, String path) throws PatchFailure {
        for (Map.Entry<?, ?> entry : before.entrySet()) {
            Object value = after.get(entry.getKey());
            String at = path + "." + entry.getKey();
            if (value == null) {
                continue;
            }
            if (entry.getValue() instanceof Map<?, ?> object) {
                if (!(value instanceof Map<?, ?> changed)) {
                    throw new PatchFailure(at + ": " + quoted(value) + " (expected: an object)");
                }
                checkShape(object, changed, at);
            } else if (entry.getValue() instanceof List<?> && !(value instanceof List<?>)) {
                throw new PatchFailure(at + ": " + quoted(value) + " (expected: a list)");
            }
        }
    }

    private static String quoted(Object value) {
        return value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
    }

    private static KubernetesObject made(Map<String, Object> tree) {
        Map<?, ?> metadata = tree.get("metadata") instanceof Map<?, ?> map ? map : Map.of();
        return new KubernetesObject(
                String.valueOf(tree.get("apiVersion")),
                String.valueOf(tree.get("kind")),
                new ObjectKey(String.valueOf(metadata.get("namespace")), String.valueOf(metadata.get("name"))),
                tree);
    }
}
