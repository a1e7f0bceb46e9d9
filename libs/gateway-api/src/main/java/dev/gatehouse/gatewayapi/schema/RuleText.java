package dev.gatehouse.gatewayapi.schema;

import static dev.gatehouse.gatewayapi.schema.SchemaFiles.fault;
import static dev.gatehouse.gatewayapi.schema.SchemaFiles.text;
import static dev.gatehouse.gatewayapi.schema.SchemaFiles.texts;

import dev.gatehouse.gatewayapi.yaml.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the rules of a declaration.
 *
 * <pre>
 * oneOf: [a, b]                                  exactly one of them is set; with "when", where that holds
 * atMostOne: [a, b]
 * anyOf: [a, b]
 * {union: type, members: {HTTP: http}}           http is set if type is HTTP, and only then
 * {when: {type: [A, B]}, then: {b: unset}}       conditions, by field: set, unset, filled, empty, enabled (true), disabled,
 *                                                [values], {anyCase: [values]}; "a?": absent passes; "list[].a": of the items
 * {less: [a, b]}, {notMore: [a, b]}              with "as: duration"
 * {moreThan: 0s}, {atLeast: 1s}                  durations
 * {not: [values]}                                with "anyCase: true"
 * {allOrNone: a}                                 of the items of a list
 * {check: name}                                  {@link NamedCheck}
 * </pre>
 */
final class RuleText {
    private RuleText() {}

    static List<Rule> read(Node.Mapping declaration) {
        List<Rule> rules = new ArrayList<>();
        if (declaration.get("rules").orElse(null) instanceof Node.Sequence sequence) {
            for (Node rule : sequence.items()) {
                if (!(rule instanceof Node.Mapping mapping)) {
                    throw fault(rule, "is no rule");
                }
                rules.add(rule(mapping));
            }
        }
        return rules;
    }

    private static Rule rule(Node.Mapping rule) {
        for (String key : rule.fields().keySet()) {
            switch (key) {
                case "oneOf":
                    return count(rule, key, Rule.Count.Bound.EXACTLY_ONE);
                case "atMostOne":
                    return count(rule, key, Rule.Count.Bound.AT_MOST_ONE);
                case "anyOf":
                    return count(rule, key, Rule.Count.Bound.AT_LEAST_ONE);
                case "union":
                    return union(rule);
                case "then":
                    return new Rule.Demand(
                            condition(rule, "when"),
                            condition(rule, "then").orElseThrow(() -> fault(rule, "demands nothing")));
                case "less", "notMore":
                    List<String> names = texts(rule, key);
                    return new Rule.Order(
                            FieldPath.of(names.getFirst()),
                            FieldPath.of(names.getLast()),
                            key.equals("notMore"),
                            text(rule, "as").isPresent());
                case "moreThan", "atLeast":
                    return new Rule.Least(text(rule, key).orElseThrow(), key.equals("atLeast"));
                case "not":
                    return new Rule.Not(texts(rule, key), text(rule, "anyCase").isPresent());
                case "allOrNone":
                    return new Rule.AllOrNone(FieldPath.of(text(rule, key).orElseThrow()));
                case "check":
                    return new Rule.Special(NamedCheck.valueOf(text(rule, key).orElseThrow()));
                default:
                // Other keys are additions to a rule.
            }
        }
        throw fault(rule, "is no rule that is known");
    }

    private static Rule count(Node.Mapping rule, String key, Rule.Count.Bound bound) {
        return new Rule.Count(
                condition(rule, "when"),
                bound,
                texts(rule, key).stream().map(FieldPath::of).toList());
    }

    private static Rule union(Node.Mapping rule) {
        Map<String, FieldPath> members = new HashMap<>();
        if (rule.get("members").orElse(null) instanceof Node.Mapping mapping) {
            mapping.fields()
                    .keySet()
                    .forEach(value ->
                            members.put(value, FieldPath.of(text(mapping, value).orElseThrow())));
        }
        return new Rule.Union(FieldPath.of(text(rule, "union").orElseThrow()), members);
    }

    private static Optional<Condition> condition(Node.Mapping rule, String key) {
        if (!(rule.get(key).orElse(null) instanceof Node.Mapping mapping)) {
            return Optional.empty();
        }
        List<Condition.Test> tests = new ArrayList<>();
        mapping.fields().forEach((path, field) -> tests.add(test(path, field.value())));
        return Optional.of(new Condition(tests));
    }

    private static Condition.Test test(String path, Node value) {
        boolean optional = path.endsWith("?");
        String whole = optional ? path.substring(0, path.length() - 1) : path;
        int list = whole.indexOf("[].");
        return new Condition.Test(
                list > 0 ? Optional.of(FieldPath.of(whole.substring(0, list))) : Optional.empty(),
                list >= 0,
                FieldPath.of(list < 0 ? whole : whole.substring(list + 3)),
                question(value, optional));
    }

    private static Condition.Question question(Node value, boolean optional) {
        return switch (value) {
            case Node.Sequence sequence ->
                new Condition.OneOf(
                        sequence.items().stream()
                                .map(item -> item instanceof Node.Scalar scalar ? scalar.text() : "")
                                .toList(),
                        false,
                        optional);
            case Node.Mapping mapping -> new Condition.OneOf(texts(mapping, "anyCase"), true, optional);
            case Node.Scalar scalar ->
                switch (scalar.text()) {
                    case "set" -> new Condition.Presence(true);
                    case "unset" -> new Condition.Presence(false);
                    case "filled" -> new Condition.Content(true);
                    case "empty" -> new Condition.Content(false);
                    case "enabled" -> new Condition.Truth(true);
                    case "disabled" -> new Condition.Truth(false);
                    default -> throw fault(value, scalar.text() + " is no test");
                };
        };
    }
}
