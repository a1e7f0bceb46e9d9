package dev.gatehouse.controller.infrastructure;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.gatehouse.controller.check.EnvoyRules;
import dev.gatehouse.controller.proto.PackedTypes;
import dev.gatehouse.envoyapi.EnvoyTypes;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.BootstrapChange;
import dev.gatehouse.gatewayapi.merge.JsonPatch;
import dev.gatehouse.gatewayapi.merge.PatchFailure;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Trees;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A bootstrap with an EnvoyProxy's change ({@code spec.bootstrap}). The rules are Envoy Gateway's
 * ({@code internal/xds/bootstrap/validate.go}): the result is a bootstrap that Envoy takes, and {@code dynamic_resources}
 * and the endpoints of the cluster {@code xds_cluster} are not changed.
 *
 * <p>A bootstrap that replaces the default one was written for Envoy Gateway: its {@code xds_cluster} has the address
 * and the certificates of Envoy Gateway's server. Gatehouse's own take their place, and the listener that the probes of
 * the pods call is added, since Envoy Gateway sends this listener by xDS.
 */
final class ChangedBootstrap {
    private static final String TYPE = "envoy.config.bootstrap.v3.Bootstrap";
    private static final EnvoyRules RULES = EnvoyRules.ofAllTypes(PackedTypes::find);

    /** Fields whose keys are the user's own and not protobuf field names. */
    private static final List<String> FREE_FORM = List.of("static_layer", "metadata", "filter_metadata");

    private final Map<String, Object> base;
    private final Map<String, Object> normalBase;
    private final List<String> xdsNames;

    /**
     * @param base the default bootstrap, with the field names of Envoy's {@code .proto} files
     * @param xdsNames the names that Envoy Gateway's server may have in a bootstrap
     */
    ChangedBootstrap(Map<String, Object> base, List<String> xdsNames) {
        this.base = base;
        this.xdsNames = List.copyOf(xdsNames);
        try {
            normalBase = normal(base, "bootstrap");
        } catch (PatchFailure e) {
            throw new IllegalStateException("the default bootstrap is not valid: " + e.getMessage(), e);
        }
    }

    /**
     * The bootstrap with {@code change}.
     *
     * @throws PatchFailure if the change cannot be applied, Envoy would refuse the result, or the change would
     * disconnect the proxy from xds-svc
     */
    Map<String, Object> tree(BootstrapChange change) throws PatchFailure {
        return switch (change) {
            case BootstrapChange.Replace replace -> {
                Map<String, Object> whole = normal(yaml(replace.yaml()), "spec.bootstrap.value");
                checkResources(whole);
                yield adopted(whole);
            }
            case BootstrapChange.Merge merge ->
                unmoved(
                        merged(base, normal(yaml(merge.yaml()), "spec.bootstrap.value", false), ""),
                        "spec.bootstrap.value");
            case BootstrapChange.Patch patch -> {
                try {
                    yield unmoved(JsonPatch.apply(base, patch.operations()), "spec.bootstrap.jsonPatches");
                } catch (PatchFailure e) {
                    throw e.getMessage().startsWith("[")
                            ? new PatchFailure("spec.bootstrap.jsonPatches" + e.getMessage())
                            : e;
                }
            }
        };
    }

    /** Checks the result of a change that has Gatehouse's own bootstrap as its base. */
    private Map<String, Object> unmoved(Map<String, Object> changed, String place) throws PatchFailure {
        Map<String, Object> whole = normal(changed, place);
        checkResources(whole);
        if (!xdsEndpoints(whole).equals(xdsEndpoints(normalBase))) {
            throw moved(xdsEndpoints(whole), "as it is");
        }
        return changed;
    }

    private void checkResources(Map<String, Object> whole) throws PatchFailure {
        if (!whole.containsKey("dynamic_resources")) {
            throw new PatchFailure(
                    "spec.bootstrap: has no dynamic_resources (expected: those of the default bootstrap; "
                            + "without them the proxies would not be configured)");
        }
        if (!withoutTimeouts(whole).equals(withoutTimeouts(normalBase))) {
            throw new PatchFailure("spec.bootstrap: changes dynamic_resources (expected: as they are, apart from "
                    + "initial_fetch_timeout; without them the proxies would not be configured)");
        }
    }

    private static PatchFailure moved(Optional<Object> found, String expected) {
        return new PatchFailure("spec.bootstrap: changes load_assignment of the cluster " + ProxyBootstrap.XDS_CLUSTER
                + " to " + found.map(ChangedBootstrap::json).orElse("nothing") + " (expected: " + expected
                + "; without it the proxies would not be configured)");
    }

