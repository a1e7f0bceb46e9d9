package dev.gatehouse.seclang.parse;

import java.util.ArrayList;
import java.util.List;

/**
 * The readable directives of a source, and the errors of the others.
 *
 * @param directives the directives in order
 */
public record Directives(List<Directive> directives, List<Diagnostic> errors) {
    public Directives {
        directives = List.copyOf(directives);
        errors = List.copyOf(errors);
    }

    /** Reads a source. Never throws: an error ends one directive, and the next line begins another. */
    public static Directives parse(Source source) {
        LineReader lines = new LineReader(source);
        List<Directive> directives = new ArrayList<>();
        List<Diagnostic> errors = new ArrayList<>();
        for (Span line = lines.next(); line.length() > 0; line = lines.next()) {
            try {
                int odd = line.text().indexOf('\uFFFD');
                if (odd >= 0) {
                    // What reads files puts it there, and a pattern with it would be another pattern.
                    throw line.error(
                            odd,
                            "a byte that is no UTF-8 (expected: UTF-8, and in a pattern \\x with two digits for a byte)");
                }
                directives.add(DirectiveParser.parse(line));
            } catch (SecLangException e) {
                errors.add(e.diagnostic());
            }
        }
        return new Directives(directives, errors);
    }
}
