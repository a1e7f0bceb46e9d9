package dev.gatehouse.gatewayapi.schema;

import dev.gatehouse.gatewayapi.yaml.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The schema of a value.
 *
 * @param about the purpose of the field; empty: not described
 * @param preset the default of a field that the user does not set
 * @param rules the constraints between the parts of a value
 */
public record Schema(String about, Optional<Node> preset, List<Rule> rules, Form form) {
    public Schema {
        rules = List.copyOf(rules);
    }

    /** True if a value of this shape may get a value that the user did not write. */
    boolean completes() {
        return preset.isPresent() || form.completes();
    }

    /** The type of a value, with its bounds. */
    public sealed interface Form {
        /** True if a part of the value may get a value that the user did not write. */
        default boolean completes() {
            return false;
        }
    }

    /**
     * A string.
     *
     * @param minLength the least length, in characters
     * @param maxLength the greatest length, in characters; {@link Integer#MAX_VALUE}: any
     * @param patterns regular expressions, each of which must be found in the value
     * @param choices the permitted values; empty: any
     * @param format "date-time" or "byte"; empty: any
     * @param expect the patterns in words; empty: not described
     */
    public record Text(
            int minLength, int maxLength, List<Syntax> patterns, List<String> choices, String format, String expect)
            implements Form {
        public Text {
            patterns = List.copyOf(patterns);
            choices = List.copyOf(choices);
        }
    }

    /**
     * A regular expression.
     *
     * @param text the expression as written, in the syntax of RE2
     * @param pattern the equivalent Java pattern, in which {@code \z} replaces {@code $}: Java's {@code $} also matches
     * before a final line feed
     */
    public record Syntax(String text, Pattern pattern) {
        static Syntax of(String text) {
            return new Syntax(text, Pattern.compile(text.replaceAll("(?<!\\\\)\\$(?=$|\\||\\))", "\\\\z")));
        }
    }

    /**
     * An integer.
     *
     * @param min the least value; empty: the format's least value
     * @param max the greatest value; empty: the format's greatest value
     * @param choices the permitted values; empty: any
     * @param format "int32" or "int64"; empty: any
     */
    public record Whole(Optional<Long> min, Optional<Long> max, List<Long> choices, String format) implements Form {
        public Whole {
            choices = List.copyOf(choices);
        }

        /** The least value. */
        public long least() {
            return min.orElse(format.equals("int32") ? Integer.MIN_VALUE : Long.MIN_VALUE);
        }

        /** The greatest value. */
        public long greatest() {
            return max.orElse(format.equals("int32") ? Integer.MAX_VALUE : Long.MAX_VALUE);
        }
    }

    /** A number with or without a fraction. */
    public record Decimal(Optional<Long> min, Optional<Long> max) implements Form {}

    public record Flag() implements Form {}

    /**
     * An integer or a string.
     *
     * @param quantity whether the value is a Kubernetes quantity
     * @param patterns the patterns of a string value
     * @param expect the patterns in words; empty: not described
     */
    public record NumberOrText(boolean quantity, List<Syntax> patterns, String expect) implements Form {
        public NumberOrText {
            patterns = List.copyOf(patterns);
        }
    }

    /**
     * An object.
     *
     * @param fields the fields by name, in their order
     * @param required the names of required fields
     * @param atomic whether an apply replaces the object as a whole
     * @param minProperties the least number of fields
     * @param completing the names of fields that may get a default value
     */
    public record Fields(
            Map<String, Schema> fields,
            Set<String> required,
            boolean atomic,
            int minProperties,
            List<String> completing)
            implements Form {
        public Fields {
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
            required = Set.copyOf(required);
            completing = List.copyOf(completing);
        }

        static Fields of(Map<String, Schema> fields, Set<String> required, boolean atomic, int minProperties) {
            List<String> completing = new ArrayList<>();
            fields.forEach((name, schema) -> {
                if (schema.completes()) {
                    completing.add(name);
                }
            });
            return new Fields(fields, required, atomic, minProperties, completing);
        }

        @Override
        public boolean completes() {
            return !completing.isEmpty();
        }
    }

    /** How an apply merges a list. */
    public enum ListType {
        ATOMIC,
        SET,
        MAP
    }

    /**
     * A list.
     *
     * @param max {@link Integer#MAX_VALUE}: any number
     * @param type empty: not declared, which means atomic
     * @param keys the key fields of the items of a {@code MAP}
     */
    public record Items(Schema item, int min, int max, Optional<ListType> type, List<String> keys) implements Form {
        public Items {
            keys = List.copyOf(keys);
        }

        @Override
        public boolean completes() {
            return item.completes();
        }
    }

    /** Values under names of the user's. */
    public record Named(Schema value) implements Form {
        @Override
        public boolean completes() {
            return value.completes();
        }
    }

    /** @param object whether the value must be an object */
    public record Anything(boolean object) implements Form {}
}
