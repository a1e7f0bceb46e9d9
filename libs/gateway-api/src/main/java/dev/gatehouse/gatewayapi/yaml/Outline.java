package dev.gatehouse.gatewayapi.yaml;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The shape of an object, as its reader asks for it: {@link Fields#outline}. */
public sealed interface Outline {
    /** @param choices the permitted values; empty: any value that matches {@code syntax} */
    record Text(Optional<Syntax> syntax, List<String> choices) implements Outline {
        public Text {
            choices = List.copyOf(choices);
        }
    }

    /** A time, RFC 3339. */
    record Time() implements Outline {}

    record Flag() implements Outline {}

    record Number(long min, long max) implements Outline {}

    /** A string or an integer. */
    record NumberOrText() implements Outline {}

    /** Fields by name, in their order. */
    final class Fields implements Outline {
        private final Map<String, Outline> known = new LinkedHashMap<>();
        private final TreeSet<String> required = new TreeSet<>();
        private boolean open;

        /** The fields that are known. */
        public Map<String, Outline> known() {
            return Map.copyOf(known);
        }

        /** The names of required fields. */
        public List<String> required() {
            return List.copyOf(required);
        }

        /** True if there may be others that do not matter here. */
        public boolean open() {
            return open;
        }

        void add(String name, Outline outline) {
            // A field that is read twice has one outline. A mere test for the field's presence does not determine its
            // form.
            boolean says = !(outline instanceof Anything) && !(outline instanceof Ignored);
            if (says || !known.containsKey(name) || outline instanceof Ignored && known.get(name) instanceof Anything) {
                known.put(name, outline);
            }
        }

        void require(String name) {
            required.add(name);
        }

        void openUp() {
            open = true;
        }
    }

    /** A list of {@code min} to {@code max} items. */
    record Items(Outline item, int min, int max) implements Outline {}

    /** Values under names of the user's. */
    record Named(Outline value) implements Outline {}

    /** An object that is passed on as it is. */
    record Tree() implements Outline {}

    /** A value that is valid and has no effect. */
    record Ignored() implements Outline {}

    /** A value whose form is not looked at. */
    record Anything() implements Outline {}
}
