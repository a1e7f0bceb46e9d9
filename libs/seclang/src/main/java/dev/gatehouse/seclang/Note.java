package dev.gatehouse.seclang;

import dev.gatehouse.seclang.variable.Macro;
import java.util.List;
import java.util.Optional;

/**
 * What a rule says of itself in logs. Texts that it does not have are empty.
 *
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
        boolean logged,
        boolean audited) {
    Note {
        tags = List.copyOf(tags);
    }
}
