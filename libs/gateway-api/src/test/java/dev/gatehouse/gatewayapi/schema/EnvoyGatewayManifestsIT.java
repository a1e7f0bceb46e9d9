package dev.gatehouse.gatewayapi.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Envoy Gateway's own objects, out of its Go module, against the schemas of its kinds. */
class EnvoyGatewayManifestsIT {
    private final List<Node.Mapping> invalid = new ArrayList<>();

    @Test
    void itsExamplesAreValid() throws IOException, InterruptedException {
        List<String> problems = new ArrayList<>();
        assertThat(check("examples/kubernetes", problems)).isGreaterThan(15);
        assertThat(problems).isEmpty();
    }

    /** Its translator's cases were never seen by an API server: a tenth of their objects is one that its own CRDs refuse. */
    @Test
    void mostOfItsTranslatorsCasesAreValid() throws IOException, InterruptedException {
        List<String> problems = new ArrayList<>();
        int objects = check("internal/gatewayapi/testdata", problems);
        assertThat(objects).isGreaterThan(1_000);
        assertThat(invalid).hasSize(99);
    }

    private int check(String folder, List<String> problems) throws IOException, InterruptedException {
        int objects = 0;
        for (Path file : PeerModule.find().manifests(folder)) {
            for (Node.Mapping document : YamlDocuments.read(file.getFileName().toString(), Files.readString(file))
                    .documents()) {
                objects += check(document, problems);
            }
        }
        return objects;
    }

    /** Checks the object, or those that a test's input lists under its fields. */
    private int check(Node node, List<String> problems) {
        int objects = 0;
        switch (node) {
            case Node.Mapping mapping -> {
                Optional<KindSchema> schema = schema(mapping);
                if (schema.isPresent()) {
                    List<Problem> found =
                            schema.get().check(mapping, schema.get().kind()).problems();
                    found.forEach(problem -> problems.add(problem.toString()));
                    if (!found.isEmpty()) {
                        invalid.add(mapping);
                    }
                    return 1;
                }
                for (Node.Field field : mapping.fields().values()) {
                    objects += check(field.value(), problems);
                }
            }
            case Node.Sequence sequence -> {
                for (Node item : sequence.items()) {
                    objects += check(item, problems);
                }
            }
            case Node.Scalar _ -> {}
        }
        return objects;
    }

    private static Optional<KindSchema> schema(Node.Mapping mapping) {
        boolean ofEnvoyGateway = mapping.get("apiVersion")
                .filter(version -> version instanceof Node.Scalar scalar
                        && scalar.text().startsWith(Kinds.ENVOY_GATEWAY_GROUP + "/"))
                .isPresent();
        return ofEnvoyGateway
                ? mapping.get("kind")
                        .flatMap(name ->
                                name instanceof Node.Scalar scalar ? Schemas.find(scalar.text()) : Optional.empty())
                : Optional.empty();
    }
}
