package dev.gatehouse.gatewayapi.schema;

import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A constraint between the parts of a value. Gatehouse checks it in Java, and an API server checks it by an equivalent
 * CEL expression. If a rule compares fields, a missing field passes; {@code required} decides whether a field must be
 * present.
 */
public sealed interface Rule {
    /**
     * The rule in the form that an API server checks.
     *
     * @param expression CEL, true if the value is valid
     * @param message the expected value, in words
     */
    record Cel(String expression, String message) {}

    /**
     * A violation of a rule.
     *
     * @param place the wrong field, relative to the value; empty: the value itself
     */
    record Breach(String place, String message) {}

    /** What {@code value} breaks. */
    List<Breach> breaches(Node value);

    /** The same for an API server. */
    List<Cel> cel();

    /**
     * So many of these fields are there.
     *
     * @param when the condition under which the rule applies; empty: always
     */
    record Count(Optional<Condition> when, Bound bound, List<FieldPath> fields) implements Rule {
        enum Bound {
            EXACTLY_ONE("exactly one of %s must be set"),
            AT_MOST_ONE("only one of %s may be set"),
            AT_LEAST_ONE("at least one of %s must be set");

            private final String text;

            Bound(String text) {
                this.text = text;
            }

            boolean holds(long count) {
                return switch (this) {
                    case EXACTLY_ONE -> count == 1;
                    case AT_MOST_ONE -> count <= 1;
                    case AT_LEAST_ONE -> count >= 1;
                };
            }
        }

        public Count {
            fields = List.copyOf(fields);
        }

        private String message() {
            List<String> names = fields.stream().map(FieldPath::toString).toList();
            String text = bound.text.formatted(
                    bound == Bound.AT_LEAST_ONE ? Wording.choice(names) : Wording.enumeration(names));
            return when.map(condition -> "when " + condition.is() + ", " + text).orElse(text);
        }

        @Override
        public List<Breach> breaches(Node value) {
            if (!(value instanceof Node.Mapping)
                    || when.filter(condition -> !condition.holds(value, Condition.Quantifier.SOME))
                            .isPresent()) {
                return List.of();
            }
            long count =
                    fields.stream().filter(field -> field.in(value).isPresent()).count();
            return bound.holds(count) ? List.of() : List.of(new Breach("", message()));
        }

        @Override
        public List<Cel> cel() {
            List<String> there = fields.stream()
                    .map(field -> "(" + field.celHas("self") + ")")
                    .toList();
            // An API server estimates the cost of a rule. Without lists the cost is small.
            String expression = switch (bound) {
                case AT_LEAST_ONE -> String.join(" || ", there);
                case EXACTLY_ONE, AT_MOST_ONE ->
                    there.stream().map(each -> "(" + each + " ? 1 : 0)").collect(Collectors.joining(" + "))
                            + (bound == Bound.EXACTLY_ONE ? " == 1" : " <= 1");
            };
            return List.of(new Cel(when.isPresent() ? unless(when) + "(" + expression + ")" : expression, message()));
        }
    }

    /** Each of these fields is there if a field has its value, and only then. */
    record Union(FieldPath by, Map<String, FieldPath> members) implements Rule {
        public Union {
            members = Map.copyOf(members);
        }

        private static String message(FieldPath by, String value, FieldPath member) {
            return member + " must be set when " + by + " is " + value + ", and only then";
        }

        @Override
        public List<Breach> breaches(Node value) {
            if (!(value instanceof Node.Mapping)) {
                return List.of();
            }
            String chosen = by.in(value).orElse(null) instanceof Node.Scalar scalar ? scalar.text() : "";
            List<Breach> breaches = new ArrayList<>();
            members.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(member -> {
                if (member.getKey().equals(chosen)
                        != member.getValue().in(value).isPresent()) {
                    breaches.add(
                            new Breach(member.getValue().toString(), message(by, member.getKey(), member.getValue())));
                }
            });
            return breaches;
        }

        @Override
        public List<Cel> cel() {
            return members.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(member -> new Cel(
                            "(" + by.celHas("self") + " && " + by.cel("self") + " == "
                                    + Condition.celText(member.getKey()) + ") == ("
                                    + member.getValue().celHas("self") + ")",
                            message(by, member.getKey(), member.getValue())))
                    .toList();
        }
    }

    /**
     * A condition, where another one holds.
     *
     * @param when empty: always
     */
    record Demand(Optional<Condition> when, Condition then) implements Rule {
        private String message() {
            return when.map(condition -> "when " + condition.is() + ", ").orElse("") + then.mustBe();
        }

