package dev.gatehouse.gatewayapi.schema;

import static dev.gatehouse.gatewayapi.schema.PeerModule.asMap;
import static dev.gatehouse.gatewayapi.schema.PeerModule.list;
import static dev.gatehouse.gatewayapi.schema.PeerModule.map;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.crd.CustomResourceDefinitions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Our CustomResourceDefinitions against those of Envoy Gateway, leaf by leaf. */
class EnvoyGatewaySchemasIT {
    /** What is said in another way here: a rule of theirs that is a bound or a pattern of ours, by the end of the field's path. */
    private static final Map<String, String> SAID_OTHERWISE = Map.ofEntries(
            Map.entry("endpoints[].unix.path", "the rule about the path's size is maxLength"),
            Map.entry("admissionControl", "the rule about samplingWindow is at the field"),
            Map.entry("admissionControl.samplingWindow", "the rule is at the field"),
            Map.entry("ClientTrafficPolicy.spec.proxyProtocol", "minProperties: 0 demands nothing"),
            Map.entry("tracing.provider.serviceName", "the rule that it is not empty is minLength"),
            Map.entry("oidc.provider.issuer", "a provider on the same machine needs no TLS"),
            Map.entry("envoyHpa.maxReplicas", "the rule that it is positive is a minimum"),
            Map.entry("envoyHpa.minReplicas", "the rule that it is positive is a minimum"),
            Map.entry("envoyService.loadBalancerIP", "the rule about its form is a pattern"),
            Map.entry("container.imageRepository", "the rule about its form is a pattern"),
            Map.entry("container.image", "the rule about its form is a pattern"));

    private static PeerModule module = new PeerModule(Path.of(""));

    @BeforeAll
    static void findModule() throws IOException, InterruptedException {
        module = PeerModule.find();
    }

    @Test
    void everyFieldIsThereAndTakesTheSameValues() throws IOException {
        List<String> differences = new ArrayList<>();
        TreeSet<String> used = new TreeSet<>();
        int nodes = 0;
        for (String kind : Schemas.kinds()) {
            Map<String, Object> theirs = module.properties(kind);
            Map<String, Object> ours = PeerModule.propertiesOf(CustomResourceDefinitions.yaml(find(kind)));
            nodes += compare(map(theirs, "spec"), map(ours, "spec"), kind + ".spec", differences, used);
            if (theirs.containsKey("status")) {
                nodes += compare(map(theirs, "status"), map(ours, "status"), kind + ".status", differences, used);
            }
        }
        assertThat(differences).isEmpty();
        assertThat(used).as("an exception that is not needed any more").isEqualTo(SAID_OTHERWISE.keySet());
        assertThat(nodes).isGreaterThan(4_500);
    }

    private static Kind<?> find(String kind) {
        return Kinds.find(Kinds.ENVOY_GATEWAY_GROUP, kind).orElseThrow();
    }

    private static int compare(
            Map<String, Object> theirs,
            Map<String, Object> ours,
            String path,
            List<String> differences,
            TreeSet<String> used) {
        Map<String, Object> left = facets(theirs);
        Map<String, Object> right = facets(ours);
        if (!left.equals(right)) {
            SAID_OTHERWISE.keySet().stream()
                    .filter(path::endsWith)
                    .findFirst()
                    .ifPresentOrElse(used::add, () -> differences.add(path + ": theirs " + left + ", ours " + right));
        }
        int nodes = 1;
        TreeSet<String> names = new TreeSet<>(map(theirs, "properties").keySet());
        names.addAll(map(ours, "properties").keySet());
        for (String name : names) {
            Object there = map(theirs, "properties").get(name);
            Object here = map(ours, "properties").get(name);
            if (there == null || here == null) {
                differences.add(path + "." + name + ": only " + (here == null ? "theirs" : "ours"));
            } else {
                nodes += compare(asMap(there), asMap(here), path + "." + name, differences, used);
            }
        }
        for (String inner : List.of("items", "additionalProperties")) {
            if (theirs.containsKey(inner) != ours.containsKey(inner)) {
                differences.add(path + ": only one has " + inner);
            } else if (theirs.containsKey(inner)) {
                nodes += compare(map(theirs, inner), map(ours, inner), path + "[]", differences, used);
            }
        }
        return nodes;
    }

    /** What a schema says of its value, with what stands in its {@code allOf}. */
    private static Map<String, Object> facets(Map<String, Object> schema) {
        Map<String, Object> facets = new TreeMap<>();
        List<Map<String, Object>> parts = new ArrayList<>(List.of(schema));
        list(schema.get("allOf")).forEach(part -> parts.add(asMap(part)));
        TreeSet<String> patterns = new TreeSet<>();
        for (Map<String, Object> part : parts) {
            if (part.get("pattern") != null) {
                patterns.add(Objects.toString(part.get("pattern")));
            }
            if (part.get("enum") != null) {
                facets.merge("enum", list(part.get("enum")), (before, more) -> {
                    List<Object> both = new ArrayList<>(list(before));
                    both.retainAll(list(more));
                    return both;
                });
            }
            for (String least : List.of("minLength", "minimum", "minItems")) {
                if (part.get(least) instanceof Long value) {
                    facets.merge(least, value, (before, more) -> Math.max((Long) before, (Long) more));
                }
            }
            for (String most : List.of("maxLength", "maximum", "maxItems")) {
                if (part.get(most) instanceof Long value) {
                    facets.merge(most, value, (before, more) -> Math.min((Long) before, (Long) more));
                }
            }
        }
        if (!patterns.isEmpty()) {
            facets.put("pattern", patterns);
        }
        for (String other : List.of(
                "type",
                "format",
                "default",
                "minProperties",
                "anyOf",
                "x-kubernetes-int-or-string",
                "x-kubernetes-list-map-keys",
                "x-kubernetes-list-type",
                "x-kubernetes-map-type",
                "x-kubernetes-preserve-unknown-fields")) {
            if (schema.get(other) != null) {
                facets.put(other, Objects.requireNonNull(schema.get(other)));
            }
        }
        if (schema.get("required") != null) {
            facets.put("required", new TreeSet<>(list(schema.get("required"))));
        }
        facets.put("rules", !list(schema.get("x-kubernetes-validations")).isEmpty());
        return facets;
    }
}
