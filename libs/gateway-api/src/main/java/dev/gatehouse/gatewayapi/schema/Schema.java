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
 * What a value may be.
 *
 * @param about what the field is for; empty where nothing is said
 * @param preset the value that a field has where the user gives none
 * @param rules what holds between the parts of a value
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
     * @param minLength in characters
     * @param maxLength in characters; {@link Integer#MAX_VALUE}: any
     * @param patterns regular expressions, each of which must be found in the value
     * @param choices the only values; empty: any
     * @param format "date-time" or "byte"; empty: any
     * @param expect the patterns in words; empty where they have none
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
     * @param text as it is written, in the syntax of RE2
     * @param pattern the same for Java, where {@code $} matches before a last line feed too
     */
    public record Syntax(String text, Pattern pattern) {
        static Syntax of(String text) {
            return new Syntax(text, Pattern.compile(text.replaceAll("(?<!\\\\)\\$(?=$|\\||\\))", "\\\\z")));
        }
    }

    /**
     * An integer.
     *
     * @param min the least value; empty: that of the format
     * @param max the greatest value; empty: that of the format
     * @param choices the only values; empty: any
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
     * @param quantity whether it is one of Kubernetes' quantities
     * @param patterns those of a string
     * @param expect the patterns in words; empty where they have none
     */
    public record NumberOrText(boolean quantity, List<Syntax> patterns, String expect) implements Form {
        public NumberOrText {
            patterns = List.copyOf(patterns);
        }
    }

    /**
     * An object.
     *
     * @param fields by name, in their order
     * @param required the names of those that must be there
     * @param atomic whether an apply replaces it whole
     * @param minProperties how many fields there must be
     * @param completing the names of fields that may get a value that the user did not write
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
     * @param type empty: atomic, without saying so
     * @param keys the fields that tell the items of a {@code MAP} apart
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

    /** @param object whether it must be an object */
    public record Anything(boolean object) implements Form {}
}
