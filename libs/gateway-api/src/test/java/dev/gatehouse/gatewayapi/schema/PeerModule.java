package dev.gatehouse.gatewayapi.schema;

import dev.gatehouse.gatewayapi.yaml.Trees;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import dev.gatehouse.seclangtools.GoModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * Envoy Gateway's Go module: its CustomResourceDefinitions are the authority for the schemas.
 *
 * @param folder where the module is
 */
public record PeerModule(Path folder) {
    private static final String MODULE = "github.com/envoyproxy/gateway@v1.9.1";
    private static final String CRDS = "charts/gateway-helm/charts/crds/crds/generated";

    /** The module; where it cannot be had, the test is left out, but for CI, where it fails. */
    public static PeerModule find() throws IOException, InterruptedException {
        try {
            return new PeerModule(GoModule.folder(MODULE));
        } catch (IOException e) {
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                throw e;
            }
            Assumptions.abort(MODULE + " is not here: " + e.getMessage());
            throw e;
        }
    }

    /** The properties of an object of the kind, as an OpenAPI schema. */
    Map<String, Object> properties(String kind) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(CRDS))) {
            Path file = files.filter(each -> each.getFileName()
                            .toString()
                            .matches("gateway\\.envoyproxy\\.io_"
                                    + kind.toLowerCase(Locale.ROOT).replaceFirst("y$", "") + "(s|es|ies)\\.yaml"))
                    .findFirst()
                    .orElseThrow();
            return propertiesOf(Files.readString(file));
        }
    }

    /** The properties of an object of the first version of a CustomResourceDefinition. */
    static Map<String, Object> propertiesOf(String definition) {
        Map<String, Object> tree =
                Trees.of(YamlDocuments.read("crd", definition).documents().getFirst());
        Object version = list(map(tree, "spec").get("versions")).getFirst();
        return map(map(map(asMap(version), "schema"), "openAPIV3Schema"), "properties");
    }

    /** The manifests below a folder that are no expected outputs. */
    List<Path> manifests(String below) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve(below))) {
            return files.filter(file -> file.toString().endsWith(".yaml")
                            && !file.toString().endsWith(".out.yaml"))
                    .sorted()
                    .toList();
        }
    }

    static Map<String, Object> map(Map<String, Object> tree, String name) {
        return asMap(tree.getOrDefault(name, Map.of()));
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> asMap(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    static List<Object> list(@Nullable Object value) {
        return value instanceof List<?> items ? (List<Object>) items : List.of();
    }
}
