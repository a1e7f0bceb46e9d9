package dev.gatehouse.controller.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.gatewayapi.GatewayClass;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FileChangesTest {
    private static final String CLASS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: GatewayClass
            metadata: {name: %s}
            spec: {controllerName: example.com/other}
            """;

    private final FileChanges changes = new FileChanges("example.com/ours");

    @Test
    void theBuiltInClassesAreThereFromTheStart() {
        assertThat(shown(changes.to(contents(""))))
                .containsExactly("teg -> example.com/ours", "gatehouse -> example.com/ours");
    }

    @Test
    void onlyWhatDiffersIsAChange() {
        changes.to(contents(FileSetTest.configMap("a", "1") + "---\n" + FileSetTest.configMap("b", "1")));
        assertThat(withoutBuiltIn(changes.to(
                        contents(FileSetTest.configMap("b", "2") + "---\n" + FileSetTest.configMap("a", "1")))))
                .singleElement()
                .isInstanceOfSatisfying(
                        Change.Put.class,
                        put -> assertThat(put.resource().name()).isEqualTo("b"));
        assertThat(withoutBuiltIn(changes.to(
                        contents(FileSetTest.configMap("b", "2") + "---\n\n" + FileSetTest.configMap("a", "1")))))
                .isEmpty();
    }

    @Test
    void anObjectThatIsGoneIsRemoved() {
        changes.to(contents(FileSetTest.configMap("a", "1")));
        assertThat(withoutBuiltIn(changes.to(contents(""))))
                .singleElement()
                .isInstanceOfSatisfying(
                        Change.Remove.class,
                        remove -> assertThat(remove.key().name()).isEqualTo("a"));
    }

    @Test
    void aClassInAFileReplacesTheBuiltInOneUntilItIsTakenOut() {
        changes.to(contents(""));
        assertThat(shown(changes.to(contents(CLASS.formatted("teg")))))
                .containsExactly("gatehouse -> example.com/ours", "teg -> example.com/other");
        assertThat(shown(changes.to(contents(""))))
                .containsExactly("teg -> example.com/ours", "gatehouse -> example.com/ours");
    }

    private static List<String> shown(List<Change> changes) {
        return changes.stream()
                .map(change ->
                        change instanceof Change.Put put && put.resource().spec() instanceof GatewayClass each
                                ? put.resource().name() + " -> " + each.controllerName()
                                : change.toString())
                .toList();
    }

    private static List<Change> withoutBuiltIn(List<Change> changes) {
        return changes.stream()
                .filter(change ->
                        !(change instanceof Change.Put put && put.resource().spec() instanceof GatewayClass))
                .toList();
    }

    private static FileSet.Contents contents(String text) {
        ResourceReader.Result result = ResourceReader.read("f.yaml", text);
        assertThat(result.problems()).isEmpty();
        Map<ObjectRef, Found<?>> objects = new LinkedHashMap<>();
        result.found().forEach(found -> objects.put(found.ref(), found));
        return new FileSet.Contents(objects, Map.of(), List.of(), List.of());
    }
}
