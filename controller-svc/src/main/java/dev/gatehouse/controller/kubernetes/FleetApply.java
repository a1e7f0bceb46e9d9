package dev.gatehouse.controller.kubernetes;

import dev.gatehouse.controller.infrastructure.FleetNames;
import dev.gatehouse.controller.infrastructure.KubernetesObject;
import dev.gatehouse.gatewayapi.ObjectKey;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Writes the objects of fleets by server-side apply, which keeps the fields of other writers. It overwrites only
 * objects that this installation owns. Every call blocks on the API server. Not thread-safe.
 */
public final class FleetApply implements FleetWriter {
    private static final Logger LOG = System.getLogger(FleetApply.class.getName());
    private static final String FIELD_MANAGER = "gatehouse";
    private static final String CLUSTER_IP = "clusterIP";
    private static final int INVALID = 422;
    private static final String OWNING_NAME = "gateway.envoyproxy.io/owning-gateway-name";
    private static final String OWNING_NAMESPACE = "gateway.envoyproxy.io/owning-gateway-namespace";
    private static final String OWNING_CLASS = "gateway.envoyproxy.io/owning-gatewayclass";

    /** The kinds of objects that fleets have. */
    private static final List<ResourceDefinitionContext> KINDS = List.of(
            kind("", "v1", "ServiceAccount", "serviceaccounts"),
            kind("", "v1", "ConfigMap", "configmaps"),
            kind("", "v1", "Service", "services"),
            kind("apps", "v1", "Deployment", "deployments"),
            kind("apps", "v1", "DaemonSet", "daemonsets"),
            kind("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
            kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"));

    /** The kind of a fleet's certificate, which {@link CertificateSecrets} writes and which is deleted with the fleet. */
    private static final ResourceDefinitionContext SECRET = kind("", "v1", "Secret", "secrets");

    private static final ResourceDefinitionContext GATEWAY =
            kind("gateway.networking.k8s.io", "v1", "Gateway", "gateways");
    private static final ResourceDefinitionContext ENVOY_PROXY =
            kind("gateway.envoyproxy.io", "v1alpha1", "EnvoyProxy", "envoyproxies");
    private static final ResourceDefinitionContext GATEWAY_CLASS = new ResourceDefinitionContext.Builder()
            .withGroup("gateway.networking.k8s.io")
            .withVersion("v1")
            .withKind("GatewayClass")
            .withPlural("gatewayclasses")
            .withNamespaced(false)
            .build();

    private static final String PART_OF = "app.kubernetes.io/part-of";
    private static final String PART_OF_GATEHOUSE = "gatehouse";

    private final KubernetesClient client;
    private final ClusterEvents events;
    private final Set<String> controllerNames;
    private final String installation;
    private final Map<KubernetesObject.Id, Object> templates = new HashMap<>();
    private final Set<KubernetesObject.Id> ours = new HashSet<>();
    /** ServiceAccounts of users, which pods use and nobody here writes or deletes. */
    private final Set<KubernetesObject.Id> lent = new HashSet<>();

    private final Map<String, Set<KubernetesObject.Id>> applied = new HashMap<>();

    /**
     * @param events receives an Event for each fleet whose pods are replaced
     * @param controllerNames the controller names whose GatewayClasses are served
     * @param installation the controller's namespace
     */
    FleetApply(KubernetesClient client, ClusterEvents events, Set<String> controllerNames, String installation) {
        this.client = client;
        this.events = events;
        this.installation = installation;
        this.controllerNames = Set.copyOf(controllerNames);
    }

    @Override
    public void apply(String fleet, List<KubernetesObject> objects) throws Refused {
        for (KubernetesObject object : objects) {
            try {
                if (!ours.contains(object.id())) {
                    Optional<GenericKubernetesResource> there = there(object);
                    if (there.isPresent() && isUsersAccount(object, there.get())) {
                        lent.add(object.id());
                        continue;
                    }
                    checkOwner(object, there);
                }
                lent.remove(object.id());
                boolean rolled = write(object);
                ours.add(object.id());
                if (rolled) {
                    tell(fleet, "the pods of " + object.id() + " are replaced: their template has changed");
                }
            } catch (KubernetesClientException e) {
                if (refuses(e)) {
                    throw new Refused(object.id() + ": " + reason(e));
                }
                throw e;
            }
        }
        LOG.log(Level.DEBUG, "the {0} objects of fleet {1} are applied", objects.size(), fleet);
    }

    /**
     * Writes an object. A Service that cannot have its requested cluster IP gets another one, so that its fleet serves;
     * the Gateway's status reports the missing address.
     */
    private boolean write(KubernetesObject object) {
        try {
            return write(object.id(), object.tree());
        } catch (KubernetesClientException e) {
            if (e.getCode() == INVALID
                    && object.id().kind().equals("Service")
                    && object.tree().get("spec") instanceof Map<?, ?> spec
                    && spec.containsKey(CLUSTER_IP)
                    && reason(e).contains("spec." + CLUSTER_IP)) {
                LOG.log(
                        Level.WARNING,
                        "{0} cannot have cluster IP {1}: {2}",
                        object.id(),
                        spec.get(CLUSTER_IP),
                        reason(e));
                Map<Object, Object> without = new LinkedHashMap<>(spec);
                without.keySet().removeAll(List.of(CLUSTER_IP, CLUSTER_IP + "s"));
                Map<String, Object> tree = new LinkedHashMap<>(object.tree());
                tree.put("spec", without);
                return write(object.id(), tree);
            } else {
                throw e;
            }
        }
    }

    /** Writes an object; returns true if existing pods are replaced. */
    private boolean write(KubernetesObject.Id id, Map<String, Object> tree) {
        GenericKubernetesResource after = operation(id)
                .inNamespace(id.key().namespace())
                .resource(client.getKubernetesSerialization().convertValue(tree, GenericKubernetesResource.class))
                .fieldManager(FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply();
        Object template = after.get("spec", "template");
        if (template == null) {
            return false;
        }
        Object before = templates.put(id, template);
        return before != null && !before.equals(template);
    }

    @Override
    public Optional<String> unmadePods(List<KubernetesObject> objects) {
        return objects.stream()
                .map(KubernetesObject::id)
                .filter(id -> id.kind().equals("Deployment"))
                .flatMap(id -> Optional.ofNullable(operation(id)
                                .inNamespace(id.key().namespace())
                                .withName(id.key().name())
                                .get())
                        .flatMap(FleetApply::replicaFailure)
                        .map(message -> id + ": its pods cannot be made: " + message)
                        .stream())
                .findFirst();
    }

    /** The message of a Deployment's condition ReplicaFailure. */
    private static Optional<String> replicaFailure(GenericKubernetesResource deployment) {
        return deployment.get("status", "conditions") instanceof List<?> conditions
                ? conditions.stream()
                        .filter(each -> each instanceof Map<?, ?> condition
                                && "ReplicaFailure".equals(condition.get("type"))
                                && "True".equals(condition.get("status")))
                        .map(each -> String.valueOf(((Map<?, ?>) each).get("message")))
                        .findFirst()
                : Optional.empty();
    }

    /** Writes an Event on the Gateway or GatewayClass that the fleet belongs to. */
    private void tell(String fleet, String message) {
        int slash = fleet.indexOf('/');
        Optional.ofNullable(
                        slash < 0
                                ? client.genericKubernetesResources(GATEWAY_CLASS)
                                        .withName(fleet)
                                        .get()
                                : client.genericKubernetesResources(GATEWAY)
                                        .inNamespace(fleet.substring(0, slash))
                                        .withName(fleet.substring(slash + 1))
                                        .get())
                .ifPresent(owner -> events.tell(
                        new ClusterEvents.Subject(
                                owner.getApiVersion(),
                                owner.getKind(),
                                slash < 0 ? "" : fleet.substring(0, slash),
                                owner.getMetadata().getName(),
                                owner.getMetadata().getUid()),
                        new ClusterEvents.News(false, "FleetRolled", message)));
    }

    @Override
    public void deleteOthers(String fleet, List<KubernetesObject> objects) {
        Set<KubernetesObject.Id> kept = new HashSet<>();
        objects.forEach(object -> kept.add(object.id()));
        // Objects that this process did not apply may be from an earlier process, so the API server is asked for them.
        Set<KubernetesObject.Id> there = applied.getOrDefault(fleet, Set.of());
        for (KubernetesObject.Id id : there.isEmpty() ? existing(fleet, KINDS).keySet() : there) {
            if (!kept.contains(id)) {
                delete(id, fleet);
            }
        }
        kept.removeAll(lent);
        applied.put(fleet, kept);
    }

    @Override
    public void deleteIfGone(String fleet) {
        if (!served(fleet)) {
            applied.remove(fleet);
            existing(fleet, KINDS).keySet().forEach(id -> delete(id, fleet));
            existing(fleet, List.of(SECRET)).keySet().forEach(id -> delete(id, fleet));
        } else {
            LOG.log(
                    Level.WARNING,
                    "fleet {0} is not wanted, and its Gateway is there; its objects are left as they are",
                    fleet);
        }
    }

    @Override
    public Set<String> existingFleets() {
        Set<String> fleets = new HashSet<>();
        for (ResourceDefinitionContext kind : KINDS) {
            client.genericKubernetesResources(kind)
                    .inAnyNamespace()
                    .withLabel(FleetNames.FLEET_LABEL)
                    .withLabel(FleetNames.INSTALLATION_LABEL, installation)
                    .list()
                    .getItems()
                    .forEach(item -> Optional.ofNullable(item.getMetadata().getAnnotations())
                            .map(annotations -> annotations.get(FleetNames.FLEET_ANNOTATION))
                            .ifPresent(fleets::add));
        }
        return fleets;
    }

    private Map<KubernetesObject.Id, GenericKubernetesResource> existing(
            String fleet, List<ResourceDefinitionContext> kinds) {
        Map<KubernetesObject.Id, GenericKubernetesResource> existing = new HashMap<>();
        for (ResourceDefinitionContext kind : kinds) {
            for (GenericKubernetesResource item : client.genericKubernetesResources(kind)
                    .inAnyNamespace()
                    .withLabel(FleetNames.FLEET_LABEL, FleetNames.hashed(fleet))
                    .withLabel(FleetNames.INSTALLATION_LABEL, installation)
                    .list()
                    .getItems()) {
                existing.put(
                        new KubernetesObject.Id(
                                apiVersion(kind),
                                kind.getKind(),
                                new ObjectKey(
                                        item.getMetadata().getNamespace(),
                                        item.getMetadata().getName())),
                        item);
            }
        }
        return existing;
    }

    private void delete(KubernetesObject.Id id, String fleet) {
        List<StatusDetails> deleted = operation(id)
                .inNamespace(id.key().namespace())
                .withName(id.key().name())
                .delete();
        ours.remove(id);
        templates.remove(id);
        if (!deleted.isEmpty()) {
            LOG.log(Level.INFO, "{0} of fleet {1} is deleted", id, fleet);
        }
    }

    /** True if the fleet's Gateway or GatewayClass exists on the API server, this controller serves it, and this fleet serves it. */
    private boolean served(String fleet) {
        int slash = fleet.indexOf('/');
        if (slash < 0) {
            return merges(fleet)
                    && client.genericKubernetesResources(GATEWAY).inAnyNamespace().list().getItems().stream()
                            .anyMatch(gateway -> fleet.equals(gateway.<Object>get("spec", "gatewayClassName")));
        }
        GenericKubernetesResource gateway = client.genericKubernetesResources(GATEWAY)
                .inNamespace(fleet.substring(0, slash))
                .withName(fleet.substring(slash + 1))
                .get();
        if (gateway == null) {
            return false;
        }
        String className = String.valueOf(gateway.<Object>get("spec", "gatewayClassName"));
        return ourClass(className).isPresent() && !merges(className);
    }

    private Optional<GenericKubernetesResource> ourClass(String name) {
        return Optional.ofNullable(client.genericKubernetesResources(GATEWAY_CLASS)
                        .withName(name)
                        .get())
                .filter(found -> controllerNames.contains(String.valueOf(found.<Object>get("spec", "controllerName"))));
    }

    /** True if this controller serves the class and the class's EnvoyProxy merges Gateways into one fleet. */
    private boolean merges(String className) {
        return ourClass(className)
                .flatMap(found -> Optional.ofNullable(found.<Object>get("spec", "parametersRef")))
                .filter(Map.class::isInstance)
                .map(reference -> (Map<?, ?>) reference)
                .filter(reference -> "EnvoyProxy".equals(reference.get("kind")) && reference.get("namespace") != null)
                .flatMap(reference -> Optional.ofNullable(client.genericKubernetesResources(ENVOY_PROXY)
                        .inNamespace(String.valueOf(reference.get("namespace")))
                        .withName(String.valueOf(reference.get("name")))
                        .get()))
                .map(proxy -> Boolean.TRUE.equals(proxy.<Object>get("spec", "mergeGateways")))
                .orElse(false);
    }

    private Optional<GenericKubernetesResource> there(KubernetesObject object) {
        return Optional.ofNullable(operation(object.id())
                .inNamespace(object.key().namespace())
                .withName(object.key().name())
                .get());
    }

    /**
     * True for a ServiceAccount that somebody else has made, for example with the annotations by which a cloud gives its pods
     * rights: {@code envoyServiceAccount.name} may be its name. Those of Gatehouse's services are not lent.
     */
    private static boolean isUsersAccount(KubernetesObject object, GenericKubernetesResource there) {
        return object.id().kind().equals("ServiceAccount")
                && !isOfFleet(object, there)
                && !PART_OF_GATEHOUSE.equals(labels(there).get(PART_OF));
    }

    /** Refuses to overwrite an object of another owner. Otherwise a Gateway or EnvoyProxy with a chosen name could take it over. */
    private static void checkOwner(KubernetesObject object, Optional<GenericKubernetesResource> there) throws Refused {
        if (there.isPresent() && !isOfFleet(object, there.get())) {
            throw new Refused(object.id()
                    + ": is there already, and is not of this fleet (expected: none, or one with the label "
                    + FleetNames.FLEET_LABEL + ": " + wantedLabels(object).get(FleetNames.FLEET_LABEL) + ")");
        }
    }

    private static boolean isOfFleet(KubernetesObject object, GenericKubernetesResource there) {
        Map<String, String> has = labels(there);
        Map<?, ?> wants = wantedLabels(object);
        boolean same = Objects.equals(has.get(FleetNames.FLEET_LABEL), wants.get(FleetNames.FLEET_LABEL));
        // An object of Envoy Gateway for the same Gateway is taken over with its address, for migration.
        boolean migrated = has.containsKey(OWNING_NAME)
                        && Objects.equals(has.get(OWNING_NAME), wants.get(OWNING_NAME))
                        && Objects.equals(has.get(OWNING_NAMESPACE), wants.get(OWNING_NAMESPACE))
                || has.containsKey(OWNING_CLASS) && Objects.equals(has.get(OWNING_CLASS), wants.get(OWNING_CLASS));
        return same || migrated;
    }

    private static Map<String, String> labels(GenericKubernetesResource object) {
        return Objects.requireNonNullElse(object.getMetadata().getLabels(), Map.of());
    }

    private static Map<?, ?> wantedLabels(KubernetesObject object) {
        return object.tree().get("metadata") instanceof Map<?, ?> metadata
                        && metadata.get("labels") instanceof Map<?, ?> labels
                ? labels
                : Map.of();
    }

    private MixedOperation<GenericKubernetesResource, ?, ? extends Resource<GenericKubernetesResource>> operation(
            KubernetesObject.Id id) {
        if (id.kind().equals(SECRET.getKind())) {
            return client.genericKubernetesResources(SECRET);
        }
        for (ResourceDefinitionContext kind : KINDS) {
            if (kind.getKind().equals(id.kind()) && apiVersion(kind).equals(id.apiVersion())) {
                return client.genericKubernetesResources(kind);
            }
        }
        throw new IllegalArgumentException(
                "kind: " + id.apiVersion() + " " + id.kind() + " (expected: one of a fleet's)");
    }

    private static ResourceDefinitionContext kind(String group, String version, String kind, String plural) {
        return new ResourceDefinitionContext.Builder()
                .withGroup(group)
                .withVersion(version)
                .withKind(kind)
                .withPlural(plural)
                .withNamespaced(true)
                .build();
    }

    private static String apiVersion(ResourceDefinitionContext kind) {
        return kind.getGroup() == null || kind.getGroup().isEmpty()
                ? kind.getVersion()
                : kind.getGroup() + "/" + kind.getVersion();
    }

    /** True for a status 4xx that a later attempt would get again: not for missing authentication, conflicts, and too many requests. */
    private static boolean refuses(KubernetesClientException e) {
        return e.getCode() >= 400
                && e.getCode() < 500
                && e.getCode() != 401
                && e.getCode() != 409
                && e.getCode() != 429;
    }

    private static String reason(KubernetesClientException e) {
        return e.getStatus() != null && e.getStatus().getMessage() != null
                ? e.getStatus().getMessage()
                : String.valueOf(e.getMessage());
    }
}
