package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.variable.Macro;
import dev.gatehouse.seclang.variable.MacroScope;
import java.util.List;
import java.util.Optional;

/**
 * The description of a rule for logs. Missing texts are empty.
 *
 * @param constantTags the texts of the tags, if they are equal for all transactions
 * @param logged whether a match is written to the error log
 * @param audited whether a match makes the transaction relevant to the audit log
 */
record Note(
        Macro message,
        Macro data,
        String revision,
        String version,
        int maturity,
        int accuracy,
        Optional<Severity> severity,
        List<Macro> tags,
        Optional<List<String>> constantTags,
        boolean logged,
        boolean audited) {
    Note {
        tags = List.copyOf(tags);
    }

    /** The texts of the tags; empty if a tag refers to a variable. */
    static Optional<List<String>> constant(List<Macro> tags) {
        return tags.stream().allMatch(tag -> tag.constant().isPresent())
                ? Optional.of(tags.stream()
                        .map(tag -> tag.constant().orElse(Bytes.EMPTY).toString())
                        .toList())
                : Optional.empty();
    }

    List<String> tagTexts(MacroScope scope) {
        return constantTags.isPresent()
                ? constantTags.get()
                : tags.stream().map(tag -> tag.text(scope)).toList();
    }
}
