package dev.gatehouse.standalone.instance;

import dev.gatehouse.controller.kubernetes.ClusterObjects;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.text.ResourceText;
import dev.gatehouse.controller.translate.Settings;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The status of a cluster's Gatehouse, in the form of the page {@code /gatehouse/status} of {@code gatehouse run}. It
 * is made from the objects' statuses, the pods, and the pages of xds-svc's replicas.
 */
public final class ClusterStatus {
    private static final Set<String> CONTROLLERS =
            Set.of(Settings.CONTROLLER_NAME, Settings.ENVOY_GATEWAY_CONTROLLER_NAME);

    private final JsonArray gateways = new JsonArray();
    private final JsonArray routes = new JsonArray();
    private final JsonArray policies = new JsonArray();
    private final JsonArray parts = new JsonArray();
    private final JsonArray proxies = new JsonArray();
    private final JsonArray problems = new JsonArray();
    private final JsonArray warnings = new JsonArray();

    private ClusterStatus() {}

    /** The state; what could not be read is among its warnings. */
    public static JsonObject of(ClusterGatehouse gatehouse, Progress progress) {
        ClusterStatus status = new ClusterStatus();
        progress.step("looking at the pods of " + gatehouse.described());
        status.pods(gatehouse);
        progress.step("reading the objects of " + gatehouse.described());
        status.objects(gatehouse);
        status.subscribers(gatehouse, progress);
        return new JsonObject()
                .put("where", gatehouse.described())
                .put("gateways", status.gateways)
                .put("routes", status.routes)
                .put("policies", status.policies)
                .put("proxies", status.proxies)
                .put("parts", status.parts)
                .put("lastGood", new JsonArray())
                .put("problems", status.problems)
                .put("warnings", status.warnings);
    }

    private void pods(ClusterGatehouse gatehouse) {
        for (Component component : Component.values()) {
            List<Replica> replicas = gatehouse.replicas(component);
            if (replicas.isEmpty() && component != Component.PROXY) {
                problems.add(component + ": has no pod (expected: one at least)");
            }
            for (Replica replica : replicas) {
                parts.add(new JsonObject()
                        .put("name", replica.name() + (replica.fleet().isEmpty() ? "" : " of " + replica.fleet()))
                        .put("state", replica.ready() ? "up" : replica.state()));
                if (!replica.ready()) {
                    problems.add(
                            "pod " + replica.namespace() + "/" + replica.name() + ": is not ready: " + replica.state());
                }
            }
        }
    }

    private record Found(String kind, String name, JsonObject spec, JsonObject status) {}

    private void objects(ClusterGatehouse gatehouse) {
        List<Found> found = new ArrayList<>();
        ClusterObjects.visit(gatehouse.client(), List.of(), (kind, object) -> found.add(found(object)))
                .forEach(each -> warnings.add("not read: " + each));
        found.sort(Comparator.comparing(Found::kind).thenComparing(Found::name));
        Set<String> classes = found.stream()
                .filter(each -> each.kind().equals("GatewayClass"))
                .filter(each -> ours(each.spec()))
                .map(Found::name)
                .collect(Collectors.toCollection(HashSet::new));
        for (Found each : found) {
            if (each.kind().equals("Gateway")) {
                if (classes.contains(each.spec().getString("gatewayClassName"))) {
                    gateway(each);
                }
            } else if (each.status().containsKey("parents") || each.kind().endsWith("Route")) {
                route(each);
            } else if (each.status().containsKey("ancestors")) {
                policy(each);
            }
        }
    }

    /** Whether a GatewayClass or a status entry belongs to Gatehouse's controller. */
    private static boolean ours(JsonObject named) {
        return CONTROLLERS.contains(Objects.requireNonNullElse(named.getString("controllerName"), ""));
    }

    private static Found found(GenericKubernetesResource object) {
        String namespace = object.getMetadata().getNamespace();
        return new Found(
                object.getKind(),
                (namespace == null ? "" : namespace + "/")
                        + object.getMetadata().getName(),
                part(object, "spec"),
                part(object, "status"));
    }

    @SuppressWarnings("unchecked")
    private static JsonObject part(GenericKubernetesResource object, String name) {
        return object.getAdditionalProperties().get(name) instanceof Map<?, ?> map
                ? new JsonObject((Map<String, Object>) map)
                : new JsonObject();
    }

    private void gateway(Found gateway) {
        Map<String, JsonObject> states = objects(gateway.status().getJsonArray("listeners")).stream()
                .collect(Collectors.toMap(each -> each.getString("name"), Function.identity(), (a, _) -> a));
        String address = objects(gateway.status().getJsonArray("addresses")).stream()
                .map(each -> each.getString("value"))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("(no address)");
        JsonArray listeners = new JsonArray();
        for (JsonObject listener : objects(gateway.spec().getJsonArray("listeners"))) {
            JsonArray conditions = array(states.getOrDefault(listener.getString("name"), new JsonObject())
                    .getJsonArray("conditions"));
            boolean serving = objects(conditions).stream()
                    .anyMatch(each ->
                            "Programmed".equals(each.getString("type")) && "True".equals(each.getString("status")));
            listeners.add(new JsonObject()
                    .put("name", listener.getString("name"))
                    .put("owner", gateway.name())
                    .put("url", url(listener, address))
                    .put("serving", serving)
                    .put("waitsForRoute", false)
                    .put("conditions", conditions));
            broken("Gateway " + gateway.name() + " listener " + listener.getString("name"), conditions);
            warned("Gateway " + gateway.name(), conditions);
        }
        JsonArray conditions = array(gateway.status().getJsonArray("conditions"));
        if (conditions.isEmpty()) {
            problems.add(
                    "Gateway " + gateway.name() + ": has no status yet (expected: that controller-svc writes one)");
        }
        broken("Gateway " + gateway.name(), conditions);
        warned("Gateway " + gateway.name(), conditions);
        gateways.add(new JsonObject()
                .put("name", gateway.name())
                .put("class", gateway.spec().getString("gatewayClassName"))
                .put("conditions", conditions)
                .put("listeners", listeners));
    }

