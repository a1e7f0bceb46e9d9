package dev.gatehouse.standalone;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What becomes of a request, for people: the same as in YAML, with the outcome first and details of filters left out. */
final class ExplanationText {
    /** Routes that were not selected: the rest is counted. */
    private static final int NOT_SELECTED = 10;

    private final PrintWriter out;

    private ExplanationText(PrintWriter out) {
        this.out = out;
    }

    static void print(Map<String, Object> answer, PrintWriter out) {
        ExplanationText text = new ExplanationText(out);
        out.println(answer.get("request"));
        if (answer.containsKey("outcome")) {
            text.line("outcome", answer.get("outcome"));
        }
        text.listeners(answer);
        maps(answer, "gateways").forEach(text::gateway);
    }

    private void gateway(Map<?, ?> gateway) {
        out.println();
        line("fleet", gateway.get("fleet"));
        line("outcome", gateway.get("outcome"));
        listeners(gateway);
        one(gateway, "listener");
        one(gateway, "hostname");
        if (gateway.get("selected") instanceof Map<?, ?> selected) {
            line("route", place(selected) + ": " + selected.get("asksFor"));
        }
        if (gateway.get("changes") instanceof Map<?, ?> changes) {
            String label = "changes";
            for (Map.Entry<?, ?> change : changes.entrySet()) {
                line(label, change.getKey() + ": " + value(change.getValue()));
                label = "";
            }
        }
        policies(gateway);
        String may = "may pass";
        for (Map<?, ?> step : maps(gateway, "access")) {
            line(may, step.get("asks") + ": " + step.get("verdict") + ", " + step.get("why"));
            may = "";
        }
        String names = maps(gateway, "filters").stream()
                .map(filter -> String.valueOf(filter.get("name")))
                .collect(Collectors.joining(", "));
        if (!names.isEmpty()) {
            line("filters", names);
        }
        backends(gateway);
        List<Map<?, ?>> others = maps(gateway, "notSelected");
        String label = "not";
        for (Map<?, ?> other : others.subList(0, Math.min(others.size(), NOT_SELECTED))) {
            line(label, place(other) + ": " + other.get("why"));
            label = "";
        }
        if (others.size() > NOT_SELECTED) {
            line("", "and " + (others.size() - NOT_SELECTED) + " more (all with -o yaml)");
        }
    }

    private void listeners(Map<?, ?> tree) {
        if (tree.get("listeners") instanceof List<?> listeners) {
            String label = "listeners";
            for (Object listener : listeners) {
                line(label, listener);
                label = "";
            }
        }
    }

    private void policies(Map<?, ?> gateway) {
        String label = "policies";
        for (Map<?, ?> policy : maps(gateway, "policies")) {
            line(
                    label,
                    policy.get("policy") + " (for " + policy.get("for") + ")"
                            + (policy.containsKey("mergedWith") ? " with " + value(policy.get("mergedWith")) : ""));
            label = "";
            if (policy.containsKey("problems")) {
                line("", "  cannot be used: " + value(policy.get("problems")));
            }
            for (Map<?, ?> field : maps(policy, "says")) {
                line(
                        "",
                        "  " + field.get("field") + ": " + value(field.get("value"))
                                + (field.containsKey("from") ? "  (" + value(field.get("from")) + ")" : ""));
            }
        }
    }

    private void backends(Map<?, ?> gateway) {
        String label = "backends";
        for (Map<?, ?> backend : maps(gateway, "backends")) {
            line(
                    label,
                    backend.get("cluster")
                            + (backend.containsKey("weight") ? ", weight " + backend.get("weight") : "")
                            + (backend.containsKey("mirror") ? ", mirror" : "")
                            + (backend.containsKey("tls") ? ", TLS" : "")
                            + (backend.containsKey("problem") ? ": " + backend.get("problem") : ""));
            label = "";
            for (Map<?, ?> endpoint : maps(backend, "endpoints")) {
                line(
                        "",
                        "  "
                                + endpoint.entrySet().stream()
                                        .map(each -> each.getKey().equals("address")
                                                ? String.valueOf(each.getValue())
                                                : each.getKey() + " " + each.getValue())
                                        .collect(Collectors.joining(", ")));
            }
        }
    }

    private static String place(Map<?, ?> route) {
        return route.get("route") + ", rule " + route.get("rule")
                + (route.containsKey("ruleName") ? " \"" + route.get("ruleName") + "\"" : "")
                + (route.containsKey("match") ? ", match " + route.get("match") : "");
    }

    private void one(Map<?, ?> tree, String name) {
        if (tree.containsKey(name)) {
            line(name, tree.get(name));
        }
    }

    private void line(String label, @Nullable Object text) {
        out.printf("%-10s %s%n", label, text);
    }

    private static String value(@Nullable Object value) {
        return value instanceof List<?> list
                ? list.stream().map(String::valueOf).collect(Collectors.joining(", "))
                : "".equals(value) ? "\"\"" : Objects.toString(value);
    }

    private static List<Map<?, ?>> maps(Map<?, ?> tree, String name) {
        return tree.get(name) instanceof List<?> list
                ? list.stream()
                        .filter(Map.class::isInstance)
                        .<Map<?, ?>>map(each -> (Map<?, ?>) each)
                        .toList()
                : List.of();
    }
}
