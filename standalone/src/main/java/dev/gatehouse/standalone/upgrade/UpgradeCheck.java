package dev.gatehouse.standalone.upgrade;

import com.google.protobuf.Any;
import dev.gatehouse.controller.InstalledSettings;
import dev.gatehouse.controller.kubernetes.ClusterObjects;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.publish.Publisher;
import dev.gatehouse.controller.text.ResourceText;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.controller.translate.Translator;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.crd.CustomResourceDefinitions;
import dev.gatehouse.standalone.instance.ClusterGatehouse;
import dev.gatehouse.standalone.instance.CommandFailure;
import dev.gatehouse.standalone.instance.Component;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.ProxyDifference;
import dev.gatehouse.standalone.instance.Replica;
import dev.gatehouse.xds.snapshot.FleetSnapshot;
import dev.gatehouse.xds.snapshot.ResourceSet;
import dev.gatehouse.xds.snapshot.VersionedResource;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Compares the configuration of a cluster's proxies, which the installed version made, with the resources that this
 * version makes from the cluster's objects. Also compares the installed CRDs with this version's CRDs.
 *
 * @param compared proxies
 * @param differences of them
 * @param definitions that differ
 * @param notes what was not looked at, and why
 */
public record UpgradeCheck(
        List<String> compared,
        List<ResourceChange> differences,
        List<DefinitionChange> definitions,
        List<String> notes) {
    /** Types of resources that a proxy requests only if other resources refer to them. The absence of such a resource is no difference. */
    private static final Set<String> ON_DEMAND = Set.of(TypeUrls.ENDPOINTS, TypeUrls.SECRET);

    /**
     * A resource that would change.
     *
     * @param what "+" this version would add it, "-" it would remove it, "~" it would change it
     * @param fields of a change, without values
     * @param objects from which it is made: "HTTPRoute shop/cart"; empty: this version would not make it
     */
    public record ResourceChange(
            String fleet, String type, String name, String what, List<String> fields, List<String> objects) {}

    /**
     * A CustomResourceDefinition that differs.
     *
     * @param name "wafpolicies.gatehouse.dev"
     * @param missing it is not on the cluster
     */
    public record DefinitionChange(
            String name, boolean missing, List<String> added, List<String> removed, List<String> changed) {}

    public UpgradeCheck {
        compared = List.copyOf(compared);
        differences = List.copyOf(differences);
        definitions = List.copyOf(definitions);
        notes = List.copyOf(notes);
    }

    /** Whether nothing would change. */
    public boolean isNothing() {
        return differences.isEmpty() && definitions.isEmpty();
    }

    /** Looks at a cluster. */
    public static UpgradeCheck of(ClusterGatehouse cluster, Progress progress) throws IOException {
        List<String> notes = new ArrayList<>();
        Settings settings = settings(cluster, notes);
        progress.step("reading the objects of " + cluster.described());
        ClusterObjects objects = ClusterObjects.read(
                cluster.client(), settings.extensions().servers().kinds());
        objects.unread().forEach(each -> notes.add("not read, so that what depends on it seems to change: " + each));
        progress.step("translating them");
        Translator translator = new Translator(settings, (_, _, _) -> {});
        translator.apply(objects.changes());
        Map<String, FleetSnapshot> wanted = snapshots(translator.resources());
        List<String> compared = new ArrayList<>();
        List<ResourceChange> differences = new ArrayList<>();
        Set<String> seen = new TreeSet<>();
        for (Replica proxy : cluster.replicas(Component.PROXY)) {
            // The proxies of a fleet have the same.
            if (!proxy.ready() || seen.contains(proxy.fleet())) {
                continue;
            }
            FleetSnapshot should = wanted.get(proxy.fleet());
            if (should == null) {
                notes.add(proxy.fleet() + ": this version would make nothing for it, by what it can read");
                continue;
            }
            progress.step("asking " + proxy + " what it has");
            try {
                String dump = cluster.get(proxy, "/config_dump?include_eds");
                ProxyDifference.of(should, (_, _) -> true, dump).differences().stream()
                        .filter(each ->
                                !(each.what() == ProxyDifference.What.MISSING && ON_DEMAND.contains(each.typeUrl())))
                        .forEach(each -> differences.add(change(proxy.fleet(), each, translator.resources())));
                compared.add(proxy.fleet() + " (" + proxy.name() + ")");
                seen.add(proxy.fleet());
            } catch (IOException e) {
                notes.add(proxy + ": " + e.getMessage());
            }
        }
        wanted.keySet().stream()
                .filter(fleet -> !fleet.startsWith("gatehouse/") && !seen.contains(fleet))
                .forEach(fleet -> notes.add(fleet + ": has no ready proxy to compare with"));
        progress.step("comparing CRDs");
        return new UpgradeCheck(compared, differences, definitions(cluster, notes), notes);
    }

    /** As which the installed controller translates. */
    private static Settings settings(ClusterGatehouse cluster, List<String> notes) {
        Deployment deployment = cluster.client()
                .apps()
                .deployments()
                .inNamespace(cluster.namespace())
                .withName(Component.CONTROLLER.text())
                .get();
        if (deployment == null) {
            throw new CommandFailure("there is no Deployment " + Component.CONTROLLER.text() + " in "
                    + cluster.described() + " (expected: one, whose environment has the settings)");
        }
        Map<String, String> environment = new TreeMap<>();
        deployment.getSpec().getTemplate().getSpec().getContainers().stream()
                .filter(each -> each.getName().equals(Component.CONTROLLER.text()))
                .map(Container::getEnv)
                .flatMap(List::stream)
                .forEach(variable -> value(variable, cluster.namespace(), environment));
        if (environment.containsKey(InstalledSettings.FILE)) {
            notes.add("the EnvoyGateway file of controller-svc (" + environment.get(InstalledSettings.FILE)
                    + ") is not taken into account");
        }
        try {
            return InstalledSettings.of(environment);
        } catch (RuntimeException e) {
            throw new CommandFailure(
                    "the environment of controller-svc does not fit this version: " + e.getMessage()
                            + " (expected: settings that docs/configuration.md has)",
                    e);
        }
    }

    /** Kubernetes puts in $(NAME) what comes before it. */
    private static void value(EnvVar variable, String namespace, Map<String, String> environment) {
        String value = variable.getValue();
        if (value == null) {
            if (variable.getValueFrom() != null && variable.getValueFrom().getFieldRef() != null) {
                environment.put(
                        variable.getName(),
                        variable.getValueFrom().getFieldRef().getFieldPath().equals("metadata.namespace")
                                ? namespace
                                : Component.CONTROLLER.text());
            }
            return;
        }
        for (Map.Entry<String, String> each : environment.entrySet()) {
            value = value.replace("$(" + each.getKey() + ")", each.getValue());
        }
        environment.put(variable.getName(), value);
    }

    private static Map<String, FleetSnapshot> snapshots(Map<ResourceId, Output> resources) {
        Map<String, Map<String, List<VersionedResource>>> byFleet = new HashMap<>();
        resources.forEach((id, output) -> {
            var bytes = Protos.serialise(output.message());
            byFleet.computeIfAbsent(id.fleet(), _ -> new HashMap<>())
                    .computeIfAbsent(id.typeUrl(), _ -> new ArrayList<>())
                    .add(VersionedResource.of(
                            id.name(),
                            Publisher.version(bytes),
                            Any.newBuilder()
                                    .setTypeUrl(id.typeUrl())
                                    .setValue(bytes)
                                    .build()));
        });
        Map<String, FleetSnapshot> snapshots = new HashMap<>();
        byFleet.forEach((fleet, types) -> {
            Map<String, ResourceSet> sets = new HashMap<>();
            types.forEach((typeUrl, all) -> sets.put(typeUrl, ResourceSet.of(all)));
            snapshots.put(fleet, new FleetSnapshot(fleet, new Position("this version", 1), Instant.EPOCH, sets));
        });
        return snapshots;
    }

    private static ResourceChange change(
            String fleet, ProxyDifference.Difference difference, Map<ResourceId, Output> resources) {
        Output made = resources.get(new ResourceId(fleet, difference.typeUrl(), difference.name()));
        return new ResourceChange(
                fleet,
                ResourceText.typeName(difference.typeUrl()),
                difference.name(),
                switch (difference.what()) {
                    case MISSING -> "+";
                    case EXTRA -> "-";
                    case CHANGED -> "~";
                },
                difference.fields(),
                made == null
                        ? List.of()
                        : made.owners().stream()
                                .map(ObjectRef::toString)
                                .sorted()
                                .toList());
    }

    private static List<DefinitionChange> definitions(ClusterGatehouse cluster, List<String> notes) {
        List<DefinitionChange> changes = new ArrayList<>();
        for (Kind<?> kind : CustomResourceDefinitions.kinds()) {
            String name = CustomResourceDefinitions.name(kind);
            CustomResourceDefinition installed;
            try {
                installed = cluster.client()
                        .apiextensions()
                        .v1()
                        .customResourceDefinitions()
                        .withName(name)
                        .get();
            } catch (KubernetesClientException e) {
                notes.add("CRDs may not be read: " + e.getMessage());
                return changes;
            }
            if (installed == null) {
                changes.add(new DefinitionChange(name, true, List.of(), List.of(), List.of()));
                continue;
            }
            Schemas.Change change = Schemas.between(
                    Serialization.jsonMapper().convertValue(installed, LinkedHashMap.class),
                    Serialization.unmarshal(CustomResourceDefinitions.yaml(kind), LinkedHashMap.class));
            if (!change.isNothing()) {
                changes.add(new DefinitionChange(
                        name,
                        false,
                        List.copyOf(change.added()),
                        List.copyOf(change.removed()),
                        List.copyOf(change.changed())));
            }
        }
        return changes;
    }

    /** The changes by the object that the resource was made from; "" for resources that this version does not make. */
    public Map<String, List<ResourceChange>> byObject() {
        Map<String, List<ResourceChange>> changes = new TreeMap<>();
        for (ResourceChange each : differences) {
            (each.objects().isEmpty() ? List.of("") : each.objects())
                    .forEach(object -> changes.computeIfAbsent(object, _ -> new ArrayList<>())
                            .add(each));
        }
        return changes;
    }

    /** As a tree. */
    public Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("compared", compared);
        tree.put(
                "differences",
                differences.stream()
                        .map(each -> Map.of(
                                "fleet", each.fleet(),
                                "type", each.type(),
                                "name", each.name(),
                                "what", each.what(),
                                "fields", each.fields(),
                                "objects", each.objects()))
                        .collect(Collectors.toList()));
        tree.put(
                "definitions",
                definitions.stream()
                        .map(each -> Map.of(
                                "name", each.name(),
                                "missing", each.missing(),
                                "added", each.added(),
                                "removed", each.removed(),
                                "changed", each.changed()))
                        .collect(Collectors.toList()));
        tree.put("notes", notes);
        return tree;
    }
}
