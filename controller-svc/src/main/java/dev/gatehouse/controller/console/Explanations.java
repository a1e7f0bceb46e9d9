package dev.gatehouse.controller.console;

import dev.gatehouse.console.model.Explanation;
import dev.gatehouse.console.model.PolicyUse;
import dev.gatehouse.console.model.State;
import dev.gatehouse.console.model.Tone;
import io.vertx.core.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The answer of {@link dev.gatehouse.controller.explain.Explainer}, a tree, as the console shows it. */
final class Explanations {
    /** The most routes that are shown as not selected. Further ones are only counted. */
    private static final int NOT_SELECTED = 20;

    private Explanations() {}

    static Explanation of(Map<String, Object> answer) {
        return new Explanation(
                text(answer, "request"),
                text(answer, "outcome"),
                texts(answer, "listeners"),
                maps(answer, "gateways").stream().map(Explanations::gateway).toList());
    }

    private static Explanation.AtGateway gateway(Map<?, ?> tree) {
        List<Map<?, ?>> others = maps(tree, "notSelected");
        Map<?, ?> decision = tree.get("decision") instanceof Map<?, ?> map ? map : Map.of();
        return new Explanation.AtGateway(
                text(tree, "fleet"),
                outcome(text(tree, "outcome"), decision),
                texts(tree, "listeners"),
                text(tree, "listener"),
                text(tree, "hostname"),
                tree.get("selected") instanceof Map<?, ?> selected
                        ? place(selected) + ": " + text(selected, "asksFor")
                        : "",
                tree.get("changes") instanceof Map<?, ?> changes ? lines(changes) : List.of(),
                maps(tree, "policies").stream().map(Explanations::policy).toList(),
                maps(tree, "access").stream()
                        .map(step -> new Explanation.Step(
                                text(step, "asks"),
                                tone(text(step, "verdict")),
                                text(step, "verdict"),
                                text(step, "why")))
                        .toList(),
                maps(tree, "filters").stream()
                        .map(filter -> text(filter, "name"))
                        .toList(),
                maps(tree, "backends").stream().map(Explanations::backend).toList(),
                others.stream()
                        .limit(NOT_SELECTED)
                        .map(other -> new Explanation.Line(place(other), text(other, "why")))
                        .toList(),
                Math.max(0, others.size() - NOT_SELECTED));
    }

    /** The outcome of a request. A request that a policy refuses is not forwarded, whatever its route does. */
    private static State outcome(String outcome, Map<?, ?> decision) {
        String verdict = text(decision, "verdict");
        if (verdict.equals("refused")) {
            return new State(Tone.BAD, "refused by " + text(decision, "by"));
        }
        if (verdict.equals("depends")) {
            return new State(Tone.WARNING, outcome + ", if " + text(decision, "by") + " lets it pass");
        }
        return new State(
                outcome.startsWith("forwarded") || outcome.startsWith("connection forwarded")
                        ? Tone.GOOD
                        : outcome.startsWith("3") || outcome.startsWith("2") ? Tone.PLAIN : Tone.BAD,
                outcome);
    }

    private static Tone tone(String verdict) {
        return switch (verdict) {
            case "passes" -> Tone.GOOD;
            case "refused" -> Tone.BAD;
            case "depends" -> Tone.WARNING;
            default -> Tone.PLAIN;
        };
    }

    private static PolicyUse policy(Map<?, ?> tree) {
        String[] kindAndName = text(tree, "policy").split(" ", 2);
        String[] name = kindAndName[1].split("/", 2);
        return new PolicyUse(
                kindAndName[0],
                name[0],
                name[1],
                text(tree, "for"),
                "",
                texts(tree, "mergedWith"),
                maps(tree, "says").stream()
                        .map(field -> new PolicyUse.Field(
                                text(field, "field"),
                                text(field, "value"),
                                field.containsKey("from") ? text(field, "from") : kindAndName[1]))
                        .toList(),
                texts(tree, "problems"));
    }

    private static Explanation.Backend backend(Map<?, ?> tree) {
        List<String> notes = new ArrayList<>();
        if (tree.containsKey("weight")) {
            notes.add("weight " + tree.get("weight"));
        }
        if (tree.containsKey("mirror")) {
            notes.add("mirror");
        }
        if (tree.containsKey("tls")) {
            notes.add("TLS");
        }
        return new Explanation.Backend(
                text(tree, "cluster"),
                String.join(", ", notes),
                text(tree, "problem"),
                maps(tree, "endpoints").stream()
                        .map(endpoint -> endpoint.entrySet().stream()
                                .map(each -> each.getKey().equals("address")
                                        ? String.valueOf(each.getValue())
                                        : each.getKey() + " " + each.getValue())
                                .collect(Collectors.joining(", ")))
                        .toList());
    }

    private static String place(Map<?, ?> route) {
        return text(route, "route") + ", rule " + text(route, "rule")
                + (route.containsKey("ruleName") ? " “" + text(route, "ruleName") + "”" : "")
                + (route.containsKey("match") ? ", match " + text(route, "match") : "");
    }

    private static List<Explanation.Line> lines(Map<?, ?> tree) {
        return tree.entrySet().stream()
                .map(each -> new Explanation.Line(String.valueOf(each.getKey()), value(each.getValue())))
                .toList();
    }

    private static String text(Map<?, ?> tree, String name) {
        return value(tree.get(name));
    }

    /** A scalar as it is, scalars with commas between, and everything else as JSON. */
    static String value(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Map<?, ?> map -> Json.encode(map);
            case List<?> list
            when list.stream().anyMatch(each -> each instanceof Map || each instanceof List) -> Json.encode(list);
            case List<?> list -> list.stream().map(String::valueOf).collect(Collectors.joining(", "));
            default -> value.toString();
        };
    }

    private static List<String> texts(Map<?, ?> tree, String name) {
        return tree.get(name) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
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
