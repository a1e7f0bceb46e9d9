package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Changes of headers (Envoy Gateway's HTTPHeaderFilter).
 *
 * @param writes the headers to write, without duplicate names
 * @param remove the names of headers to remove
 * @param removeOnMatch headers with a matching name are removed
 */
public record HeaderEdits(List<Write> writes, List<String> remove, List<StringMatch> removeOnMatch) {
    private static final int MAX = 64;
    private static final Syntax VALUE =
            Syntax.of("[\\t\\x20-\\x7e\\x80-\\uffff]*", 4096, "a header value: one line without control characters");

    public HeaderEdits {
        writes = List.copyOf(writes);
        remove = List.copyOf(remove);
        removeOnMatch = List.copyOf(removeOnMatch);
    }

    /** How a header is written. */
    public enum Action {
        /** Adds a value to the header's existing values. */
        ADD,
        /** The value takes the place of others. */
        SET,
        /** A header that is there stays as it is. */
        ADD_IF_ABSENT
    }

    /** A header that is written. */
    public record Write(Action action, String name, String value) {
        private static List<Write> read(Fields f, String list, Action action) {
            return f.list(
                    list,
                    0,
                    MAX,
                    header -> new Write(
                            action,
                            header.requiredString("name", Syntax.HEADER_NAME),
                            header.requiredString("value", VALUE)));
        }
    }

    static HeaderEdits read(Fields f) {
        List<Write> all = new ArrayList<>(Write.read(f, "add", Action.ADD));
        all.addAll(Write.read(f, "set", Action.SET));
        all.addAll(Write.read(f, "addIfAbsent", Action.ADD_IF_ABSENT));
        // Of several writes of one name the first counts, as Envoy Gateway has it.
        Set<String> names = new HashSet<>();
        HeaderEdits edits = new HeaderEdits(
                all.stream()
                        .filter(write -> names.add(write.name().toLowerCase(Locale.ROOT)))
                        .toList(),
                f.strings("remove", Syntax.HEADER_NAME),
                f.list("removeOnMatch", 0, MAX, StringMatch::read));
        if (all.isEmpty() && edits.remove.isEmpty() && edits.removeOnMatch.isEmpty()) {
            f.wrong("changes no header (expected: add, set, addIfAbsent, remove or removeOnMatch)");
        }
        return edits;
    }
}
