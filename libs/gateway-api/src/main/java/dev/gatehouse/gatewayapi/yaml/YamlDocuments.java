package dev.gatehouse.gatewayapi.yaml;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.ConstructNode;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.AnchorNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.Schema;

/**
 * Reads the documents of a YAML (or JSON) text. Each document is parsed separately, so that a document that is not YAML
 * does not hide the others. Invalid text never throws.
 *
 * @param documents the documents whose root is an object, in order; empty documents are left out
 * @param others the YAML documents whose root is not an object, such as a list
 * @param problems the problems of documents that are not YAML
 */
public record YamlDocuments(List<Node.Mapping> documents, List<Node> others, List<Problem> problems) {
    /** The largest text that is read, in characters. Kubernetes itself takes objects of up to 1.5 MiB. */
    public static final int MAX_CHARACTERS = 8 * 1024 * 1024;

    private static final Pattern DIRECTIVES = Pattern.compile("%[^\\n]*+\\n(?:[%#][^\\n]*+\\n|\\s*+\\n)*+");
    /** As the first character of a line: files that were put together have more than one. */
    private static final Pattern BYTE_ORDER_MARK = Pattern.compile("^\uFEFF", Pattern.MULTILINE);
    /** kubectl separates documents by any line that begins with three dashes. */
    private static final Pattern RULER = Pattern.compile("^---(-+)(?=[ \t\r]*$)", Pattern.MULTILINE);

    private static final int MAX_DEPTH = 64;
    private static final int MAX_NODES = 2_000_000;
    private static final int MAX_NODES_OF_ALIASES = 100_000;
    private static final Tag MERGE = new Tag("tag:yaml.org,2002:merge");
    /** Of a scalar that has neither quotes nor a tag. */
    private static final Tag PLAIN = new Tag("!plain");

    private static final Set<Tag> MEANINGFUL_TAGS = Set.of(PLAIN, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL);

    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setAllowDuplicateKeys(true)
            .setCodePointLimit(MAX_CHARACTERS)
            .setMaxAliasesForCollections(MAX_NODES_OF_ALIASES)
            .setSchema(new Schema() {
                @Override
                public ScalarResolver getScalarResolver() {
                    return (_, implicit) -> implicit ? PLAIN : Tag.STR;
                }

                @Override
                public Map<Tag, ConstructNode> getSchemaTagConstructors() {
                    return Map.of();
                }
            })
            .build();

    public YamlDocuments {
        documents = List.copyOf(documents);
        others = List.copyOf(others);
        problems = List.copyOf(problems);
    }

    /**
     * A part of a text that is one document.
     *
     * @param firstLine the number of lines of the file before it
     * @param firstColumn the number of characters of its first line before it
     */
    private record Chunk(int firstLine, int firstColumn, String text) {
        Location locate(String file, Mark mark) {
            return locate(file, mark.getLine(), mark.getColumn());
        }

        /** The place in the file of one in the text, both from 0. */
        Location locate(String file, int line, int column) {
            return new Location(file, firstLine + line + 1, (line == 0 ? firstColumn : 0) + column + 1);
        }

        Location begin(String file) {
            return locate(file, 0, 0);
        }
    }

    /** Reads the bytes of {@code file}. */
    public static YamlDocuments read(String file, byte[] bytes) {
        return read(file, SourceText.decode(bytes));
    }

    /** Reads {@code text}, which stands in {@code file}. */
    public static YamlDocuments read(String file, String text) {
        List<Node.Mapping> documents = new ArrayList<>();
        List<Node> others = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        if (text.length() > MAX_CHARACTERS) {
            problems.add(error(
                    new Location(file, 1, 1),
                    "the file has " + text.length() + " characters (expected: at most " + MAX_CHARACTERS
                            + "); split it into several files"));
            return new YamlDocuments(documents, others, problems);
        }
        String marked = BYTE_ORDER_MARK.matcher(text).replaceAll("");
        String ruled = RULER.matcher(marked)
                .replaceAll(ruler -> "---" + " ".repeat(ruler.group(1).length()));
        for (Chunk chunk : split(ruled)) {
            Chunk spaced = new Chunk(chunk.firstLine(), chunk.firstColumn(), TabsAsSpaces.of(chunk.text()));
            readDocument(file, spaced, problems).ifPresent(node -> {
                if (node instanceof Node.Mapping mapping) {
                    documents.add(mapping);
                } else {
                    others.add(node);
                }
            });
        }
        return new YamlDocuments(documents, others, problems);
    }

