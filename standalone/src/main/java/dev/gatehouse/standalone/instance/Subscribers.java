package dev.gatehouse.standalone.instance;

import dev.gatehouse.controller.text.ResourceText;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * The subscribers of xds-svc's replicas with their subscribed types, from {@code /gatehouse/xds/subscribers} of each
 * replica.
 *
 * @param all ordered by fleet and node id
 */
public record Subscribers(List<Subscriber> all) {
    /**
     * A subscriber.
     *
     * @param page what the page says of it; types by their URLs
     * @param replica of xds-svc to which it is connected
     */
    public record Subscriber(JsonObject page, Replica replica) {
        String node() {
            return page.getString("node");
        }

        String fleet() {
            return page.getString("fleet");
        }

        /** Whether it subscribes to a resource, by type URL and name. */
        BiPredicate<String, String> asks() {
            return (typeUrl, name) -> page.getJsonArray("types").stream()
                    .map(JsonObject.class::cast)
                    .filter(type -> type.getString("type").equals(typeUrl))
                    .anyMatch(type -> type.getJsonArray("subscribed").contains("*")
                            || type.getJsonArray("subscribed").contains(name));
        }
    }

    public Subscribers {
        all = List.copyOf(all);
    }

    /** Asks every replica of xds-svc that is ready. */
    public static Subscribers read(RunningGatehouse gatehouse, Progress progress) throws IOException {
        List<Subscriber> found = new ArrayList<>();
        for (Replica replica : gatehouse.ready(Component.XDS)) {
            progress.step("asking " + replica);
            for (Object each : new JsonArray(gatehouse.get(replica, "/gatehouse/xds/subscribers"))) {
                found.add(new Subscriber((JsonObject) each, replica));
            }
        }
        found.sort(Comparator.comparing(Subscriber::fleet).thenComparing(Subscriber::node));
        return new Subscribers(found);
    }

    /** The subscribers in the form of 'gatehouse xds proxies', with short names of types. */
    public JsonArray told() {
        JsonArray told = new JsonArray();
        for (Subscriber each : all) {
            JsonArray types = new JsonArray();
            each.page().getJsonArray("types").stream()
                    .map(JsonObject.class::cast)
                    .forEach(type -> types.add(type.copy().put("type", ResourceText.typeName(type.getString("type")))));
            JsonObject page = each.page();
            told.add(new JsonObject()
                    .put("node", each.node())
                    .put("gateway", each.fleet())
                    .put("version", page.getString("version"))
                    .put("protocol", page.getString("protocol"))
                    .put("connectedSince", page.getString("connectedSince"))
                    .put("servedBy", each.replica().name())
                    .put("types", types));
        }
        return told;
    }
}
