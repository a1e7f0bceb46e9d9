package dev.gatehouse.gatewayapi.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
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

/**
 * Reads the documents of a YAML (or JSON) text. Each document is parsed by itself, so that one which is not YAML does not
 * hide the others. Never throws for what a text holds.
 *
 * @param documents the documents whose root is an object, in order; empty documents are left out
 * @param problems what is wrong with the others
 */
public record YamlDocuments(List<Node.Mapping> documents, List<Problem> problems) {
    /** The largest text that is read, in characters. Kubernetes itself takes objects of up to 1.5 MiB. */
    public static final int MAX_CHARACTERS = 8 * 1024 * 1024;

    private static final Pattern DIRECTIVES = Pattern.compile("%[^\\n]*+\\n(?:[%#][^\\n]*+\\n|\\s*+\\n)*+");
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final int MAX_DEPTH = 64;
    private static final int MAX_ALIASES = 64;
    private static final int MAX_NODES = 2_000_000;

    // One for all documents: making the schema's resolvers costs more than reading a small document.
    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setAllowDuplicateKeys(true)
            .setCodePointLimit(MAX_CHARACTERS)
            .setMaxAliasesForCollections(MAX_ALIASES)
            .build();

    public YamlDocuments {
        documents = List.copyOf(documents);
        problems = List.copyOf(problems);
    }

    /** Reads {@code text}, which stands in {@code file}. */
    public static YamlDocuments read(String file, String text) {
        List<Node.Mapping> documents = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        if (text.length() > MAX_CHARACTERS) {
            problems.add(error(
                    new Location(file, 1, 1),
                    "the file has " + text.length() + " characters (expected: at most " + MAX_CHARACTERS
                            + "); split it into several files"));
            return new YamlDocuments(documents, problems);
        }
        int firstLine = 0;
        for (String chunk : split(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text)) {
            readDocument(file, firstLine, chunk, problems).ifPresent(documents::add);
            firstLine += (int) chunk.chars().filter(c -> c == '\n').count();
        }
        return new YamlDocuments(documents, problems);
    }

    /** Cuts the text before each line that begins a document, so that the chunks together are the text. */
    private static List<String> split(String text) {
        List<String> chunks = new ArrayList<>();
        int start = 0;
        int line = 0;
        while (line < text.length()) {
            int next = text.indexOf('\n', line);
            int end = next < 0 ? text.length() : next + 1;
            boolean marker = text.startsWith("---", line)
                    && (line + 3 == text.length() || Character.isWhitespace(text.charAt(line + 3)));
            if (marker
                    && line > start
                    && !DIRECTIVES.matcher(text.substring(start, line)).matches()) {
                chunks.add(text.substring(start, line));
                start = line;
            }
            line = end;
        }
        chunks.add(text.substring(start));
        return chunks;
    }

    private static Optional<Node.Mapping> readDocument(
            String file, int firstLine, String chunk, List<Problem> problems) {
        try {
            Optional<org.snakeyaml.engine.v2.nodes.Node> root =
                    new Composer(SETTINGS, new ShallowParser(SETTINGS, chunk, MAX_DEPTH)).getSingleNode();
            if (root.isEmpty()) {
                return Optional.empty();
            }
            Converter converter = new Converter(file, firstLine, chunk, problems);
            Node node = converter.convert(root.get(), 0);
            if (converter.failed || Node.isNull(node)) {
                return Optional.empty();
            }
            if (node instanceof Node.Mapping mapping) {
                return Optional.of(mapping);
            }
            problems.add(
                    error(node.location(), "the document is " + node.describe() + " (expected: a Kubernetes object)"));
        } catch (MarkedYamlEngineException e) {
            Location at = e.getProblemMark()
                    .map(mark -> location(file, firstLine, mark))
                    .orElse(new Location(file, firstLine + 1, 1));
            problems.add(error(
                    at, "not YAML: " + e.getProblem() + (e.getContext() == null ? "" : " (" + e.getContext() + ")")));
        } catch (ReaderException e) {
            String before = chunk.substring(0, Math.min(chunk.length(), chunk.offsetByCodePoints(0, e.getPosition())));
            int line = (int) before.chars().filter(c -> c == '\n').count();
            problems.add(error(
                    new Location(file, firstLine + line + 1, before.length() - before.lastIndexOf('\n')),
                    "not YAML: character U+" + "%04X".formatted(e.getCodePoint())
                            + " (expected: printable characters)"));
        } catch (YamlEngineException e) {
            problems.add(error(new Location(file, firstLine + 1, 1), "not YAML: " + e.getMessage()));
        }
        return Optional.empty();
    }

