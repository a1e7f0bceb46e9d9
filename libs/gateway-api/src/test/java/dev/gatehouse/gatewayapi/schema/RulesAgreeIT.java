package dev.gatehouse.gatewayapi.schema;

import static dev.gatehouse.gatewayapi.schema.PeerModule.asMap;
import static dev.gatehouse.gatewayapi.schema.PeerModule.list;
import static dev.gatehouse.gatewayapi.schema.PeerModule.map;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Rules in three forms decide alike: those of Envoy Gateway's CustomResourceDefinitions, the checks here, and the CEL that ours are
 * written with. At each place that has rules, values are made at random whose types fit.
 */
class RulesAgreeIT {
    private static final int VALUES = 200;

    private static PeerModule module = new PeerModule(Path.of(""));

    private final CelRules cel = new CelRules();
    private final List<String> disagreements = new ArrayList<>();
    private final TreeMap<String, int[]> verdicts = new TreeMap<>();
    private final TreeSet<String> done = new TreeSet<>();

    @BeforeAll
    static void findModule() throws IOException, InterruptedException {
        module = PeerModule.find();
    }

    @Test
    void theirRulesOurChecksAndOurCelDecideAlike() throws IOException {
        for (String kind : Schemas.kinds()) {
            visit(
                    map(module.properties(kind), "spec"),
                    Schemas.find(kind).orElseThrow().spec(),
                    kind + ".spec");
        }
        assertThat(disagreements).isEmpty();
        assertThat(verdicts.values()).hasSizeGreaterThan(100);
        assertThat(verdicts.values())
                .as("places with values that are valid, and values that are not")
                .filteredOn(counts -> counts[0] > 0 && counts[1] > 0)
                .hasSizeGreaterThan(90);
    }

    /** Compares a place whose own rules, or those of its fields, are there. */
    private void visit(Map<String, Object> theirs, Schema ours, String path) {
        boolean rules = !list(theirs.get("x-kubernetes-validations")).isEmpty()
                || map(theirs, "properties").values().stream()
                        .anyMatch(field -> !list(asMap(field).get("x-kubernetes-validations"))
                                .isEmpty());
        // Shared types are looked at once.
        if (rules && done.add(theirs.toString())) {
            compare(theirs, ours, path);
        }
        switch (ours.form()) {
            case Schema.Fields fields ->
                fields.fields()
                        .forEach(
                                (name, field) -> visit(map(map(theirs, "properties"), name), field, path + "." + name));
            case Schema.Items items -> visit(map(theirs, "items"), items.item(), path + "[]");
            case Schema.Named named -> visit(map(theirs, "additionalProperties"), named.value(), path + "{}");
            default -> {
                // No parts.
            }
        }
    }

    private void compare(Map<String, Object> theirs, Schema ours, String path) {
        Samples samples = new Samples(path.hashCode());
        int[] counts = new int[2];
        for (int i = 0; i < VALUES; i++) {
            Optional<Object> sample =
                    samples.of(theirs, path.chars().filter(c -> c == '.').count() < 2 ? 3 : 4);
            if (sample.isEmpty()) {
                continue;
            }
            Node node = Objects.requireNonNull(
                            Trees.node(Map.of("v", sample.get())).fields().get("v"))
                    .value();
            List<Problem> problems = new ArrayList<>();
            new SchemaCheck("", problems::add).check(ours, node, "");
            boolean them = theirRulesHold(theirs, sample.get());
            if (them != problems.isEmpty()) {
                if (disagreements.stream()
                                .filter(each -> each.startsWith(path + " "))
                                .count()
                        < 2) {
                    disagreements.add(path + " " + sample.get() + ": theirs " + them + ", ours " + problems);
                }
            }
            ourCelAgrees(ours, node, path);
            counts[them ? 0 : 1]++;
        }
        verdicts.put(path, counts);
    }

    private boolean theirRulesHold(Map<String, Object> schema, Object value) {
        for (Object rule : list(schema.get("x-kubernetes-validations"))) {
            if (!cel.holds(Objects.toString(asMap(rule).get("rule")), value)) {
                return false;
            }
        }
        if (value instanceof Map<?, ?>) {
            for (Map.Entry<String, Object> field : asMap(value).entrySet()) {
                Map<String, Object> inner = map(map(schema, "properties"), field.getKey());
                if (!theirRulesHold(
                        inner.isEmpty() && schema.get("additionalProperties") instanceof Map<?, ?>
                                ? map(schema, "additionalProperties")
                                : inner,
                        field.getValue())) {
                    return false;
                }
            }
        }
        return list(value).stream().allMatch(item -> theirRulesHold(map(schema, "items"), item));
    }

    private void ourCelAgrees(Schema schema, Node node, String path) {
        for (Rule rule : schema.rules()) {
            boolean here = rule.breaches(node).isEmpty();
            boolean there = rule.cel().stream().allMatch(each -> cel.holds(each.expression(), Trees.of(node)));
            if (here != there) {
                disagreements.add(path + " " + rule + " of " + Trees.of(node) + ": here " + here + ", CEL " + there);
            }
        }
        switch (schema.form()) {
            case Schema.Fields fields
            when node instanceof Node.Mapping mapping ->
                mapping.fields().forEach((name, field) -> {
                    Schema inner = fields.fields().get(name);
                    if (inner != null) {
                        ourCelAgrees(inner, field.value(), path + "." + name);
                    }
                });
            case Schema.Items items
            when node instanceof Node.Sequence sequence ->
                sequence.items().forEach(item -> ourCelAgrees(items.item(), item, path + "[]"));
            default -> {
                // No parts.
            }
        }
    }
}
