package dev.gatehouse.gatewayapi.yaml;

import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node of a YAML document, with its place. */
public sealed interface Node {
    /** Where the node begins. */
    Location location();

    /** The kind of the node in words, for messages: "a string", "a list". */
    String describe();

    /**
     * A scalar.
     *
     * @param type the type as kubectl reads it; a quoted scalar is a string
     * @param first the location of the text's first character, if the text's lines are lines of the file (a text in one
     * line, or a literal block)
     */
    record Scalar(Location location, Type type, String text, Optional<Location> first) implements Node {
        /** Of which nothing more is known than where it begins. */
        public Scalar(Location location, Type type, String text) {
            this(location, type, text, Optional.empty());
        }

        /** Where a place in the text stands, line and column from 1; where it begins if that is not known better. */
        public Location at(int line, int column) {
            return first.map(from -> new Location(from.file(), from.line() + line - 1, from.column() + column - 1))
                    .orElse(location);
        }

        /** True for a boolean with the value true. */
        public boolean isTrue() {
            return type == Type.BOOLEAN && PlainScalar.truth(text);
        }

        /** The value of an integer that fits into 64 bits; empty otherwise. */
        public Optional<Long> whole() {
            return type == Type.INTEGER
                    ? PlainScalar.integer(text)
                            .filter(value -> value.bitLength() < Long.SIZE)
                            .map(BigInteger::longValue)
                    : Optional.empty();
        }

        /** The value of a finite number; empty otherwise. */
        public Optional<Double> number() {
            return type == Type.INTEGER
                    ? PlainScalar.integer(text).map(BigInteger::doubleValue)
                    : type == Type.FLOAT ? PlainScalar.number(text) : Optional.empty();
        }

        /** The types that a scalar may have. */
        public enum Type {
            STRING("a string"),
            INTEGER("an integer"),
            FLOAT("a number"),
            BOOLEAN("a boolean"),
            NULL("null");

            private final String description;

            Type(String description) {
                this.description = description;
            }
        }

        @Override
        public String describe() {
            return type.description;
        }
    }

    /** A list. */
    record Sequence(Location location, List<Node> items) implements Node {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String describe() {
            return "a list";
        }
    }

    /** An object: fields in the order of the file. */
    record Mapping(Location location, Map<String, Field> fields) implements Node {
        public Mapping {
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        }

        @Override
        public String describe() {
            return "an object";
        }

        /** The value of a field, if it is there and not null. */
        public Optional<Node> get(String name) {
            return Optional.ofNullable(fields.get(name)).map(Field::value).filter(value -> !isNull(value));
        }

        /** The field's name that {@code path} goes on with at {@code at}: the longest, since a name may hold dots. */
        private String nameAt(String path, int at) {
            String longest = "";
            for (String name : fields.keySet()) {
                int end = at + name.length();
                boolean whole = end >= path.length() || path.charAt(end) == '.' || path.charAt(end) == '[';
                if (name.length() > longest.length() && path.startsWith(name, at) && whole) {
                    longest = name;
                }
            }
            return longest.isEmpty() ? firstName(path, at) : longest;
        }
    }

    /** A field of an object: its value, and the place of its name. */
    record Field(Location location, Node value) {}

    /** True for an explicit or implied null. */
    static boolean isNull(Node node) {
        return node instanceof Scalar scalar && scalar.type() == Scalar.Type.NULL;
    }

    /**
     * The place of the field at {@code path} below this node ("spec.rules[0].name"); of its nearest ancestor that is there
     * where it is not.
     */
    default Location locate(String path) {
        return walk(path).location();
    }

    /** The node at {@code path} below this one; empty if it is not there. */
    default Optional<Node> find(String path) {
        return walk(path).node();
    }

    /**
     * The end of a path.
     *
     * @param node empty: the path leads to no node
     */
    record Way(Location location, Optional<Node> node) {}

    private Way walk(String path) {
        Node node = this;
        Location found = location();
        int at = 0;
        while (at < path.length()) {
            if (path.charAt(at) == '.') {
                at++;
                continue;
            }
            Optional<Node> next;
            if (path.charAt(at) == '[') {
                int end = path.indexOf(']', at);
                String index = path.substring(at + 1, end < 0 ? path.length() : end);
                at = end < 0 ? path.length() : end + 1;
                next = node instanceof Sequence sequence
                                && index.matches("\\d{1,6}")
                                && Integer.parseInt(index) < sequence.items().size()
                        ? Optional.of(sequence.items().get(Integer.parseInt(index)))
                        : Optional.empty();
                found = next.map(Node::location).orElse(found);
            } else {
                String name = node instanceof Mapping mapping ? mapping.nameAt(path, at) : firstName(path, at);
                at += name.length();
                Optional<Field> field = node instanceof Mapping mapping
                        ? Optional.ofNullable(mapping.fields().get(name))
                        : Optional.empty();
                found = field.map(Field::location).orElse(found);
                next = field.map(Field::value);
            }
            if (next.isEmpty()) {
                return new Way(found, Optional.empty());
            }
            node = next.get();
        }
        return new Way(found, Optional.of(node));
    }

    private static String firstName(String path, int at) {
        int end = at;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        return path.substring(at, end);
    }
}