    private static Location location(String file, int firstLine, Mark mark) {
        return new Location(file, firstLine + mark.getLine() + 1, mark.getColumn() + 1);
    }

    private static Problem error(Location location, String message) {
        return new Problem(Problem.Severity.ERROR, location, "", "", message);
    }

    /** Turns SnakeYAML's nodes into ours, within limits of depth and size (aliases can multiply both). */
    private static final class Converter {
        private final String file;
        private final int firstLine;
        private final String chunk;
        private final List<Problem> problems;
        private Optional<List<String>> lines = Optional.empty();
        private int nodes;
        private boolean failed;

        Converter(String file, int firstLine, String chunk, List<Problem> problems) {
            this.file = file;
            this.firstLine = firstLine;
            this.chunk = chunk;
            this.problems = problems;
        }

        Node convert(org.snakeyaml.engine.v2.nodes.Node node, int depth) {
            Location at = node.getStartMark()
                    .map(mark -> location(file, firstLine, mark))
                    .orElse(new Location(file, firstLine + 1, 1));
            if (depth > MAX_DEPTH || ++nodes > MAX_NODES) {
                if (!failed) {
                    problems.add(error(
                            at,
                            depth > MAX_DEPTH
                                    ? "nested more than " + MAX_DEPTH + " levels deep"
                                    : "more than " + MAX_NODES + " values in one document"));
                }
                failed = true;
                return new Node.Scalar(at, Node.Scalar.Type.NULL, "");
            }
            return switch (node) {
                case ScalarNode scalar -> new Node.Scalar(at, type(scalar), scalar.getValue(), first(scalar, at));
                case SequenceNode sequence -> {
                    List<Node> items = new ArrayList<>(sequence.getValue().size());
                    for (org.snakeyaml.engine.v2.nodes.Node item : sequence.getValue()) {
                        items.add(convert(item, depth + 1));
                    }
                    yield new Node.Sequence(at, items);
                }
                case MappingNode mapping -> convertMapping(mapping, at, depth);
                case AnchorNode anchor -> convert(anchor.getRealNode(), depth + 1);
                default -> throw new IllegalStateException("node: " + node.getClass());
            };
        }

        private Node convertMapping(MappingNode mapping, Location at, int depth) {
            Map<String, Node.Field> fields = new LinkedHashMap<>();
            for (NodeTuple tuple : mapping.getValue()) {
                Location keyAt = tuple.getKeyNode()
                        .getStartMark()
                        .map(mark -> location(file, firstLine, mark))
                        .orElse(at);
                if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                    problems.add(error(keyAt, "a field's name is not a string"));
                    failed = true;
                    continue;
                }
                Node value = convert(tuple.getValueNode(), depth + 1);
                if (fields.putIfAbsent(key.getValue(), new Node.Field(keyAt, value)) != null) {
                    problems.add(error(
                            keyAt,
                            "field \"" + key.getValue() + "\" is there twice; the first is at line "
                                    + fields.get(key.getValue()).location().line() + " (expected: once)"));
                    failed = true;
                }
            }
            return new Node.Mapping(at, fields);
        }

        private Optional<Location> first(ScalarNode scalar, Location at) {
            return switch (scalar.getScalarStyle()) {
                case LITERAL -> {
                    int below = at.line() - firstLine;
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
                lines = Optional.of(chunk.lines().toList());
            }
            return lines.get();
        }

        private static Node.Scalar.Type type(ScalarNode scalar) {
            if (scalar.getScalarStyle() != ScalarStyle.PLAIN) {
                return Node.Scalar.Type.STRING;
            }
            Tag tag = scalar.getTag();
            if (tag.equals(Tag.INT)) {
                return Node.Scalar.Type.INTEGER;
            } else if (tag.equals(Tag.FLOAT)) {
                return Node.Scalar.Type.FLOAT;
            } else if (tag.equals(Tag.BOOL)) {
                return Node.Scalar.Type.BOOLEAN;
            } else if (tag.equals(Tag.NULL)) {
                return Node.Scalar.Type.NULL;
            }
            return Node.Scalar.Type.STRING;
        }
    }
}
