package dev.gatehouse.controller.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSetTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private FileSet files = new FileSet(List.of(), InputStream.nullInputStream(), InstantSource.system());

    @BeforeEach
    void watchTheFolder() {
        files = new FileSet(List.of(folder), InputStream.nullInputStream(), InstantSource.system());
    }

    @Test
    void allFilesOfAFolderAreReadAtAnyDepth() throws IOException {
        write("a.yaml", configMap("a", "1"));
        write("deep/er/b.yml", configMap("b", "1"));
        write("c.json", "{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"c\"}}");
        write("README.md", "not an object");
        write(".hidden.yaml", "not: an object");
        FileSet.Contents contents = files.read(0);
        assertThat(names(contents)).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(contents.problems())
                .extracting(Problem::toString)
                .containsExactly(
                        folder + ":1:1: warning: left alone: .hidden.yaml (hidden, or the templates of a Helm chart)");
    }

    @Test
    void anObjectThatAnEditBreaksKeepsItsLastGoodVersion() throws IOException {
        write("a.yaml", configMap("a", "1") + "---\n" + configMap("b", "1"));
        files.read(0);
        write("a.yaml", configMap("a", "2") + "---\n" + configMap("b", "{}"));
        FileSet.Contents contents = files.read(0);
        assertThat(value(contents, "a")).isEqualTo("2");
        assertThat(value(contents, "b")).isEqualTo("1");
        assertThat(contents.stale()).containsExactly(ref("b"));
        assertThat(contents.problems())
                .singleElement()
                .asString()
                .endsWith("a.yaml:13:6: ConfigMap default/b: data.x: is an object (expected: a string; quote it)");
    }

    @Test
    void anObjectThatIsTakenOutBesideABrokenOneIsGone() throws IOException {
        write("a.yaml", configMap("a", "1") + "---\n" + configMap("b", "1"));
        files.read(0);
        write("a.yaml", configMap("b", "{}"));
        assertThat(names(files.read(0))).containsExactly("b");
    }

    @Test
    void aFileThatIsNoYamlAnyMoreKeepsAllOfItsObjects() throws IOException {
        write("a.yaml", configMap("a", "1") + "---\n" + configMap("b", "1"));
        files.read(0);
        write("a.yaml", configMap("a", "2") + "---\nkind: [\n");
        FileSet.Contents contents = files.read(0);
        assertThat(value(contents, "a")).isEqualTo("2");
        assertThat(value(contents, "b")).isEqualTo("1");
        assertThat(contents.stale()).containsExactly(ref("b"));
    }

    @Test
    void anObjectWhoseNameAnEditBreaksIsKept() throws IOException {
        write("a.yaml", configMap("a", "1"));
        files.read(0);
        for (String name : List.of("not_a_name", "\"\"", "5", "[a]", "")) {
            write("a.yaml", configMap("a", "2").replace("name: a", "name: " + name));
            FileSet.Contents contents = files.read(0);
            assertThat(names(contents)).as(name).containsExactly("a");
            assertThat(contents.stale()).containsExactly(ref("a"));
            assertThat(contents.problems()).isNotEmpty();
        }
    }

    @Test
    void whatStaysOfABrokenEditIsStillThereAfterASecondOneAndGoesWithTheRepair() throws IOException {
        write("a.yaml", configMap("a", "1"));
        files.read(0);
        write("a.yaml", "kind: [");
        files.read(0);
        write("a.yaml", "kind: {");
        assertThat(value(files.read(0), "a")).isEqualTo("1");
        write("a.yaml", configMap("b", "1"));
        FileSet.Contents contents = files.read(0);
        assertThat(names(contents)).containsExactly("b");
        assertThat(contents.stale()).isEmpty();
        assertThat(contents.problems()).isEmpty();
    }

    @Test
    void aFileThatIsRemovedFromAFolderTakesItsObjectsAlong() throws IOException {
        write("a.yaml", configMap("a", "1"));
        write("b.yaml", configMap("b", "1"));
        files.read(0);
        Files.delete(folder.resolve("a.yaml"));
        assertThat(names(files.read(0))).containsExactly("b");
    }

    @Test
    void aBrokenFileThatIsRemovedTakesItsLastGoodObjectsAlong() throws IOException {
        write("a.yaml", configMap("a", "1"));
        files.read(0);
        write("a.yaml", "kind: [");
        files.read(0);
        Files.delete(folder.resolve("a.yaml"));
        FileSet.Contents contents = files.read(0);
        assertThat(contents.objects()).isEmpty();
        assertThat(contents.problems()).isEmpty();
    }

    @Test
    void aNamedFileThatIsNotThereIsTold() throws IOException {
        write("a.yaml", configMap("a", "1"));
        FileSet named =
                new FileSet(List.of(folder.resolve("a.yaml")), InputStream.nullInputStream(), InstantSource.system());
        named.read(0);
        Files.delete(folder.resolve("a.yaml"));
        FileSet.Contents contents = named.read(0);
        assertThat(contents.objects()).isEmpty();
        assertThat(contents.problems())
                .singleElement()
                .asString()
                .endsWith("a.yaml:1:1: is not there (expected: a file or folder with Kubernetes objects)");
    }

    @Test
    void aFileThatIsEmptiedHoldsNothing() throws IOException {
        write("a.yaml", configMap("a", "1"));
        files.read(0);
        write("a.yaml", "");
        FileSet.Contents contents = files.read(0);
        assertThat(contents.objects()).isEmpty();
        assertThat(contents.stale()).isEmpty();
    }

    @Test
    void ofOneObjectInTwoFilesTheFirstCountsAndTheSecondIsTold() throws IOException {
        write("a.yaml", configMap("same", "1"));
        write("b.yaml", configMap("same", "2"));
        FileSet.Contents contents = files.read(0);
        assertThat(value(contents, "same")).isEqualTo("1");
        assertThat(contents.problems())
                .singleElement()
                .asString()
                .contains("b.yaml:4:3: ConfigMap default/same: metadata.name: is there twice; the first, at ")
                .contains("a.yaml:1:1, is used (expected: a unique name)");
        Files.delete(folder.resolve("a.yaml"));
        contents = files.read(0);
        assertThat(value(contents, "same")).isEqualTo("2");
        assertThat(contents.problems()).isEmpty();
    }

    @Test
    void anObjectThatMovesToAnotherFileIsNotLost() throws IOException {
        write("a.yaml", configMap("a", "1") + "---\n" + configMap("moves", "1"));
        write("b.yaml", configMap("b", "1"));
        files.read(0);
        write("a.yaml", configMap("a", "1"));
        write("b.yaml", configMap("b", "1") + "---\n" + configMap("moves", "2"));
        FileSet.Contents contents = files.read(0);
        assertThat(value(contents, "moves")).isEqualTo("2");
        assertThat(contents.problems()).isEmpty();
    }

    @Test
    void aFileThatIsNotTextIsToldAndDoesNotStopTheOthers() throws IOException {
        Files.write(folder.resolve("a.yaml"), new byte[] {(byte) 0xC3, (byte) 0x28, 0});
        write("b.yaml", configMap("b", "1"));
        FileSet.Contents contents = files.read(0);
        assertThat(names(contents)).containsExactly("b");
        assertThat(contents.problems())
                .singleElement()
                .asString()
                .endsWith("a.yaml:1:1: byte 0xC3 is not UTF-8 (expected: YAML or JSON in UTF-8)");
    }

    @Test
    void aFileOfTenMegabytesIsToldAndKeepsItsObjects() throws IOException {
        write("a.yaml", configMap("a", "1"));
        files.read(0);
        write("a.yaml", configMap("a", "x".repeat(10 * 1024 * 1024)));
        FileSet.Contents contents = files.read(0);
        assertThat(value(contents, "a")).isEqualTo("1");
        assertThat(contents.problems())
                .singleElement()
                .asString()
                .contains("a.yaml:1:1: the file has 10485")
                .contains("(expected: at most 8388608)");
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    static String configMap(String name, String value) {
        String shown = value.startsWith("{") ? value : "\"" + value + "\"";
        return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name + "\ndata:\n  x: " + shown + "\n";
    }

    private static ObjectRef ref(String name) {
        return new ObjectRef("ConfigMap", "default", name);
    }

    private static List<String> names(FileSet.Contents contents) {
        return contents.objects().keySet().stream().map(ObjectRef::name).toList();
    }

    private static String value(FileSet.Contents contents, String name) {
        var found = contents.objects().get(ref(name));
        return found != null && found.resource().spec() instanceof dev.gatehouse.gatewayapi.ConfigMap map
                ? String.valueOf(map.data().get("x"))
                : "(not there; problems: "
                        + contents.problems().stream().map(Problem::toString).toList() + ")";
    }
}
