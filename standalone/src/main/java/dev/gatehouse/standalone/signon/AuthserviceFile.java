package dev.gatehouse.standalone.signon;

import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.Wording;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** authservice's configuration, whose fields have the names of its protobuf, or those of protobuf's JSON. */
record AuthserviceFile(List<Part> roots) {
    /**
     * An object of the configuration.
     *
     * @param path for messages
     * @param fields by their protobuf names
     */
    record Part(String path, Location location, Map<String, Node.Field> fields, Report report) {
        static Part of(String path, Node.Mapping mapping, Report report) {
            Map<String, Node.Field> fields = new LinkedHashMap<>();
            mapping.fields().forEach((name, field) -> fields.put(snake(name), field));
            return new Part(path, mapping.location(), fields, report);
        }

        private static String snake(String name) {
            return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
        }

        /** This part, with what another one says where this one says nothing, as protobuf merges messages. */
        Part over(Part defaults) {
            Map<String, Node.Field> merged = new LinkedHashMap<>(defaults.fields);
            fields.forEach((name, field) -> merged.merge(name, field, Part::merge));
            return new Part(path, location, merged, report);
        }

        private static Node.Field merge(Node.Field under, Node.Field over) {
            if (under.value() instanceof Node.Sequence first && over.value() instanceof Node.Sequence second) {
                List<Node> items = new ArrayList<>(first.items());
                items.addAll(second.items());
                return new Node.Field(over.location(), new Node.Sequence(second.location(), items));
            }
            if (under.value() instanceof Node.Mapping first && over.value() instanceof Node.Mapping second) {
                Map<String, Node.Field> fields = new LinkedHashMap<>();
                first.fields().forEach((name, field) -> fields.put(snake(name), field));
                second.fields().forEach((name, field) -> fields.merge(snake(name), field, Part::merge));
                return new Node.Field(over.location(), new Node.Mapping(second.location(), fields));
            }
            return over;
        }

        Optional<Setting> text(String name) {
            return Optional.ofNullable(fields.get(name)).flatMap(field -> {
                if (field.value() instanceof Node.Scalar scalar) {
                    return Optional.of(setting(name, List.of(scalar.text())))
                            .filter(setting -> !setting.value().isEmpty() && !Node.isNull(scalar));
                }
                report.wrong(field.location(), at(name), "is " + field.value().describe() + " (expected: a string)");
                return Optional.empty();
            });
        }

        Optional<Setting> seconds(String name) {
            return text(name).filter(setting -> {
                if (!setting.value().matches("[0-9]{1,9}")) {
                    report.wrong(
                            setting,
                            "\"" + setting.value() + "\" is no number of seconds (expected: 3600 for example)");
                    return false;
                }
                return !setting.value().equals("0");
            });
        }

        boolean on(String name) {
            return text(name).filter(setting -> setting.value().equals("true")).isPresent();
        }

        List<String> texts(String name) {
            Node.Field field = fields.get(name);
            if (field == null || Node.isNull(field.value())) {
                return List.of();
            }
            if (!(field.value() instanceof Node.Sequence list)) {
                report.wrong(
                        field.location(),
                        at(name),
                        "is " + field.value().describe() + " (expected: a list of strings)");
                return List.of();
            }
            return list.items().stream()
                    .filter(Node.Scalar.class::isInstance)
                    .map(item -> ((Node.Scalar) item).text())
                    .toList();
        }

        Optional<Part> part(String name) {
            return Optional.ofNullable(fields.get(name))
                    .filter(field -> !Node.isNull(field.value()))
                    .flatMap(field -> {
                        if (field.value() instanceof Node.Mapping mapping) {
                            return Optional.of(of(at(name), mapping, report));
                        }
                        report.wrong(
                                field.location(),
                                at(name),
                                "is " + field.value().describe() + " (expected: an object)");
                        return Optional.empty();
                    });
        }

        List<Part> parts(String name) {
            Node.Field field = fields.get(name);
            if (field == null || Node.isNull(field.value())) {
                return List.of();
            }
            List<Part> parts = new ArrayList<>();
            if (field.value() instanceof Node.Sequence list) {
                for (int i = 0; i < list.items().size(); i++) {
                    if (list.items().get(i) instanceof Node.Mapping mapping) {
                        parts.add(of(at(name) + "[" + i + "]", mapping, report));
                    }
                }
            } else {
                report.wrong(
                        field.location(),
                        at(name),
                        "is " + field.value().describe() + " (expected: a list of objects)");
            }
            return parts;
        }

        Setting setting(String name, List<String> values) {
            Node.Field field = fields.get(name);
            return new Setting(at(name), field == null ? location : field.location(), values);
        }

        Optional<Setting> there(String name) {
            return fields.containsKey(name) ? Optional.of(setting(name, List.of())) : Optional.empty();
        }

        /** Reports fields that are none. */
        void known(List<String> names) {
            fields.forEach((name, field) -> {
                if (!names.contains(name)) {
                    report.wrong(field.location(), at(name), Wording.unknownField(name, names));
                }
            });
        }

        private String at(String name) {
            return path.isEmpty() ? name : path + "." + name;
        }
    }

    static AuthserviceFile read(String file, String text, Report report) {
        List<Part> roots = new ArrayList<>();
        read(file, text, report, roots);
        if (roots.isEmpty() && !report.hasErrors()) {
            report.wrong(
                    new Location(file, 1, 1),
                    "this file",
                    "has no \"chains\" (expected: authservice's configuration, or the ConfigMap that has it)");
        }
        return new AuthserviceFile(List.copyOf(roots));
    }

    private static void read(String file, String text, Report report, List<Part> roots) {
        YamlDocuments documents = YamlDocuments.read(file, text);
        documents.problems().stream()
                .filter(problem -> problem.severity() == Problem.Severity.ERROR)
                .forEach(problem -> report.wrong(problem.location(), "JSON", problem.message()));
        for (Node.Mapping document : documents.documents()) {
            if (document.get("chains").isPresent()) {
                roots.add(Part.of("", document, report));
            } else if (document.get("data").orElse(null) instanceof Node.Mapping data) {
                data.fields().values().forEach(field -> {
                    if (field.value() instanceof Node.Scalar scalar
                            && scalar.text().contains("chains")) {
                        read(file, "\n".repeat(Math.max(0, scalar.at(1, 1).line() - 1)) + scalar.text(), report, roots);
                    }
                });
            }
        }
    }
}
