package dev.gatehouse.seclang.parse;

import java.util.List;
import java.util.Optional;

/** One action of a list: {@code name} or {@code name:value}. The value has no quotes any more. */
public record ActionText(Span name, Optional<Span> value) {
    /** Reads actions separated by commas. */
    public static List<ActionText> list(Span text) throws SecLangException {
        return ListParser.actions(text);
    }
}
