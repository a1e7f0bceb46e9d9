package dev.gatehouse.gatewayapi.crd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Outline;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Envoy Gateway's own objects, out of its Go module, against the schemas of its kinds: they must be let in as they are. */
class EnvoyGatewayManifestsIT {
    private static final String MODULE = "github.com/envoyproxy/gateway@v1.9.1";
    private static final Pattern DIRECTORY = Pattern.compile("\"Dir\": \"([^\"]+)\"");

    private static Path module = Path.of("");

    @BeforeAll
    static void findModule() throws IOException, InterruptedException {
        Process go;
        try {
            go = new ProcessBuilder("go", "mod", "download", "-json", MODULE)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            Assumptions.abort("go is not here: " + e.getMessage());
            return;
        }
        Matcher found = DIRECTORY.matcher(new String(go.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        Assumptions.assumeTrue(go.waitFor(5, TimeUnit.MINUTES) && found.find(), "no " + MODULE);
        module = Path.of(found.group(1));
    }

    @Test
    void whatEnvoyGatewayTakesIsLetIn() throws IOException {
        List<String> refused = new ArrayList<>();
        int objects = 0;
        for (String folder : List.of("examples/kubernetes", "internal/gatewayapi/testdata")) {
            for (Path file : files(module.resolve(folder))) {
                for (Node.Mapping document : YamlDocuments.read(file.toString(), Files.readString(file))
                        .documents()) {
                    objects += check(document, refused);
                }
            }
        }
        assertThat(refused).isEmpty();
        assertThat(objects).isGreaterThan(300);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".yaml")
                            && !file.toString().endsWith(".out.yaml"))
                    .sorted()
                    .toList();
        }
    }

    /** Checks the object, or those that a test's input lists under its fields. */
    private static int check(Node node, List<String> refused) {
        int objects = 0;
        switch (node) {
            case Node.Mapping mapping -> {
                Optional<Kind<?>> kind = kind(mapping);
                if (kind.isPresent()) {
                    violations(mapping, Fields.outline(kind.get().body()), kind.get() + "", refused);
                    return 1;
                }
                for (Node.Field field : mapping.fields().values()) {
                    objects += check(field.value(), refused);
                }
            }
            case Node.Sequence sequence -> {
                for (Node item : sequence.items()) {
                    objects += check(item, refused);
                }
            }
            case Node.Scalar _ -> {}
        }
        return objects;
    }

    private static Optional<Kind<?>> kind(Node.Mapping mapping) {
        boolean ofEnvoyGateway = mapping.get("apiVersion")
                .filter(version -> version instanceof Node.Scalar scalar
                        && scalar.text().startsWith(Kinds.ENVOY_GATEWAY_GROUP + "/"))
                .isPresent();
        return ofEnvoyGateway
                ? mapping.get("kind")
                        .flatMap(name -> name instanceof Node.Scalar scalar
                                ? Kinds.find(Kinds.ENVOY_GATEWAY_GROUP, scalar.text())
                                : Optional.empty())
                : Optional.empty();
    }

    /** What the API server would refuse by types alone, which is what the schemas of these kinds say. */
    private static void violations(Node node, Outline outline, String path, List<String> refused) {
        boolean fits = Node.isNull(node)
                || switch (outline) {
                    case Outline.Text _, Outline.Time _ -> is(node, Node.Scalar.Type.STRING);
                    case Outline.Flag _ -> is(node, Node.Scalar.Type.BOOLEAN);
                    case Outline.Number _ -> is(node, Node.Scalar.Type.INTEGER);
                    case Outline.NumberOrText _ ->
                        is(node, Node.Scalar.Type.INTEGER) || is(node, Node.Scalar.Type.STRING);
                    case Outline.Fields _, Outline.Named _, Outline.Tree _ -> node instanceof Node.Mapping;
                    case Outline.Items _ -> node instanceof Node.Sequence;
                    case Outline.Anything _ -> true;
                };
        if (!fits) {
            refused.add(node.location() + ": " + path + " is " + node.describe() + " (the schema: " + outline + ")");
            return;
        }
        if (outline instanceof Outline.Fields fields && node instanceof Node.Mapping mapping) {
            fields.known()
                    .forEach((name, inner) ->
                            mapping.get(name).ifPresent(value -> violations(value, inner, path + "." + name, refused)));
        } else if (outline instanceof Outline.Named named && node instanceof Node.Mapping mapping) {
            mapping.fields()
                    .forEach((name, field) -> violations(field.value(), named.value(), path + "." + name, refused));
        } else if (outline instanceof Outline.Items items && node instanceof Node.Sequence sequence) {
            sequence.items().forEach(item -> violations(item, items.item(), path + "[]", refused));
        }
    }

    private static boolean is(Node node, Node.Scalar.Type type) {
        return node instanceof Node.Scalar scalar && scalar.type() == type;
    }
}
