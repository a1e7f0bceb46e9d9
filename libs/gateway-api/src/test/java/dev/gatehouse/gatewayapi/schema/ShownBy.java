package dev.gatehouse.gatewayapi.schema;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Which tests have a field in their objects. Integration tests send requests through the real Envoy: their objects stand in their source, whole
 * or as a piece of a {@code spec}. Golden folders have the configuration that a field leads to, which the real Envoy loads.
 */
final class ShownBy {
    private static final Path ROOT = Path.of("../..");
    private static final List<String> SOURCES =
            List.of("standalone/src/test/java", "controller-svc/src/test/java", "libs/gateway-api/src/test/java");
    private static final String GOLDENS = "controller-svc/src/test/resources/golden";
    private static final String INFRASTRUCTURE = "controller-svc/src/test/resources/infrastructure";

    /** The folder of objects that are refused. */
    private static final String INVALID = "invalid";

    /** Where scripts that walk through a cluster have their objects, and the scripts. */
    private static final Map<String, String> CLUSTERS = Map.of(
            "e2e/lib.sh", "e2e/run",
            "e2e/manifests/waf-sidecar.yaml", "e2e/waf",
            "examples/istio/envoy-proxy.yaml", "e2e/istio");

    /** What begins and ends objects in a script: the marks of YAML and of the shell. */
    private static final Pattern DOCUMENTS = Pattern.compile("(?m)^(?:---|[A-Z]+|.*<<[A-Z]+)$");

    /** Fields of the objects of Kubernetes that run proxies, and stop them. */
    private static final List<String> OF_OBJECTS = List.of("spec.provider.", "spec.shutdown.");

    private static final String SPEC = "spec";

    /** How many fields a shape has to have that a piece of it is known by them. */
    private static final int TELLING = 3;

    /** Their objects are refused, and show no effect. */
    private static final Set<String> REFUSED = Set.of("BrokenObjectsIT.java", "RefusedClustersIT.java");

    /** The indentation of what is two objects deep. */
    private static final String WITHIN = "    ";

    /** The indentation of fields of {@code spec}: the first one's stands in what the piece is put into. */
    private static final String FIRST_FIELD = "  ";

    private static final String NEXT_FIELD = "\n" + FIRST_FIELD;

    /** What a test puts a value for. */
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{\\w+}|%[sd]");

    /** An object with fields around a field: its shape, and how many characters of the field's path are before it. */
    record Around(Schema.Form shape, int start) {}

    /**
     * What is shown by tests of one sort.
     *
     * @param byKind by kind and path
     * @param byShape by a shape that fields share, and the path within it
     */
    private record Fields(
            Map<String, Map<String, SortedSet<String>>> byKind, Map<String, Map<String, SortedSet<String>>> byShape) {
        Fields() {
            this(new HashMap<>(), new HashMap<>());
        }

        void add(String kind, String path, List<Around> around, String test) {
            if (path.startsWith(SPEC)) {
                put(byKind.computeIfAbsent(kind, _ -> new HashMap<>()), path, test);
            }
            around.forEach(each -> put(
                    byShape.computeIfAbsent(names(each.shape()), _ -> new HashMap<>()),
                    path.substring(each.start()),
                    kind + "\0" + test));
        }

        private static void put(Map<String, SortedSet<String>> paths, String path, String test) {
            paths.computeIfAbsent(path, _ -> new TreeSet<>()).add(test);
        }
    }

    private static final Map<Schema.Form, String> SHAPES = new IdentityHashMap<>();

    /** The names of the fields of a shape, and of those within: two kinds may have read the same type. */
    private static String names(Schema.Form shape) {
        String known = SHAPES.get(shape);
        if (known == null) {
            known = switch (shape) {
                case Schema.Fields fields ->
                    fields.fields().entrySet().stream()
                            .map(field ->
                                    field.getKey() + names(field.getValue().form()))
                            .sorted()
                            .toList()
                            .toString();
                case Schema.Items items -> "*" + names(items.item().form());
                case Schema.Named named -> "*" + names(named.value().form());
                default -> "";
            };
            SHAPES.put(shape, known);
        }
        return known;
    }

