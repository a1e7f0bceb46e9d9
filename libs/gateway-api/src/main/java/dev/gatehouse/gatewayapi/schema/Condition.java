package dev.gatehouse.gatewayapi.schema;

import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Tests of fields, all of which must hold.
 *
 * @param tests at least one
 */
record Condition(List<Test> tests) {
    Condition {
        tests = List.copyOf(tests);
    }

    /** How the items of a list are asked. */
    enum Quantifier {
        /** A condition of a rule: an item meets it. */
        SOME("exists"),
        /** Every item must meet the condition, for the demand of a rule. */
        EVERY("all");

        private final String macro;

        Quantifier(String macro) {
            this.macro = macro;
        }
    }

    /** A test of a value. */
    sealed interface Question {
        boolean holds(Optional<Node> value);

        /** CEL of the value at {@code path} below {@code root}. */
        String cel(FieldPath path, String root);

        /** After the name of the field: "is set". */
        String is();

        /** After the name of the field: "must be set". */
        String mustBe();
    }

    record Presence(boolean there) implements Question {
        @Override
        public boolean holds(Optional<Node> value) {
            return value.isPresent() == there;
        }

        @Override
        public String cel(FieldPath path, String root) {
            return there ? path.celHas(root) : "!(" + path.celHas(root) + ")";
        }

        @Override
        public String is() {
            return there ? "is set" : "is not set";
        }

        @Override
        public String mustBe() {
            return there ? "must be set" : "must not be set";
        }
    }

    /** Whether there is a list with items, or a string with characters. */
    record Content(boolean there) implements Question {
        @Override
        public boolean holds(Optional<Node> value) {
            return value.filter(node -> switch (node) {
                                case Node.Sequence sequence -> !sequence.items().isEmpty();
                                case Node.Scalar scalar -> !scalar.text().isEmpty();
                                case Node.Mapping mapping -> !mapping.fields().isEmpty();
                            })
                            .isPresent()
                    == there;
        }

        @Override
        public String cel(FieldPath path, String root) {
            String filled = path.celHas(root) + " && size(" + path.cel(root) + ") > 0";
            return there ? filled : "!(" + filled + ")";
        }

        @Override
        public String is() {
            return there ? "is not empty" : "is empty";
        }

        @Override
        public String mustBe() {
            return there ? "must not be empty" : "must be empty";
        }
    }

    record Truth(boolean on) implements Question {
        @Override
        public boolean holds(Optional<Node> value) {
            return value.filter(node -> node instanceof Node.Scalar scalar && scalar.isTrue())
                            .isPresent()
                    == on;
        }

        @Override
        public String cel(FieldPath path, String root) {
            String enabled = path.celHas(root) + " && " + path.cel(root);
            return on ? enabled : "!(" + enabled + ")";
        }

        @Override
        public String is() {
            return on ? "is true" : "is not true";
        }

        @Override
        public String mustBe() {
            return on ? "must be true" : "must not be true";
        }
    }

    /** @param optional whether a missing value passes */
    record OneOf(List<String> values, boolean anyCase, boolean optional) implements Question {
        OneOf {
            values = List.copyOf(values);
        }

        @Override
        public boolean holds(Optional<Node> value) {
            return value.map(node -> node instanceof Node.Scalar scalar
                            && values.stream()
                                    .anyMatch(each -> anyCase
                                            ? each.equalsIgnoreCase(scalar.text())
                                            : each.equals(scalar.text())))
                    .orElse(optional);
        }

        @Override
        public String cel(FieldPath path, String root) {
            String value = path.cel(root) + (anyCase ? ".lowerAscii()" : "");
            List<String> texts = values.stream()
                    .map(each -> anyCase ? each.toLowerCase(Locale.ROOT) : each)
                    .map(Condition::celText)
                    .toList();
            String in = texts.size() == 1
                    ? value + " == " + texts.getFirst()
                    : value + " in [" + String.join(", ", texts) + "]";
            return optional ? "!(" + path.celHas(root) + ") || " + in : path.celHas(root) + " && " + in;
        }

        @Override
        public String is() {
            return "is " + Wording.choice(values);
        }

        @Override
        public String mustBe() {
            return "must be " + Wording.choice(values);
        }
    }

    /**
     * A test of a field, or of a field of a list's items.
     *
     * @param list the path of the list; empty: there is no list, or the value itself is the list
     * @param ofList whether the test is about the items of a list
     */
    record Test(Optional<FieldPath> list, boolean ofList, FieldPath field, Question question) {
        boolean holds(Node node, Quantifier quantifier) {
            if (!ofList) {
                return question.holds(field.in(node));
            }
            List<Node> items =
                    list.map(path -> path.in(node)).orElse(Optional.of(node)).orElse(null)
                                    instanceof Node.Sequence sequence
                            ? sequence.items()
                            : List.of();
            return quantifier == Quantifier.SOME
                    ? items.stream().anyMatch(item -> question.holds(field.in(item)))
                    : items.stream().allMatch(item -> question.holds(field.in(item)));
        }

        String cel(Quantifier quantifier) {
            if (!ofList) {
                return question.cel(field, "self");
            }
            String each = "." + quantifier.macro + "(item, " + question.cel(field, "item") + ")";
            if (list.isEmpty()) {
                return "self" + each;
            }
            String has = list.get().celHas("self");
            String items = list.get().cel("self") + each;
            return quantifier == Quantifier.SOME ? has + " && " + items : "!(" + has + ") || " + items;
        }

        /** The field, or the list, that the test is about: a path below the value. */
        Optional<FieldPath> place() {
            return ofList ? list : Optional.of(field);
        }

        private String name() {
            return ofList
                    ? field + " of every item" + list.map(path -> " of " + path).orElse("")
                    : field.toString();
        }

        String is() {
            return (ofList
                            ? field + " of an item of "
                                    + list.map(FieldPath::toString).orElse("the list")
                            : field) + " " + question.is();
        }

        String mustBe() {
            return name() + " " + question.mustBe();
        }
    }

    boolean holds(Node node, Quantifier quantifier) {
        return tests.stream().allMatch(test -> test.holds(node, quantifier));
    }

    String cel(Quantifier quantifier) {
        List<String> parts = new ArrayList<>();
        tests.forEach(test -> parts.add(test.cel(quantifier)));
        return parts.size() == 1
                ? parts.getFirst()
                : parts.stream().map(part -> "(" + part + ")").collect(Collectors.joining(" && "));
    }

    /** "type is Random". */
    String is() {
        return tests.stream().map(Test::is).collect(Collectors.joining(" and "));
    }

    /** "type must be Random". */
    String mustBe() {
        return tests.stream().map(Test::mustBe).collect(Collectors.joining(" and "));
    }

    static String celText(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
