package dev.gatehouse.standalone.run;

import dev.gatehouse.standalone.instance.Table;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An instance's state as tables for a terminal. */
public final class StatusText {
    private final StringBuilder text = new StringBuilder();

    private StatusText() {}

    /**
     * Formats {@code status}.
     *
     * @param brief leaves out what is only of interest when looking for a fault
     */
    public static String of(JsonObject status, boolean brief) {
        StatusText text = new StatusText();
        text.gateways(status.getJsonArray("gateways"));
        text.routes(status.getJsonArray("routes"));
        text.policies(status.getJsonArray("policies"));
        if (!brief) {
            text.proxies(status.getJsonArray("proxies"));
        }
        text.parts(status.getJsonArray("parts"));
        if (!brief) {
            text.lines("Served in the last good version, since an edit broke them:", status.getJsonArray("lastGood"));
            text.lines("Problems:", status.getJsonArray("problems"));
            text.lines("Warnings:", status.getJsonArray("warnings"));
        }
        String console = status.getString("console");
        if (console != null) {
            text.text.append("Console: ").append(console).append('\n');
        }
        return text.text.toString();
    }

    private void gateways(JsonArray gateways) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonObject gateway : objects(gateways)) {
            for (JsonObject listener : objects(gateway.getJsonArray("listeners"))) {
                String own = listener(listener, gateway.getJsonArray("conditions"));
                rows.add(
                        List.of(gateway.getString("name"), listener.getString("name"), listener.getString("url"), own));
            }
        }
        table(List.of("GATEWAY", "LISTENER", "URL", "STATE"), rows);
    }

    private static String listener(JsonObject listener, JsonArray ofGateway) {
        String waits = listener.getString("waitsForEnvoy");
        if (waits != null || listener.getBoolean("serving")) {
            return state(
                    ofGateway, waits == null ? "serving" : "waiting: its Envoy " + waits, "Accepted", "Programmed");
        }
        return state(
                listener.getJsonArray("conditions"),
                listener.getBoolean("waitsForRoute")
                        ? "not serving: no route is attached, so its port is closed"
                        : "not serving",
                "Accepted",
                "ResolvedRefs");
    }

    private void routes(JsonArray routes) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonObject route : objects(routes)) {
            String name = route.getString("kind") + " " + route.getString("name");
            String hosts = route.getJsonArray("hostnames").stream()
                    .map(String::valueOf)
                    .collect(Collectors.joining(","));
            for (JsonObject parent : objects(route.getJsonArray("parents"))) {
                rows.add(List.of(
                        name,
                        parent.getString("parent"),
                        hosts.isEmpty() ? "*" : hosts,
                        state(
                                parent.getJsonArray("conditions"),
                                "accepted",
                                "Accepted",
                                "ResolvedRefs",
                                "Programmed")));
            }
            if (route.getJsonArray("parents").isEmpty()) {
                rows.add(List.of(name, "(none)", hosts.isEmpty() ? "*" : hosts, "not attached"));
            }
        }
        table(List.of("ROUTE", "PARENT", "HOSTNAMES", "STATE"), rows);
    }

    private void policies(JsonArray policies) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonObject policy : objects(policies)) {
            rows.add(List.of(
                    policy.getString("kind") + " " + policy.getString("name"),
                    policy.getString("target"),
                    state(policy.getJsonArray("conditions"), "accepted", "Accepted", "ResolvedRefs", "Programmed")));
        }
        table(List.of("POLICY", "TARGET", "STATE"), rows);
    }

    private void proxies(JsonArray proxies) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonObject proxy : objects(proxies)) {
            long acknowledged = proxy.getLong("acknowledged");
            long published = proxy.getLong("published");
            String types = objects(proxy.getJsonArray("types")).stream()
                    .map(type -> type.getInteger("resources") + " " + type.getString("type"))
                    .collect(Collectors.joining(", "));
            String rejected = objects(proxy.getJsonArray("types")).stream()
                    .flatMap(type -> Optional.ofNullable(type.getString("rejected")).stream())
                    .map(reason -> "; refused: " + reason)
                    .collect(Collectors.joining());
            rows.add(List.of(
                    proxy.getString("fleet") + " (" + proxy.getString("node") + ")",
                    acknowledged >= published ? "up to date (" + published + ")" : acknowledged + " of " + published,
                    types + rejected));
        }
        table(List.of("SUBSCRIBER", "ACKNOWLEDGED", "HAS"), rows);
    }

    private void parts(JsonArray parts) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonObject part : objects(parts)) {
            rows.add(List.of(part.getString("name"), part.getString("state")));
        }
        table(List.of("PART", "HEALTH"), rows);
    }

    private void lines(String title, JsonArray lines) {
        if (!lines.isEmpty()) {
            text.append(title).append('\n');
            lines.forEach(line -> text.append("  ").append(line).append('\n'));
            text.append('\n');
        }
    }

    /** The message of the first of the conditions that does not hold; {@code good} if all do. */
    private static String state(JsonArray conditions, String good, String... types) {
        return Stream.of(types)
                .flatMap(type -> objects(conditions).stream()
                        .filter(condition -> condition.getString("type").equals(type))
                        .filter(condition -> !condition.getString("status").equals("True")))
                .map(condition -> condition.getString("reason") + ": " + condition.getString("message"))
                .findFirst()
                .orElse(good);
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast).toList();
    }

    private void table(List<String> heads, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return;
        }
        Table table = new Table(heads.toArray(String[]::new));
        rows.forEach(row -> table.row(row.toArray(String[]::new)));
        text.append(table.text()).append('\n');
    }
}
