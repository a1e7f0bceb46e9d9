package dev.gatehouse.gatewayapi.merge;

import com.google.re2j.Pattern;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The condition of a JSONPath's filter: {@code @.name == 'a' && @.weight > 5}. */
sealed interface JsonPathFilter {
    /** True for {@code node} of the tree {@code root}. */
    boolean holds(@Nullable Object node, Map<?, ?> root) throws PatchFailure;

    record And(JsonPathFilter left, JsonPathFilter right) implements JsonPathFilter {
        @Override
        public boolean holds(@Nullable Object node, Map<?, ?> root) throws PatchFailure {
            return left.holds(node, root) && right.holds(node, root);
        }
    }

    record Or(JsonPathFilter left, JsonPathFilter right) implements JsonPathFilter {
        @Override
        public boolean holds(@Nullable Object node, Map<?, ?> root) throws PatchFailure {
            return left.holds(node, root) || right.holds(node, root);
        }
    }

    record Not(JsonPathFilter condition) implements JsonPathFilter {
        @Override
        public boolean holds(@Nullable Object node, Map<?, ?> root) throws PatchFailure {
            return !condition.holds(node, root);
        }
    }

    /** The path leads somewhere. */
    record Exists(Operand.Path path) implements JsonPathFilter {
        @Override
        public boolean holds(@Nullable Object node, Map<?, ?> root) throws PatchFailure {
            return !path.places(node, root).isEmpty();
        }
    }

    /**
     * The text matches a regular expression.
     *
     * @param whole true: the whole text must match; false: a part of it
     */
    record Matches(Operand text, Pattern pattern, boolean whole) implements JsonPathFilter {
        @Override
        public boolean holds(@Nullable Object node, Map<?, ?> root) throws PatchFailure {
            return text.value(node, root) instanceof String value
                    && (whole ? pattern.matches(value) : pattern.matcher(value).find());
        }
    }

    /** Tests whether the value is in a list. */
    record In(Operand value, List<Operand> list) implements JsonPathFilter {
        public In {
            list = List.copyOf(list);
        }

        @Override
        public boolean holds(@Nullable Object node, Map<?, ?> root) throws PatchFailure {
            Object own = value.value(node, root);
            for (Operand each : list) {
                if (same(own, each.value(node, root))) {
                    return true;
                }
            }
            return false;
        }
    }

    /** How two values are compared. */
    enum Comparison {
        EQUAL,
        UNEQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL
    }

    record Compares(Operand left, Comparison comparison, Operand right) implements JsonPathFilter {
        @Override
        public boolean holds(@Nullable Object node, Map<?, ?> root) throws PatchFailure {
            Object a = left.value(node, root);
            Object b = right.value(node, root);
            return switch (comparison) {
                case EQUAL -> same(a, b);
                case UNEQUAL -> !same(a, b);
                case LESS -> less(a, b);
                case LESS_OR_EQUAL -> less(a, b) || same(a, b);
                case GREATER -> less(b, a);
                case GREATER_OR_EQUAL -> less(b, a) || same(a, b);
            };
        }
    }

    /** A side of a comparison. */
    sealed interface Operand {
        /** Stands for the value of a path that leads nowhere, or to several nodes. */
        Object NOTHING = new Object();

        /** The value for {@code node} of the tree {@code root}. */
        @Nullable
        Object value(@Nullable Object node, Map<?, ?> root) throws PatchFailure;

        record Literal(@Nullable Object literal) implements Operand {
            @Override
            public @Nullable Object value(@Nullable Object node, Map<?, ?> root) {
                return literal;
            }
        }

        /**
         * A path from the node, or from the root.
         *
         * @param absolute true: the path begins at the root; false: at the current node
         */
        record Path(boolean absolute, List<JsonPath.Step> steps) implements Operand {
            public Path {
                steps = List.copyOf(steps);
            }

            List<JsonPath.Place> places(@Nullable Object node, Map<?, ?> root) throws PatchFailure {
                return JsonPath.select(steps, absolute ? root : node, root);
            }

            @Override
            public @Nullable Object value(@Nullable Object node, Map<?, ?> root) throws PatchFailure {
                List<JsonPath.Place> places = places(node, root);
                return places.size() == 1 ? places.getFirst().node() : NOTHING;
            }
        }

        /** The number of characters, items or fields of a value. */
        record Length(Operand of) implements Operand {
            @Override
            public @Nullable Object value(@Nullable Object node, Map<?, ?> root) throws PatchFailure {
                return switch (of.value(node, root)) {
                    case String text -> (long) text.codePointCount(0, text.length());
                    case List<?> list -> (long) list.size();
                    case Map<?, ?> map -> (long) map.size();
                    case null, default -> NOTHING;
                };
            }
        }

        /** The number of nodes that a path leads to. */
        record Count(Path of) implements Operand {
            @Override
            public Object value(@Nullable Object node, Map<?, ?> root) throws PatchFailure {
                return (long) of.places(node, root).size();
            }
        }
    }

    /** Whether two values of trees are equal. Numbers are compared by value, whatever their type. */
    static boolean same(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Number x && b instanceof Number y) {
            return number(x).compareTo(number(y)) == 0;
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            boolean same = x.size() == y.size();
            for (int i = 0; same && i < x.size(); i++) {
                same = same(x.get(i), y.get(i));
            }
            return same;
        }
        if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
            return x.keySet().equals(y.keySet())
                    && x.entrySet().stream().allMatch(each -> same(each.getValue(), y.get(each.getKey())));
        }
        return Objects.equals(a, b);
    }

    private static boolean less(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Number x && b instanceof Number y) {
            return number(x).compareTo(number(y)) < 0;
        }
        return a instanceof String x && b instanceof String y && x.compareTo(y) < 0;
    }

    private static BigDecimal number(Number number) {
        return new BigDecimal(number.toString());
    }
}