    private final Fields requests = new Fields();
    private final Fields clusters = new Fields();
    private final Fields goldens = new Fields();
    private final Fields infrastructure = new Fields();
    private final Fields units = new Fields();

    static ShownBy read() throws IOException {
        ShownBy shown = new ShownBy();
        for (String folder : SOURCES) {
            for (Path source : files(folder, "IT.java")) {
                if (!REFUSED.contains(String.valueOf(source.getFileName()))) {
                    shown.source(source, shown.requests);
                }
            }
            for (Path source : files(folder, "Test.java")) {
                shown.source(source, shown.units);
            }
        }
        for (Map.Entry<String, String> cluster : CLUSTERS.entrySet()) {
            String text = Files.readString(ROOT.resolve(cluster.getKey()));
            for (String piece : DOCUMENTS.split(text)) {
                for (Object document : documents(piece)) {
                    shown.object(document, cluster.getValue(), shown.clusters);
                }
            }
        }
        shown.goldens(GOLDENS, shown.goldens);
        shown.goldens(INFRASTRUCTURE, shown.infrastructure);
        shown.goldens(INFRASTRUCTURE, shown.goldens);
        return shown;
    }

    private void goldens(String folder, Fields shown) throws IOException {
        for (Path objects : files(folder, "in.yaml")) {
            String name =
                    Objects.requireNonNull(objects.getParent()).getFileName().toString();
            if (!name.equals(INVALID)) {
                for (Object document : documents(Files.readString(objects))) {
                    object(document, name, shown);
                }
            }
        }
    }

    /**
     * The test that shows what the field, or what is below it, does; empty: none. A test of the field itself comes before one of a field of the
     * same shape, which has the same reader.
     */
    Optional<String> of(String kind, String path, List<Around> around) {
        return own(requests, kind, path, "`%s`")
                .or(() -> own(clusters, kind, path, "`%s` on a cluster"))
                .or(() -> OF_OBJECTS.stream().anyMatch(path::startsWith)
                        ? own(infrastructure, kind, path, "an object of Kubernetes: `FleetGoldenTest` `%s`")
                                .or(() -> elsewhere(
                                        infrastructure,
                                        path,
                                        around,
                                        "an object of Kubernetes: `FleetGoldenTest` `%s` (%s)"))
                        : Optional.empty())
                .or(() -> elsewhere(requests, path, around, "`%s` (%s)"))
                .or(() -> own(goldens, kind, path, "golden `%s`"))
                .or(() -> own(units, kind, path, "`%s`"))
                .or(() -> elsewhere(goldens, path, around, "golden `%s` (%s)"));
    }

    private static Optional<String> own(Fields fields, String kind, String path, String text) {
        return find(fields.byKind.getOrDefault(kind, Map.of()), path).map(text::formatted);
    }

    private static Optional<String> elsewhere(Fields fields, String path, List<Around> around, String text) {
        return around.reversed().stream()
                .flatMap(each ->
                        find(fields.byShape.getOrDefault(names(each.shape()), Map.of()), path.substring(each.start()))
                                .stream())
                .findFirst()
                .map(found -> text.formatted(
                        found.substring(found.indexOf('\0') + 1), found.substring(0, found.indexOf('\0'))));
    }

    private static Optional<String> find(Map<String, SortedSet<String>> paths, String path) {
        return paths.entrySet().stream()
                .filter(each -> each.getKey().equals(path)
                        || each.getKey().startsWith(path + ".")
                        || each.getKey().startsWith(path + "[")
                        || each.getKey().startsWith(path + "{"))
                .flatMap(each -> each.getValue().stream())
                .sorted()
                .findFirst();
    }

