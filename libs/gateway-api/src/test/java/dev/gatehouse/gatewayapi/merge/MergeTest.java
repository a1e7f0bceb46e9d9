package dev.gatehouse.gatewayapi.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.gatewayapi.merge.JsonPatch.Op;
import dev.gatehouse.gatewayapi.merge.JsonPatch.Operation;
import dev.gatehouse.gatewayapi.yaml.Trees;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MergeTest {
    private static Map<String, Object> tree(String yaml) {
        return Trees.of(YamlDocuments.read("test", yaml).documents().getFirst());
    }

    @Nested
    class StrategicMerges {
        @Test
        void itemsAreMergedByTheirKeyInKubernetesOrder() throws PatchFailure {
            assertThat(StrategicMerge.apply(
                            tree("containers: [{name: a, image: x, env: [{name: A, value: '1'}]}, {name: b}]"),
                            tree("containers: [{name: a, env: [{name: B, value: '2'}]}, {name: c}]"),
                            ""))
                    .isEqualTo(
                            tree(
                                    "containers: [{name: a, image: x, env: [{name: B, value: '2'}, {name: A, value: '1'}]}, {name: c}, {name: b}]"));
        }

        @Test
        void nullRemovesAndListsWithoutAKeyAreReplaced() throws PatchFailure {
            assertThat(StrategicMerge.apply(
                            tree("{a: 1, args: [x, y], b: {c: 1, d: 2}}"),
                            tree("{a: null, args: [z], b: {c: null}}"),
                            ""))
                    .isEqualTo(tree("{args: [z], b: {d: 2}}"));
        }

        @Test
        void directivesDeleteReplaceAndOrder() throws PatchFailure {
            assertThat(StrategicMerge.apply(
                            tree("{env: [{name: A}, {name: B}, {name: C}], b: {c: 1, d: 2}, f: {g: 1}}"),
                            tree(
                                    "{env: [{name: B, $patch: delete}], $setElementOrder/env: [{name: C}, {name: A}], b: {$patch: replace, e: 3}, f: {$patch: delete}}"),
                            ""))
                    .isEqualTo(tree("{env: [{name: C}, {name: A}], b: {e: 3}}"));
        }

        @Test
        void portsOfServicesAndContainersHaveDifferentKeys() throws PatchFailure {
            assertThat(StrategicMerge.apply(
                            tree("ports: [{port: 80, name: http}]"), tree("ports: [{port: 80, nodePort: 30080}]"), ""))
                    .isEqualTo(tree("ports: [{port: 80, name: http, nodePort: 30080}]"));
            assertThat(StrategicMerge.apply(
                            tree("ports: [{containerPort: 1, name: a}]"), tree("ports: [{containerPort: 2}]"), ""))
                    .isEqualTo(tree("ports: [{containerPort: 2}, {containerPort: 1, name: a}]"));
        }

        @Test
        void anItemWithoutItsKeyIsRefusedWithItsPlace() {
            assertThatThrownBy(() -> StrategicMerge.apply(
                            tree("spec: {containers: []}"), tree("spec: {containers: [{image: x}]}"), "value"))
                    .isInstanceOf(PatchFailure.class)
                    .hasMessageStartingWith("value.spec.containers[0]: has no \"name\"");
        }

        @Test
        void whatIsPatchedStaysAsItWas() throws PatchFailure {
            Map<String, Object> target = tree("{a: {b: [1]}}");
            StrategicMerge.apply(target, tree("{a: {b: [2], c: 3}}"), "");
            assertThat(target).isEqualTo(tree("{a: {b: [1]}}"));
        }
    }

    @Nested
    class JsonMerges {
        @Test
        void areThoseOfRfc7386() {
            assertThat(JsonMerge.apply(
                            tree("{a: b, c: {d: e, f: g}, l: [{x: 1}]}"),
                            tree("{a: z, c: {f: null}, l: [1], n: {m: null}}")))
                    .isEqualTo(tree("{a: z, c: {d: e}, l: [1], n: {}}"));
        }
    }

    @Nested
    class JsonPatches {
        private static Operation operation(Op op, String path, Object value) {
            return new Operation(op, path, Optional.empty(), value);
        }

        @Test
        void areAppliedInOrder() throws PatchFailure {
            assertThat(JsonPatch.apply(
                            tree("{a: {b: [1, 2]}, 'x/y': 1}"),
                            List.of(
                                    operation(Op.add, "/a/b/-", 3L),
                                    operation(Op.add, "/a/b/0", 0L),
                                    new Operation(Op.copy, "/c", Optional.of("/a/b"), null),
                                    new Operation(Op.remove, "/a", Optional.empty(), null),
                                    operation(Op.replace, "/x~1y", 2L),
                                    new Operation(Op.move, "/d", Optional.of("/c/1"), null),
                                    operation(Op.test, "/d", 1L))))
                    .isEqualTo(tree("{c: [0, 2, 3], 'x/y': 2, d: 1}"));
        }

        @Test
        void aPlaceThatIsNotThereIsNamed() {
            assertThatThrownBy(() -> JsonPatch.apply(
                            tree("{a: {}}"), List.of(new Operation(Op.remove, "/a/b/c", Optional.empty(), null))))
                    .hasMessage("[0]: \"/a/b\" is not there (expected: a field or item that is)");
            assertThatThrownBy(() -> JsonPatch.apply(tree("{a: [1]}"), List.of(operation(Op.add, "/a/7", 1L))))
                    .hasMessageContaining("nothing can be added at \"/a/7\"");
        }

        @Test
        void anAdditionMakesWhatIsMissingOnTheWay() throws PatchFailure {
            assertThat(JsonPatch.apply(tree("{}"), List.of(operation(Op.add, "/a/0/b", 1L))))
                    .isEqualTo(tree("{a: [{b: 1}]}"));
            assertThat(JsonPatch.apply(tree("{a: null}"), List.of(operation(Op.add, "/a/b/-", 1L))))
                    .isEqualTo(tree("{a: {b: [1]}}"));
        }

        @Test
        void anIndexMayCountFromTheEnd() throws PatchFailure {
            assertThat(JsonPatch.apply(
                            tree("{a: [1, 2, 3]}"),
                            List.of(
                                    operation(Op.replace, "/a/-1", 4L),
                                    new Operation(Op.remove, "/a/-2", Optional.empty(), null))))
                    .isEqualTo(tree("{a: [1, 4]}"));
        }

        @Test
        void theRootIsReplacedAsAWhole() throws PatchFailure {
            assertThat(JsonPatch.apply(tree("{a: 1}"), List.of(operation(Op.replace, "", Map.of("b", 2L)))))
                    .isEqualTo(tree("{b: 2}"));
            assertThatThrownBy(() -> JsonPatch.apply(
                            tree("{a: 1}"), List.of(new Operation(Op.remove, "", Optional.empty(), null))))
                    .hasMessage("[0].path: is empty (expected: a JSON pointer below the root for remove)");
        }

        @Test
        void allNodesOfAJsonPathArePatched() throws PatchFailure {
            Map<String, Object> target = tree("{l: [{v: a}, {v: b}, {v: a}]}");
            assertThat(JsonPatch.apply(
                            target,
                            List.of(new Operation(
                                    Op.add, Optional.of("$.l[?(@.v=='a')]"), "x/z", Optional.empty(), 1L))))
                    .isEqualTo(tree("{l: [{v: a, x: {z: 1}}, {v: b}, {v: a, x: {z: 1}}]}"));
            assertThat(JsonPatch.apply(
                            target,
                            List.of(new Operation(
                                    Op.remove, Optional.of("$.l[?(@.v=='a')]"), "", Optional.empty(), null))))
                    .isEqualTo(tree("{l: [{v: b}]}"));
            assertThatThrownBy(() -> JsonPatch.apply(
                            target, List.of(new Operation(Op.remove, Optional.of("$.m"), "", Optional.empty(), null))))
                    .hasMessage("[0].jsonPath: \"$.m\" selects nothing"
                            + " (expected: a node; a field that is not there yet is named by path)");
        }

        @Test
        void numbersAreComparedByWhatTheySay() throws PatchFailure {
            Map<String, Object> target = tree("{a: [1, {b: 2}]}");
            assertThat(JsonPatch.apply(target, List.of(operation(Op.test, "/a", List.of(1.0, Map.of("b", 2))))))
                    .isEqualTo(target);
        }

        @Test
        void aTestThatFailsChangesNothing() {
            Map<String, Object> target = tree("{a: 1}");
            assertThatThrownBy(() -> JsonPatch.apply(
                            target, List.of(operation(Op.replace, "/a", 2L), operation(Op.test, "/a", 3L))))
                    .hasMessage("[1]: /a is 2 (expected: 3)");
            assertThat(target).isEqualTo(tree("{a: 1}"));
        }
    }
}