    private static String json(Object tree) {
        return new JsonObject(strings(tree)).encode();
    }

    /** A whole bootstrap that was written for Envoy Gateway, as one that works here. */
    private Map<String, Object> adopted(Map<String, Object> whole) throws PatchFailure {
        Map<String, Object> ownXds = cluster(normalBase, ProxyBootstrap.XDS_CLUSTER);
        if (xdsNames.stream()
                .noneMatch(
                        name -> withAddress(ownXds.get("load_assignment"), name).equals(xdsEndpoints(whole)))) {
            throw moved(
                    xdsEndpoints(whole),
                    json(withAddress(ownXds.get("load_assignment"), InfrastructureSettings.XDS_SERVICE)
                            .orElseThrow()));
        }
        String local = whole.get("cluster_manager") instanceof Map<?, ?> manager
                ? String.valueOf(manager.get("local_cluster_name"))
                : "";
        List<Object> clusters = new ArrayList<>();
        for (Object each : list(whole, "clusters")) {
            Map<String, Object> cluster = strings(each);
            if (ProxyBootstrap.XDS_CLUSTER.equals(cluster.get("name"))) {
                clusters.add(xds(cluster, ownXds));
            } else {
                clusters.add(local.equals(cluster.get("name")) ? ownZones(cluster) : cluster);
            }
        }
        List<Object> listeners = new ArrayList<>(list(whole, "listeners"));
        if (listeners.stream()
                .noneMatch(each -> String.valueOf(strings(each).get("name")).startsWith(ProxyBootstrap.READINESS))) {
            list(base, "listeners").stream()
                    .filter(each ->
                            ProxyBootstrap.READINESS.equals(strings(each).get("name")))
                    .forEach(listeners::add);
        }
        Map<String, Object> resources = new LinkedHashMap<>(strings(whole.get("static_resources")));
        resources.put("listeners", listeners);
        resources.put("clusters", clusters);
        Map<String, Object> result = new LinkedHashMap<>(whole);
        result.put("static_resources", resources);
        return result;
    }

    /** The names of Envoy Gateway's xDS server in bootstraps: the one that Envoy Gateway asks for, and those that it renders. */
    static List<String> xdsNames(InfrastructureSettings settings) {
        String own = settings.xdsHost();
        List<String> names = new ArrayList<>(usualNames(settings.clusterDomain()));
        names.add(own);
        names.add(own.substring(0, own.length() - 1));
        return names;
    }

    /** The names of Envoy Gateway's xDS server in its usual namespace. */
    static List<String> usualNames(String clusterDomain) {
        String usual = InfrastructureSettings.XDS_SERVICE + ".envoy-gateway-system.svc." + clusterDomain;
        return List.of(InfrastructureSettings.XDS_SERVICE, usual, usual + ".");
    }

