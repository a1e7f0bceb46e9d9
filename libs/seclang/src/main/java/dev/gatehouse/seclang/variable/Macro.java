package dev.gatehouse.seclang.variable;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.parse.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A text with references: {@code score %{tx.score}}. Immutable. */
public final class Macro {
    private sealed interface Part {}

    private record Literal(Bytes text) implements Part {}

    private record Reference(MacroReference reference) implements Part {}

    private final Bytes written;
    private final List<Part> parts;
    private final Optional<Bytes> constant;
    private final Optional<String> constantText;

    private Macro(Bytes written, List<Part> parts) {
        this.written = written;
        this.parts = List.copyOf(parts);
        this.constant = parts.size() == 1 && parts.getFirst() instanceof Literal literal
                ? Optional.of(literal.text())
                : Optional.empty();
        this.constantText = constant.map(Bytes::toString);
    }

    /** A text as it is. */
    public static Macro literal(Bytes text) {
        return new Macro(text, List.of(new Literal(text)));
    }

    /** Reads a text; an opening that is not closed is no reference. */
    public static Macro parse(Span span) throws SecLangException {
        return parse(span, Macro::reference);
    }

    /** Reads a pattern, in which a percent sign before braces need not be a reference: it is one where a variable is named. */
    public static Macro parsePattern(Span span) throws SecLangException {
        return parse(
                span,
                (place, at, text) ->
                        isReference(text) ? reference(place, at, text) : new Literal(Bytes.utf8("%{" + text + "}")));
    }

    private interface PartReader {
        Part read(Span span, int at, String text) throws SecLangException;
    }

    private static Macro parse(Span span, PartReader reader) throws SecLangException {
        String text = span.text();
        List<Part> parts = new ArrayList<>();
        int from = 0;
        for (int open = text.indexOf("%{"); open >= 0; open = text.indexOf("%{", from)) {
            int close = text.indexOf('}', open);
            if (close < 0) {
                break;
            }
            if (open > from) {
                parts.add(new Literal(Bytes.utf8(text.substring(from, open))));
            }
            parts.add(reader.read(span, open + 2, text.substring(open + 2, close)));
            from = close + 1;
        }
        if (from < text.length() || parts.isEmpty()) {
            parts.add(new Literal(Bytes.utf8(text.substring(from))));
        }
        return new Macro(Bytes.utf8(text), joined(parts));
    }

    /** Neighbouring texts as one, so that what refers to nothing is one text. */
    private static List<Part> joined(List<Part> parts) {
        List<Part> joined = new ArrayList<>();
        for (Part part : parts) {
            if (part instanceof Literal more && !joined.isEmpty() && joined.getLast() instanceof Literal before) {
                joined.removeLast();
                joined.add(new Literal(
                        new BytesBuilder(before.text().length() + more.text().length())
                                .append(before.text())
                                .append(more.text())
                                .build()));
            } else {
                joined.add(part);
            }
        }
        return joined;
    }

    private static boolean isReference(String text) {
        int separator = separator(text);
        Optional<Variable> variable = Variable.named(separator < 0 ? text : text.substring(0, separator));
        return variable.isPresent() && (separator > 0 || !variable.get().isCollection());
    }

    private static int separator(String text) {
        return text.indexOf('.') > 0 ? text.indexOf('.') : text.indexOf(':');
    }

    private static Reference reference(Span span, int at, String text) throws SecLangException {
        int separator = separator(text);
        String name = separator < 0 ? text : text.substring(0, separator);
        String key = separator < 0 ? "" : text.substring(separator + 1).toLowerCase(Locale.ROOT);
        Variable variable = Variable.named(name)
                .orElseThrow(() -> span.error(
                        at,
                        "%{" + text
                                + "} refers to an unknown variable (expected: a variable as in %{tx.score} or %{REMOTE_ADDR})"
                                + Suggestion.of(name, Variable.names())));
        if (variable.isCollection() && key.isEmpty()) {
            throw span.error(at, "%{" + text + "} names a collection without a key (expected: %{" + name + ".key})");
        }
        return new Reference(new MacroReference(variable, key));
    }

    /** The text with its references as they were written. */
    public Bytes written() {
        return written;
    }

    /** The text, if it refers to nothing. */
    public Optional<Bytes> constant() {
        return constant;
    }

    /** The references in the macro. */
    public List<MacroReference> references() {
        List<MacroReference> references = new ArrayList<>();
        for (Part part : parts) {
            if (part instanceof Reference reference) {
                references.add(reference.reference());
            }
        }
        return references;
    }

    public Bytes expand(MacroScope scope) {
        if (parts.size() == 1) {
            return expand(parts.getFirst(), scope);
        }
        BytesBuilder text = new BytesBuilder(64);
        for (Part part : parts) {
            text.append(expand(part, scope));
        }
        return text.build();
    }

    /** As {@link #expand}, as Latin-1. */
    public String text(MacroScope scope) {
        return constantText.isPresent() ? constantText.get() : expand(scope).toString();
    }

    private static Bytes expand(Part part, MacroScope scope) {
        return switch (part) {
            case Literal literal -> literal.text();
            case Reference reference -> scope.value(reference.reference());
        };
    }
}