    private static String url(JsonObject listener, String address) {
        String host = Objects.requireNonNullElse(listener.getString("hostname"), "*");
        return String.valueOf(listener.getString("protocol")).toLowerCase(Locale.ROOT) + "://"
                + (host.startsWith("*") ? address : host) + ":" + listener.getInteger("port");
    }

    private void route(Found route) {
        JsonArray parents = new JsonArray();
        for (JsonObject parent : objects(route.status().getJsonArray("parents"))) {
            if (ours(parent)) {
                String reference = reference(parent.getJsonObject("parentRef"), route);
                JsonArray conditions = array(parent.getJsonArray("conditions"));
                parents.add(new JsonObject().put("parent", reference).put("conditions", conditions));
                broken(route.kind() + " " + route.name() + " at " + reference, conditions);
                warned(route.kind() + " " + route.name(), conditions);
            }
        }
        if (parents.isEmpty() && !route.status().isEmpty()) {
            return; // Another controller's.
        }
        routes.add(new JsonObject()
                .put("kind", route.kind())
                .put("name", route.name())
                .put("hostnames", array(route.spec().getJsonArray("hostnames")))
                .put("parents", parents));
    }

    private void policy(Found policy) {
        for (JsonObject ancestor : objects(policy.status().getJsonArray("ancestors"))) {
            if (ours(ancestor)) {
                JsonObject reference = ancestor.getJsonObject("ancestorRef");
                String target = Objects.requireNonNullElse(reference.getString("kind"), "Gateway") + " "
                        + reference(reference, policy);
                JsonArray conditions = array(ancestor.getJsonArray("conditions"));
                policies.add(new JsonObject()
                        .put("kind", policy.kind())
                        .put("name", policy.name())
                        .put("target", target)
                        .put("conditions", conditions));
                broken(policy.kind() + " " + policy.name() + " at " + target, conditions);
                warned(policy.kind() + " " + policy.name(), conditions);
            }
        }
    }

    private static String reference(JsonObject reference, Found owner) {
        int slash = owner.name().indexOf('/');
        String namespace = Objects.requireNonNullElse(
                reference.getString("namespace"), slash < 0 ? "" : owner.name().substring(0, slash));
        String section = reference.getString("sectionName");
        return namespace + "/" + reference.getString("name") + (section == null ? "" : "/" + section);
    }

    private void broken(String where, JsonArray conditions) {
        for (JsonObject condition : objects(conditions)) {
            if ("False".equals(condition.getString("status"))
                    && Set.of("Accepted", "ResolvedRefs", "Programmed")
                            .contains(String.valueOf(condition.getString("type")))) {
                problems.add(where + ": " + condition.getString("type") + ": " + condition.getString("reason") + ": "
                        + condition.getString("message"));
            }
        }
    }

    /** Adds the warnings about an object once, whatever the number of its ancestors. */
    private void warned(String object, JsonArray conditions) {
        for (JsonObject condition : objects(conditions)) {
            String line = object + ": " + condition.getString("message");
            if (Conditions.WARNING.equals(condition.getString("type"))
                    && "True".equals(condition.getString("status"))
                    && !warnings.contains(line)) {
                warnings.add(line);
            }
        }
    }

    private void subscribers(ClusterGatehouse gatehouse, Progress progress) {
        Subscribers subscribers;
        try {
            subscribers = Subscribers.read(gatehouse, progress);
        } catch (IOException | CommandFailure e) {
            warnings.add("what proxies have acknowledged is not known: " + e.getMessage());
            return;
        }
        for (Subscribers.Subscriber each : subscribers.all()) {
            JsonArray types = new JsonArray();
            for (JsonObject type : objects(each.page().getJsonArray("types"))) {
                types.add(new JsonObject()
                        .put("type", ResourceText.typeName(type.getString("type")))
                        .put("resources", type.getInteger("resources"))
                        .put("rejected", type.getString("error")));
                if (type.getString("error") != null) {
                    problems.add(each.node() + " of " + each.fleet() + " refuses a "
                            + ResourceText.typeName(type.getString("type")) + ": " + type.getString("error"));
                }
            }
            proxies.add(new JsonObject()
                    .put("fleet", each.fleet())
                    .put("node", each.node())
                    .put("version", each.page().getString("version"))
                    .put("acknowledged", each.page().getLong("applied"))
                    .put("published", each.page().getLong("published"))
                    .put("types", types));
        }
    }

    private static JsonArray array(@Nullable JsonArray array) {
        return array == null ? new JsonArray() : array;
    }

    private static List<JsonObject> objects(@Nullable JsonArray array) {
        return array(array).stream()
                .map(each -> each instanceof Map<?, ?> map ? json(map) : (JsonObject) each)
                .toList();
    }

    @SuppressWarnings("unchecked")
    private static JsonObject json(Map<?, ?> map) {
        return new JsonObject((Map<String, Object>) map);
    }
}
