package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GoldenFolderTest {
    @TempDir
    Path root;

    @Test
    void aDifferenceIsShownWithTheLinesAroundIt() throws IOException {
        GoldenFolder folder = new GoldenFolder(root);
        Files.writeString(root.resolve("xds.yaml"), "a\nb\nc\nd\ne\nf\ng\nh\n");

        assertThatThrownBy(() -> folder.check("xds.yaml", "a\nb\nc\nd\nE\nf\ng\nnew\nh", false))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("@@ line 2\n  b\n  c\n  d\n- e\n+ E\n  f\n  g\n+ new\n  h\n");
    }

    @Test
    void anUpdateWritesTheFileThatThenPasses() {
        GoldenFolder folder = new GoldenFolder(root);
        assertThatThrownBy(() -> folder.check("status.yaml", "x", false))
                .hasMessageContaining("status.yaml is missing");

        folder.check("status.yaml", "x", true);

        assertThatCode(() -> folder.check("status.yaml", "x", false)).doesNotThrowAnyException();
    }

    @Test
    void foldersAreFoundByTheirInput() throws IOException {
        for (String name : new String[] {"b", "a", "group/c", "not-a-test"}) {
            Files.createDirectories(root.resolve(name));
            if (!name.startsWith("not")) {
                Files.writeString(root.resolve(name).resolve("in.yaml"), name);
            }
        }
        assertThat(GoldenFolder.all(root)).extracting(GoldenFolder::name).containsExactly("a", "b", "c");
    }

    @Test
    void aRootWithoutTestsIsAFailureAndNotNoTests() {
        assertThatThrownBy(() -> GoldenFolder.all(root)).isInstanceOf(AssertionError.class);
    }
}
