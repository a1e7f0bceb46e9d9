package dev.gatehouse.gatewayapi.crd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code -Dgolden.update=true} writes the files. */
class CustomResourceDefinitionsTest {
    private static final Path FOLDER = Path.of("../../deploy/base/crds");

    static List<Kind<?>> kinds() {
        return CustomResourceDefinitions.kinds();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whatIsDeployedIsWhatTheKindsDeclare(Kind<?> kind) throws IOException {
        Path file = FOLDER.resolve(CustomResourceDefinitions.name(kind) + ".yaml");
        String text = CustomResourceDefinitions.yaml(kind);
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(file, text);
        }
        assertThat(file).hasContent(text);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theFolderListsEachOfThem(Kind<?> kind) throws IOException {
        assertThat(Files.readString(FOLDER.resolve("kustomization.yaml")))
                .contains("- " + CustomResourceDefinitions.name(kind) + ".yaml\n");
    }
}
