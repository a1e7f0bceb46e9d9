package dev.gatehouse.seclang.parse;

import java.util.List;
import java.util.Optional;

/**
 * One member of a rule's list of variables: {@code &!NAME:key}.
 *
 * @param count whether it stands for the number of values ({@code &})
 * @param exclude whether it excludes values ({@code !})
 * @param key the key; a pattern is without its slashes
 * @param pattern whether the key is a regular expression
 */
public record TargetText(boolean count, boolean exclude, Span name, Optional<Span> key, boolean pattern) {
    /** Reads variables separated by bars. */
    public static List<TargetText> list(Span text) throws SecLangException {
        return ListParser.targets(text);
    }
}
