package dev.gatehouse.controller.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The objects that the components of deploy/ bring. */
class DeployedComponentsTest {
    private static final Path COMPONENTS = Path.of("..", "deploy", "components");
    private static final Set<String> WITHOUT_NAMESPACE =
            Set.of("Namespace", "ClusterRole", "ClusterRoleBinding", "ClusterIssuer", "Component");

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(COMPONENTS)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.endsWith("kustomization.yaml"))
                    .sorted()
                    .toList();
        }
    }

    /** Kustomize gives them none: without a namespace they would land in the one that kubectl's context names. */
    @ParameterizedTest
    @MethodSource("files")
    void eachObjectNamesItsNamespaceOrTheComponentAddsIt(Path file) throws IOException {
        String component = Files.readString(file.resolveSibling("kustomization.yaml"));
        for (Node.Mapping object :
                YamlDocuments.read(file.toString(), Files.readString(file)).documents()) {
            Optional<String> name = text(object, "metadata", "name");
            Optional<String> kind = text(object, "kind");
            if (name.isEmpty() || kind.filter(WITHOUT_NAMESPACE::contains).isPresent()) {
                continue;
            }
            assertThat(text(object, "metadata", "namespace").isPresent()
                            || component.contains("name: " + name.get() + "}\n  patch: |\n"
                                    + "    - {op: add, path: /metadata/namespace, value: envoy-gateway-system}\n"))
                    .as("%s: %s %s has a namespace", file, kind.orElse("?"), name.get())
                    .isTrue();
        }
    }

    private static Optional<String> text(Node.Mapping object, String... path) {
        Optional<Node> at = Optional.of(object);
        for (String name : path) {
            at = at.filter(Node.Mapping.class::isInstance)
                    .map(Node.Mapping.class::cast)
                    .flatMap(mapping -> mapping.get(name));
        }
        return at.filter(Node.Scalar.class::isInstance)
                .map(Node.Scalar.class::cast)
                .map(Node.Scalar::text);
    }
}