        @Override
        public List<Breach> breaches(Node value) {
            if (value instanceof Node.Scalar
                    || when.filter(condition -> !condition.holds(value, Condition.Quantifier.SOME))
                            .isPresent()) {
                return List.of();
            }
            return then.tests().stream()
                    .filter(test -> !test.holds(value, Condition.Quantifier.EVERY))
                    .findFirst()
                    .map(test ->
                            new Breach(test.place().map(FieldPath::toString).orElse(""), message()))
                    .stream()
                    .toList();
        }

        @Override
        public List<Cel> cel() {
            return List.of(new Cel(
                    when.isEmpty()
                            ? then.cel(Condition.Quantifier.EVERY)
                            : unless(when) + "(" + then.cel(Condition.Quantifier.EVERY) + ")",
                    message()));
        }
    }

    /**
     * The first of two fields is less than the second.
     *
     * @param orEqual whether the two may be equal
     * @param durations true: the two are durations; false: integers
     */
    record Order(FieldPath first, FieldPath second, boolean orEqual, boolean durations) implements Rule {
        private String message() {
            return orEqual ? first + " must not be more than " + second : first + " must be less than " + second;
        }

        @Override
        public List<Breach> breaches(Node value) {
            Optional<Long> left = first.in(value).flatMap(node -> Amounts.of(node, durations));
            Optional<Long> right = second.in(value).flatMap(node -> Amounts.of(node, durations));
            if (left.isEmpty() || right.isEmpty()) {
                return List.of();
            }
            boolean holds = orEqual ? left.get() <= right.get() : left.get() < right.get();
            return holds ? List.of() : List.of(new Breach(first.toString(), message()));
        }

        @Override
        public List<Cel> cel() {
            return List.of(new Cel(
                    "!(" + first.celHas("self") + ") || !(" + second.celHas("self") + ") || " + amount(first)
                            + (orEqual ? " <= " : " < ") + amount(second),
                    message()));
        }

        private String amount(FieldPath field) {
            return durations ? "duration(" + field.cel("self") + ")" : field.cel("self");
        }
    }

    /** A duration of at least so much, or of more. */
    record Least(String duration, boolean orEqual) implements Rule {
        private String message() {
            return (orEqual ? "must be at least " : "must be more than ") + duration;
        }

        @Override
        public List<Breach> breaches(Node value) {
            Optional<Long> amount = Amounts.of(value, true);
            long least = Amounts.nanoseconds(duration).orElseThrow();
            return amount
                    .filter(nanos -> orEqual ? nanos < least : nanos <= least)
                    .map(_ -> new Breach("", message()))
                    .stream()
                    .toList();
        }

        @Override
        public List<Cel> cel() {
            return List.of(
                    new Cel("duration(self) " + (orEqual ? ">=" : ">") + " duration('" + duration + "')", message()));
        }
    }

    /** A string that is none of these. */
    record Not(List<String> values, boolean anyCase) implements Rule {
        public Not {
            values = List.copyOf(values);
        }

        private String message() {
            return "must not be " + Wording.choice(values);
        }

        @Override
        public List<Breach> breaches(Node value) {
            return new Condition.OneOf(values, anyCase, false).holds(Optional.of(value))
                    ? List.of(new Breach("", message()))
                    : List.of();
        }

        @Override
        public List<Cel> cel() {
            String texts = values.stream()
                    .map(each -> Condition.celText(anyCase ? each.toLowerCase(Locale.ROOT) : each))
                    .collect(Collectors.joining(", "));
            return List.of(new Cel("!(self" + (anyCase ? ".lowerAscii()" : "") + " in [" + texts + "])", message()));
        }
    }

    /** All items of a list have the field, or none. */
    record AllOrNone(FieldPath field) implements Rule {
        private String message() {
            return field + " must be set in all items, or in none";
        }

        @Override
        public List<Breach> breaches(Node value) {
            if (!(value instanceof Node.Sequence sequence)) {
                return List.of();
            }
            long having = sequence.items().stream()
                    .filter(item -> field.in(item).isPresent())
                    .count();
            return having == 0 || having == sequence.items().size() ? List.of() : List.of(new Breach("", message()));
        }

        @Override
        public List<Cel> cel() {
            String has = field.celHas("item");
            return List.of(new Cel("self.all(item, " + has + ") || !self.exists(item, " + has + ")", message()));
        }
    }

    /** A rule that the others cannot say. */
    record Special(NamedCheck check) implements Rule {
        @Override
        public List<Breach> breaches(Node value) {
            return check.holds(value) ? List.of() : List.of(new Breach("", check.message()));
        }

        @Override
        public List<Cel> cel() {
            return List.of(new Cel(check.cel(), check.message()));
        }
    }

    private static String unless(Optional<Condition> when) {
        return when.map(condition -> "!(" + condition.cel(Condition.Quantifier.SOME) + ") || ")
                .orElse("");
    }
}