    private static Optional<Object> withAddress(@Nullable Object tree, String address) {
        return switch (tree) {
            case Map<?, ?> map -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                map.forEach((name, value) -> copy.put(
                        String.valueOf(name),
                        name.equals("address") && value instanceof String
                                ? address
                                : withAddress(value, address).orElse(value)));
                yield Optional.of(copy);
            }
            case List<?> list ->
                Optional.of(list.stream()
                        .map(each -> withAddress(each, address).orElse(each))
                        .toList());
            case null -> Optional.empty();
            default -> Optional.of(tree);
        };
    }

    /**
     * The cluster of xds-svc: the user's, with the address, the certificates and, where the user's protocol options add
     * Envoy Gateway's token to requests, the protocol options of {@code own}.
     */
    private static Map<String, Object> xds(Map<String, Object> cluster, Map<String, Object> own) {
        Map<String, Object> result = new LinkedHashMap<>(cluster);
        List<String> ours =
                new ArrayList<>(List.of("type", "load_assignment", "transport_socket", "transport_socket_matches"));
        String options = "typed_extension_protocol_options";
        Map<String, Object> users = strings(cluster.get(options));
        if (users.isEmpty()
                || users.values().stream().anyMatch(each -> strings(each).containsKey("http_filters"))) {
            ours.add(options);
        }
        ours.forEach(name -> {
            result.remove(name);
            if (own.containsKey(name)) {
                result.put(name, own.get(name));
            }
        });
        return result;
    }

    /** The cluster of the fleet's own proxies, whose endpoints have a fixed name here. */
    private static Map<String, Object> ownZones(Map<String, Object> cluster) {
        Map<String, Object> eds = new LinkedHashMap<>(strings(cluster.get("eds_cluster_config")));
        if (eds.isEmpty()) {
            return cluster;
        }
        eds.put("service_name", LocalCluster.NAME);
        Map<String, Object> result = new LinkedHashMap<>(cluster);
        result.put("eds_cluster_config", eds);
        return result;
    }

    private static Optional<Object> xdsEndpoints(Map<String, Object> whole) {
        return Optional.ofNullable(cluster(whole, ProxyBootstrap.XDS_CLUSTER).get("load_assignment"));
    }

    /** The first cluster of that name; empty: there is none. */
    private static Map<String, Object> cluster(Map<String, Object> whole, String name) {
        return list(whole, "clusters").stream()
                .map(ChangedBootstrap::strings)
                .filter(cluster -> name.equals(cluster.get("name")))
                .findFirst()
                .orElse(Map.of());
    }

    private static List<?> list(Map<String, Object> whole, String field) {
        return strings(whole.get("static_resources")).get(field) instanceof List<?> list ? list : List.of();
    }

    private static Map<String, Object> strings(@Nullable Object value) {
        Map<String, Object> result = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, each) -> result.put(String.valueOf(name), each));
        }
        return result;
    }

    private static Map<String, Object> withoutTimeouts(Map<String, Object> whole) {
        Map<String, Object> result = new LinkedHashMap<>();
        strings(whole.get("dynamic_resources")).forEach((name, value) -> {
            if (value instanceof Map<?, ?>) {
                Map<String, Object> source = strings(value);
                source.remove("initial_fetch_timeout");
                result.put(name, source);
            } else {
                result.put(name, value);
            }
        });
        return result;
    }

    private static Map<String, Object> yaml(String text) throws PatchFailure {
        YamlDocuments documents = YamlDocuments.read("spec.bootstrap.value", text);
        if (!documents.problems().isEmpty()) {
            throw new PatchFailure(documents.problems().getFirst().toString());
        }
        List<Node.Mapping> found = documents.documents();
        if (found.size() != 1) {
            throw new PatchFailure("spec.bootstrap.value: has " + found.size() + " documents (expected: one)");
        }
        return Trees.of(found.getFirst());
    }

    private static Map<String, Object> normal(Map<String, Object> tree, String place) throws PatchFailure {
        return normal(tree, place, true);
    }

    /**
     * The same bootstrap with the field names of Envoy's {@code .proto} files: protobuf's JSON form accepts
     * "dynamicResources" and "dynamic_resources", and more than one form of a value.
     *
     * @param whole whether the tree is a whole bootstrap, which Envoy's own rules must accept
     */
    private static Map<String, Object> normal(Map<String, Object> tree, String place, boolean whole)
            throws PatchFailure {
        Descriptor type = EnvoyTypes.find(TYPE)
                .orElseThrow(() -> new IllegalStateException(TYPE + " is not among Envoy's types"));
        try {
            DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
            JsonFormat.parser().usingTypeRegistry(EnvoyTypes.registry()).merge(new JsonObject(tree).encode(), builder);
            Message bootstrap = builder.build();
            Optional<String> problem = whole ? RULES.problem(bootstrap) : Optional.empty();
            if (problem.isPresent()) {
                throw new PatchFailure(place + ": Envoy would refuse the bootstrap: " + problem.get());
            }
            return new JsonObject(JsonFormat.printer()
                            .preservingProtoFieldNames()
                            .omittingInsignificantWhitespace()
                            .usingTypeRegistry(EnvoyTypes.registry())
                            .print(bootstrap))
                    .getMap();
        } catch (InvalidProtocolBufferException e) {
            throw new PatchFailure(place + ": is no bootstrap of Envoy: " + e.getMessage());
        }
    }

    /**
     * Merges as protobuf merges messages: scalar fields override, messages are merged, lists are joined. Messages with
     * a type of their own ("@type") and free-form structures are replaced key by key.
     */
    private static Map<String, Object> merged(Map<?, ?> base, Map<?, ?> over, String field) {
        Map<String, Object> result = new LinkedHashMap<>();
        base.forEach((name, value) -> result.put(String.valueOf(name), value));
        over.forEach((key, value) -> {
            String name = String.valueOf(key);
            Object old = result.get(name);
            boolean replaced =
                    FREE_FORM.contains(field) || (value instanceof Map<?, ?> message && message.containsKey("@type"));
            if (value instanceof Map<?, ?> message && old instanceof Map<?, ?> before && !replaced) {
                result.put(name, merged(before, message, name));
            } else if (value instanceof List<?> list && old instanceof List<?> before && !replaced) {
                List<Object> joined = new ArrayList<>(before);
                joined.addAll(list);
                result.put(name, joined);
            } else {
                result.put(name, value);
            }
        });
        return result;
    }
}