    private static List<Path> files(String folder, String end) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
        }
    }

    private void source(Path source, Fields shown) throws IOException {
        String text = Files.readString(source);
        String name = source.getFileName().toString().replace(".java", "");
        List<String> kinds = Schemas.kinds().stream().filter(text::contains).toList();
        for (String literal : literals(source)) {
            String value = PLACEHOLDER.matcher(literal).replaceAll("1");
            for (Object document : documents(value)) {
                object(document, name, shown);
                kinds.forEach(kind -> piece(kind, document, name, shown));
            }
            if (value.contains(NEXT_FIELD)) {
                documents(FIRST_FIELD + value)
                        .forEach(document -> kinds.forEach(kind -> piece(kind, document, name, shown)));
            }
            fragments(value).forEach(map -> kinds.forEach(kind -> fragment(kind, map, name, shown)));
            if (value.startsWith(WITHIN)) {
                kinds.forEach(kind -> within(kind, value, name, shown));
            }
        }
    }

    private void object(@Nullable Object document, String test, Fields shown) {
        if (document instanceof Map<?, ?> object && object.get("kind") instanceof String kind) {
            Schemas.find(kind)
                    .ifPresent(schema ->
                            new Walk(kind, test, shown).leaves(schema.spec(), object.get("spec"), "spec", List.of()));
        }
    }

    private void piece(String kind, @Nullable Object document, String test, Fields shown) {
        Schema spec = Schemas.find(kind).orElseThrow().spec();
        if (document instanceof Map<?, ?> map
                && !map.isEmpty()
                && spec.form() instanceof Schema.Fields fields
                && map.keySet().stream()
                        .allMatch(key ->
                                key instanceof String name && fields.fields().containsKey(name))) {
            new Walk(kind, test, shown).leaves(spec, map, "spec", List.of());
        }
    }

    /** A piece that a test puts below a field of {@code spec}, and after it fields of {@code spec} itself: by its indentation. */
    private void within(String kind, String piece, String test, Fields shown) {
        if (Schemas.find(kind).orElseThrow().spec().form() instanceof Schema.Fields spec) {
            spec.fields()
                    .forEach((name, field) -> documents("spec:\n  " + name + ":\n" + piece)
                            .forEach(document -> {
                                if (document instanceof Map<?, ?> object
                                        && object.get("spec") instanceof Map<?, ?> fields
                                        && fields.get(name) instanceof Map<?, ?> map
                                        && field.form() instanceof Schema.Fields known
                                        && known.fields().keySet().containsAll(map.keySet())) {
                                    piece(kind, fields, test, shown);
                                }
                            }));
        }
    }

    /** The objects in braces that a test puts together: a text that is one, or the middle of one, or items of a list. */
    private static List<Map<?, ?>> fragments(String text) {
        List<Map<?, ?>> found = new ArrayList<>();
        for (String whole : List.of("[" + text + "]", "{" + text + "}")) {
            for (Object document : documents(whole)) {
                Object item = document instanceof List<?> list && list.stream().allMatch(Map.class::isInstance)
                        ? list
                        : List.of(document);
                for (Object each : (List<?>) item) {
                    if (each instanceof Map<?, ?> map
                            && (map.size() > 1 || text.startsWith("{") || !(value(map) instanceof String))) {
                        found.add(map);
                    }
                }
            }
        }
        return found;
    }

    private static @Nullable Object value(Map<?, ?> map) {
        return map.values().stream().filter(Objects::nonNull).findFirst().orElse(null);
    }

    /** A piece counts where one shape alone of the kind has its fields. */
    private void fragment(String kind, Map<?, ?> piece, String test, Fields shown) {
        Map<String, Schema> fitting = new HashMap<>();
        shapes(Schemas.find(kind).orElseThrow().spec(), fitting);
        fitting.values()
                .removeIf(schema -> !fits(schema, piece)
                        || !(schema.form() instanceof Schema.Fields fields
                                && fields.fields().size() >= TELLING));
        if (fitting.size() == 1) {
            fitting.values().forEach(schema -> new Walk(kind, test, shown).leaves(schema, piece, "", List.of()));
        }
    }

    private static void shapes(Schema schema, Map<String, Schema> found) {
        switch (schema.form()) {
            case Schema.Fields fields -> {
                if (found.put(names(fields), schema) == null) {
                    fields.fields().values().forEach(field -> shapes(field, found));
                }
            }
            case Schema.Items items -> shapes(items.item(), found);
            case Schema.Named named -> shapes(named.value(), found);
            default -> {
                // A scalar has no fields.
            }
        }
    }

    private static boolean fits(Schema schema, @Nullable Object value) {
        return switch (schema.form()) {
            case Schema.Fields fields ->
                value instanceof Map<?, ?> map
                        && map.entrySet().stream().allMatch(each -> {
                            Schema field = each.getKey() instanceof String name
                                    ? fields.fields().get(name)
                                    : null;
                            return field != null && fits(field, each.getValue());
                        });
            case Schema.Items items ->
                value instanceof List<?> list && list.stream().allMatch(item -> fits(items.item(), item));
            case Schema.Named named ->
                value instanceof Map<?, ?> map && map.values().stream().allMatch(each -> fits(named.value(), each));
            default -> value != null;
        };
    }

    private record Walk(String kind, String test, Fields shown) {
        void leaves(Schema schema, @Nullable Object value, String path, List<Around> around) {
            switch (schema.form()) {
                case Schema.Fields fields
                when value instanceof Map<?, ?> map && !fields.fields().isEmpty() -> {
                    List<Around> within = within(around, schema.form(), path);
                    fields.fields().forEach((name, field) -> {
                        if (map.containsKey(name)) {
                            leaves(field, map.get(name), path + "." + name, within);
                        }
                    });
                }
                case Schema.Items items
                when value instanceof List<?> list ->
                    list.forEach(item -> leaves(items.item(), item, path + "[]", around));
                case Schema.Named named
                when value instanceof Map<?, ?> map ->
                    map.values().forEach(each -> leaves(named.value(), each, path + "{}", around));
                default -> shown.add(kind, path, around, test);
            }
        }
    }

    /** {@code around}, and one more. */
    static List<Around> within(List<Around> around, Schema.Form shape, String path) {
        List<Around> within = new ArrayList<>(around);
        within.add(new Around(shape, path.length()));
        return within;
    }

    private static List<Object> documents(String text) {
        List<Object> documents = new ArrayList<>();
        if (!text.contains(":")) {
            return documents;
        }
        try {
            new Load(LoadSettings.builder().setAllowDuplicateKeys(true).build())
                    .loadAllFromString(text)
                    .forEach(document -> {
                        if (document != null) {
                            documents.add(document);
                        }
                    });
        } catch (YamlEngineException e) {
            // No YAML: what else a test has in quotes.
        }
        return documents;
    }

    /** The texts of a source file; parts that are joined by "+" are one, with a placeholder for what is no literal. */
    private static Set<String> literals(Path source) throws IOException {
        Set<String> literals = new TreeSet<>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task =
                    (JavacTask) compiler.getTask(null, files, null, null, null, files.getJavaFileObjects(source));
            for (CompilationUnitTree unit : task.parse()) {
                new TreeScanner<@Nullable Void, @Nullable Void>() {
                    @Override
                    public @Nullable Void visitBinary(BinaryTree node, @Nullable Void unused) {
                        Optional<String> joined = joined(node);
                        joined.ifPresent(literals::add);
                        return joined.isPresent() ? null : super.visitBinary(node, unused);
                    }

                    @Override
                    public @Nullable Void visitLiteral(LiteralTree node, @Nullable Void unused) {
                        joined(node).ifPresent(literals::add);
                        return null;
                    }
                }.scan(unit, null);
            }
        }
        return literals;
    }

    private static Optional<String> joined(Tree tree) {
        if (tree instanceof LiteralTree literal && literal.getValue() instanceof String text) {
            return Optional.of(text);
        }
        if (tree instanceof BinaryTree binary && tree.getKind() == Tree.Kind.PLUS) {
            Optional<String> left = joined(binary.getLeftOperand());
            Optional<String> right = joined(binary.getRightOperand());
            return left.isEmpty() && right.isEmpty()
                    ? Optional.empty()
                    : Optional.of(left.orElse(beginsLine(right) ? "" : "1") + right.orElse(endsLine(left) ? "" : "1"));
        }
        return Optional.empty();
    }

    /** Whether what is before is lines of its own, and not the name of a field. */
    private static boolean beginsLine(Optional<String> text) {
        return text.filter(after -> after.startsWith(" ")).isPresent();
    }

    /** Whether what follows is lines of its own, and not the value of a field. */
    private static boolean endsLine(Optional<String> text) {
        return text.filter(before -> before.endsWith("\n")).isPresent();
    }
}
