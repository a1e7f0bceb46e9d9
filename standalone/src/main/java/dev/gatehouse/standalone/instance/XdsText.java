package dev.gatehouse.standalone.instance;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What 'gatehouse xds' prints for a terminal. */
public final class XdsText {
    private XdsText() {}

    /** Whether a proxy refuses something. */
    public static boolean refused(JsonArray proxies) {
        return objects(proxies).stream()
                .flatMap(proxy -> objects(proxy.getJsonArray("types")).stream())
                .anyMatch(type -> type.getString("error") != null);
    }

    /** A paragraph for each proxy, with a line for each type. */
    public static String proxies(JsonArray proxies) {
        StringBuilder text = new StringBuilder();
        for (JsonObject proxy : objects(proxies)) {
            text.append(proxy.getString("node"))
                    .append(" of ")
                    .append(proxy.getString("gateway"))
                    .append(": version ")
                    .append(proxy.getString("version").isEmpty() ? "unknown" : proxy.getString("version"))
                    .append(", ")
                    .append(proxy.getString("protocol"))
                    .append(", connected since ")
                    .append(proxy.getString("connectedSince"))
                    .append('\n');
            List<JsonObject> types = objects(proxy.getJsonArray("types"));
            text.append(String.format(
                    Locale.ROOT,
                    "  %-12s %-10s %-12s %-12s %10s  %s%n",
                    "TYPE",
                    "SENT",
                    "ACKNOWLEDGED",
                    "LAST ACK",
                    "RESOURCES",
                    "SUBSCRIBED"));
            for (JsonObject type : types) {
                text.append(String.format(
                        Locale.ROOT,
                        "  %-12s %-10s %-12s %-12s %10d  %s%n",
                        type.getString("type"),
                        orNone(type.getString("sent")),
                        orNone(type.getString("acknowledged")),
                        age(type.getLong("lastAckAgeMillis")),
                        type.getInteger("resources"),
                        subscribed(type.getJsonArray("subscribed"))));
                String error = type.getString("error");
                if (error != null) {
                    text.append("    refused ")
                            .append(
                                    type.getJsonArray("refused").isEmpty()
                                            ? "a push"
                                            : String.join(", ", strings(type.getJsonArray("refused"))))
                            .append(": ")
                            .append(error.replace("\n", "\n      "))
                            .append('\n');
                }
            }
            text.append('\n');
        }
        return text.isEmpty() ? "No proxy is connected.\n" : text.toString();
    }

    /** A line for each resource that differs. */
    public static String difference(JsonObject difference) {
        StringBuilder text = new StringBuilder();
        for (JsonObject each : objects(difference.getJsonArray("differences"))) {
            text.append(mark(each.getString("what")))
                    .append(' ')
                    .append(each.getString("type"))
                    .append(' ')
                    .append(each.getString("name"))
                    .append(": ")
                    .append(each.getString("detail"))
                    .append('\n');
            strings(each.getJsonArray("fields"))
                    .forEach(field -> text.append("    ").append(field).append('\n'));
        }
        int count = difference.getJsonArray("differences").size();
        return text.append(difference.getString("node"))
                .append(": ")
                .append(
                        count == 0
                                ? "has what it should, "
                                : count + " of its resources " + (count == 1 ? "differs" : "differ") + ", ")
                .append(difference.getInteger("compared"))
                .append(" compared\n")
                .toString();
    }

    private static String mark(String what) {
        return switch (ProxyDifference.What.valueOf(what)) {
            case MISSING -> "-";
            case EXTRA -> "+";
            case CHANGED -> "~";
        };
    }

    /** A version, or "none". */
    public static String orNone(@Nullable String version) {
        return version == null || version.isEmpty() ? "none" : version;
    }

    /** How long ago something was; null: never. */
    public static String age(@Nullable Long millis) {
        if (millis == null) {
            return "never";
        }
        long seconds = millis / 1000;
        if (seconds < 120) {
            return seconds + " s ago";
        }
        return seconds < 7200 ? seconds / 60 + " min ago" : seconds / 3600 + " h ago";
    }

    private static String subscribed(JsonArray names) {
        List<String> all = strings(names);
        if (all.contains("*")) {
            return "all";
        }
        return all.isEmpty() ? "none" : all.size() + (all.size() == 1 ? " name" : " names");
    }

    private static List<String> strings(JsonArray array) {
        List<String> strings = new ArrayList<>();
        array.forEach(each -> strings.add(Objects.toString(each)));
        return strings;
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast).toList();
    }
}