    /** Cuts the text before each line that begins a document, and after each that ends one. */
    private static List<Chunk> split(String text) {
        List<Chunk> chunks = new ArrayList<>();
        int start = 0;
        int firstLine = 0;
        int number = 0;
        int line = 0;
        while (line < text.length()) {
            int next = text.indexOf('\n', line);
            int end = next < 0 ? text.length() : next + 1;
            number++;
            if (isMarker(text, line, "---")
                    && line > start
                    && !DIRECTIVES.matcher(text.substring(start, line)).matches()) {
                objects(new Chunk(firstLine, 0, text.substring(start, line)), chunks);
                start = line;
                firstLine = number - 1;
            }
            if (isMarker(text, line, "...")) {
                objects(new Chunk(firstLine, 0, text.substring(start, end)), chunks);
                start = end;
                firstLine = number;
            }
            line = end;
        }
        objects(new Chunk(firstLine, 0, text.substring(start)), chunks);
        return chunks;
    }

    private static boolean isMarker(String text, int line, String marker) {
        int end = line + marker.length();
        return text.startsWith(marker, line) && (end == text.length() || Character.isWhitespace(text.charAt(end)));
    }

    /** Cuts JSON objects that stand one after the other without a separator, which kubectl takes too. */
    private static void objects(Chunk chunk, List<Chunk> chunks) {
        String text = chunk.text();
        if (!text.stripLeading().startsWith("{")) {
            chunks.add(chunk);
            return;
        }
        int start = 0;
        int line = chunk.firstLine();
        int lineStart = 0;
        Chunk next = chunk;
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                line++;
                lineStart = i + 1;
            } else if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && c == '#' && Character.isWhitespace(text.charAt(i - 1))) {
                int end = text.indexOf('\n', i);
                i = end < 0 ? text.length() : end - 1;
            } else if (!quoted && c == '{') {
                if (depth++ == 0 && !text.substring(start, i).isBlank()) {
                    chunks.add(new Chunk(next.firstLine(), next.firstColumn(), text.substring(start, i)));
                    start = i;
                    next = new Chunk(line, i - lineStart, "");
                }
            } else if (!quoted && c == '}') {
                depth--;
            }
        }
        chunks.add(new Chunk(next.firstLine(), next.firstColumn(), text.substring(start)));
    }

    private static Optional<Node> readDocument(String file, Chunk chunk, List<Problem> problems) {
        try {
            Optional<org.snakeyaml.engine.v2.nodes.Node> root =
                    new Composer(SETTINGS, new ShallowParser(SETTINGS, chunk.text(), MAX_DEPTH)).getSingleNode();
            if (root.isEmpty()) {
                return Optional.empty();
            }
            Converter converter = new Converter(file, chunk, problems);
            Node node = converter.convert(root.get(), 0);
            return converter.failed || Node.isNull(node) ? Optional.empty() : Optional.of(node);
        } catch (MarkedYamlEngineException e) {
            Location at =
                    e.getProblemMark().map(mark -> chunk.locate(file, mark)).orElse(chunk.begin(file));
            problems.add(error(
                    at, "not YAML: " + e.getProblem() + (e.getContext() == null ? "" : " (" + e.getContext() + ")")));
        } catch (ReaderException e) {
            String text = chunk.text();
            String before = text.substring(0, Math.min(text.length(), text.offsetByCodePoints(0, e.getPosition())));
            int line = (int) before.chars().filter(c -> c == '\n').count();
            int column = before.codePointCount(before.lastIndexOf('\n') + 1, before.length());
            int stray = SourceText.strayByte(e.getCodePoint());
            problems.add(error(
                    chunk.locate(file, line, column),
                    stray >= 0
                            ? "byte 0x" + "%02X".formatted(stray) + " is not UTF-8 (expected: YAML or JSON in UTF-8)"
                            : "not YAML: character U+" + "%04X".formatted(e.getCodePoint())
                                    + " (expected: printable characters)"));
        } catch (YamlEngineException e) {
            problems.add(error(chunk.begin(file), "not YAML: " + e.getMessage()));
        }
        return Optional.empty();
    }

    private static Problem error(Location location, String message) {
        return new Problem(Problem.Severity.ERROR, location, "", "", message);
    }

    /** Turns SnakeYAML's nodes into ours, within limits of depth and size (aliases can multiply both). */
    private static final class Converter {
        private final String file;
        private final Chunk chunk;
        private final List<Problem> problems;
        /** Collections that have been converted: another time is an alias. */
        private final Set<org.snakeyaml.engine.v2.nodes.Node> converted =
                Collections.newSetFromMap(new IdentityHashMap<>());

        /** Collections that are being converted. */
        private final Set<org.snakeyaml.engine.v2.nodes.Node> open = Collections.newSetFromMap(new IdentityHashMap<>());

        private Optional<List<String>> lines = Optional.empty();
        private int nodes;
        private int nodesOfAliases;
        private int insideAliases;
        private boolean failed;

        Converter(String file, Chunk chunk, List<Problem> problems) {
            this.file = file;
            this.chunk = chunk;
            this.problems = problems;
        }

        private Location location(org.snakeyaml.engine.v2.nodes.Node node) {
            return node.getStartMark().map(mark -> chunk.locate(file, mark)).orElse(chunk.begin(file));
        }

        private void fail(Location at, String message) {
            if (!failed) {
                problems.add(error(at, message));
            }
            failed = true;
        }

        Node convert(org.snakeyaml.engine.v2.nodes.Node node, int depth) {
            Location at = location(node);
            nodes++;
            nodesOfAliases += insideAliases > 0 ? 1 : 0;
            Optional<String> excess = depth > MAX_DEPTH
                    ? Optional.of("nested more than " + MAX_DEPTH + " levels deep")
                    : nodes > MAX_NODES
                            ? Optional.of("more than " + MAX_NODES + " values in one document")
                            : nodesOfAliases > MAX_NODES_OF_ALIASES
                                    ? Optional.of("more than " + MAX_NODES_OF_ALIASES
                                            + " values in one document stand for aliases")
                                    : Optional.empty();
            if (excess.isPresent()) {
                fail(at, excess.get());
                return new Node.Scalar(at, Node.Scalar.Type.NULL, "");
            }
            if (node instanceof ScalarNode scalar) {
                return scalar(scalar, at);
            }
            if (!open.add(node)) {
                fail(at, "the anchor's value contains itself");
                return new Node.Scalar(at, Node.Scalar.Type.NULL, "");
            }
            boolean alias = !converted.add(node);
            insideAliases += alias ? 1 : 0;
            try {
                return switch (node) {
                    case SequenceNode sequence -> {
                        List<Node> items = new ArrayList<>(sequence.getValue().size());
                        for (org.snakeyaml.engine.v2.nodes.Node item : sequence.getValue()) {
                            items.add(convert(item, depth + 1));
                        }
                        yield new Node.Sequence(at, items);
                    }
                    case MappingNode mapping -> new Node.Mapping(at, fields(mapping, depth));
                    case AnchorNode anchor -> convert(anchor.getRealNode(), depth + 1);
                    default -> throw new IllegalStateException("node: " + node.getClass());
                };
            } finally {
                insideAliases -= alias ? 1 : 0;
                open.remove(node);
            }
        }

        private Map<String, Node.Field> fields(MappingNode mapping, int depth) {
            Map<String, Node.Field> fields = new LinkedHashMap<>();
            Map<String, Location> written = new HashMap<>();
            for (NodeTuple tuple : mapping.getValue()) {
                Location at = location(tuple.getKeyNode());
                if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                    problems.add(error(at, "a field's name is not a string"));
                    failed = true;
                    continue;
                }
                if (key.getValue().equals("<<")
                        && (key.getTag().equals(PLAIN) || key.getTag().equals(MERGE))) {
                    merge(tuple.getValueNode(), fields, depth);
                    continue;
                }
                String name = name(key);
                Node value = convert(tuple.getValueNode(), depth + 1);
                Location first = written.putIfAbsent(name, at);
                if (first == null) {
                    fields.put(name, new Node.Field(at, value));
                } else {
                    problems.add(error(
                            at,
                            "field \"" + name + "\" is there twice; the first is at line " + first.line()
                                    + " (expected: once)"));
                    failed = true;
                }
            }
            return fields;
        }

        /**
         * A merge key: the fields of another object, or of several, of which the first counts. As for kubectl, fields that are written
         * below the merge key replace its fields, and the merge key replaces fields that are written above it.
         */
        private void merge(org.snakeyaml.engine.v2.nodes.Node value, Map<String, Node.Field> fields, int depth) {
            Node merged = convert(value, depth + 1);
            switch (merged) {
                case Node.Mapping mapping -> fields.putAll(mapping.fields());
                case Node.Sequence sequence -> {
                    for (Node item : sequence.items().reversed()) {
                        if (item instanceof Node.Mapping mapping) {
                            fields.putAll(mapping.fields());
                        } else {
                            fail(
                                    item.location(),
                                    "a merge key's value is " + item.describe() + " (expected: an object)");
                        }
                    }
                }
                case Node.Scalar scalar ->
                    fail(
                            scalar.location(),
                            "a merge key's value is " + scalar.describe()
                                    + " (expected: an object, or a list of objects)");
            }
        }

        /** A field's name as JSON has it: kubectl makes {@code true} of the name {@code on}, and 8 of 010. */
        private static String name(ScalarNode key) {
            return switch (type(key)) {
                case BOOLEAN -> Boolean.toString(PlainScalar.truth(key.getValue()));
                case INTEGER -> PlainScalar.decimal(key.getValue());
                case STRING, FLOAT, NULL -> key.getValue();
            };
        }

        private Node scalar(ScalarNode scalar, Location at) {
            if (scalar.getTag().equals(Tag.BINARY)) {
                try {
                    byte[] bytes = Base64.getMimeDecoder().decode(scalar.getValue());
                    return new Node.Scalar(at, Node.Scalar.Type.STRING, new String(bytes, StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    fail(at, "the value of a !!binary is not base64: " + e.getMessage());
                }
            }
            return new Node.Scalar(at, type(scalar), scalar.getValue(), first(scalar, at));
        }

        private Optional<Location> first(ScalarNode scalar, Location at) {
            return switch (scalar.getScalarStyle()) {
                case LITERAL -> {
                    int below = at.line() - chunk.firstLine();
                    yield lines().subList(Math.min(below, lines().size()), lines().size()).stream()
                            .filter(line -> !line.isBlank())
                            .findFirst()
                            .map(line -> new Location(
                                    at.file(),
                                    at.line() + 1,
                                    1 + line.length() - line.stripLeading().length()));
                }
                case PLAIN, SINGLE_QUOTED, DOUBLE_QUOTED, JSON_SCALAR_STYLE -> {
                    boolean oneLine = scalar.getStartMark()
                                    .map(Mark::getLine)
                                    .equals(scalar.getEndMark().map(Mark::getLine))
                            && scalar.getValue().indexOf('\n') < 0;
                    boolean quoted = scalar.getScalarStyle() != ScalarStyle.PLAIN;
                    yield oneLine
                            ? Optional.of(quoted ? new Location(at.file(), at.line(), at.column() + 1) : at)
                            : Optional.empty();
                }
                case FOLDED -> Optional.empty();
            };
        }

        private List<String> lines() {
            if (lines.isEmpty()) {
                lines = Optional.of(chunk.text().lines().toList());
            }
            return lines.get();
        }

        private static Node.Scalar.Type type(ScalarNode scalar) {
            return MEANINGFUL_TAGS.contains(scalar.getTag())
                    ? PlainScalar.type(scalar.getValue())
                    : Node.Scalar.Type.STRING;
        }
    }
}
