package dev.gatehouse.standalone.migration;

import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import dev.gatehouse.standalone.imports.Printing;
import dev.gatehouse.standalone.imports.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The objects that files hold; lists are taken apart. For one thread. */
final class Manifests {
    private final List<Manifest> all = new ArrayList<>();
    private final List<Node.Mapping> values = new ArrayList<>();
    private final List<Text> texts = new ArrayList<>();

    /** A text that was read, with its name in messages. */
    record Text(String name, String content) {}

    /** Reads a file, standard input ("-"), or all YAML and JSON files of a folder. */
    void read(Path root, Report report) throws IOException {
        if (!Files.isDirectory(root)) {
            read(Printing.name(root), Printing.text(root), report);
            return;
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(each -> each.toString().matches(".*\\.(ya?ml|json)"))
                    .sorted()
                    .toList()) {
                read(file.toString(), Files.readString(file), report);
            }
        }
    }

    /** Reads a text. Invalid YAML is reported as an error in {@code report}. */
    void read(String file, String text, Report report) {
        texts.add(new Text(file, text));
        YamlDocuments documents = YamlDocuments.read(file, text);
        documents.problems().stream()
                .filter(problem -> problem.severity() == Problem.Severity.ERROR)
                .forEach(problem -> report.wrong(problem.location(), "YAML", problem.message()));
        documents.documents().forEach(document -> add(document, report));
    }

    private void add(Node.Mapping document, Report report) {
        Optional<String> kind = Manifest.text(document, "kind");
        if (kind.isEmpty()) {
            values.add(document);
        } else if (kind.get().endsWith("List") && document.get("items").isPresent()) {
            Manifest.objects(document, "items").forEach(item -> add(item, report));
        } else {
            Manifest.of(document).ifPresentOrElse(all::add, () -> {
                // A configuration file of Envoy Gateway has a kind and no name.
                if (kind.get().equals("EnvoyGateway")) {
                    values.add(document);
                } else {
                    Location at = document.location();
                    report.wrong(at, kind.get(), "metadata.name is missing");
                }
            });
        }
    }

    List<Manifest> all() {
        return List.copyOf(all);
    }

    /** The texts that were read, in order. */
    List<Text> texts() {
        return List.copyOf(texts);
    }

    /** Documents without a name: values of Helm, or a configuration file. */
    List<Node.Mapping> values() {
        return List.copyOf(values);
    }

    List<Manifest> of(String kind) {
        return all.stream().filter(each -> each.kind().equals(kind)).toList();
    }

    Optional<Manifest> find(String kind, String namespace, String name) {
        return all.stream()
                .filter(each -> each.kind().equals(kind)
                        && each.namespace().equals(namespace)
                        && each.name().equals(name))
                .findFirst();
    }
}
