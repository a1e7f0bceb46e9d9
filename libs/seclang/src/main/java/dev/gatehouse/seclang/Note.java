package dev.gatehouse.seclang;

import dev.gatehouse.seclang.variable.Macro;
import java.util.List;
import java.util.Optional;

/** What a rule says of itself in logs. Texts that it does not have are empty. */
record Note(
        Macro message,
        Macro data,
        String revision,
        String version,
        Optional<Severity> severity,
        List<Macro> tags,
        boolean logged) {
    Note {
        tags = List.copyOf(tags);
    }
}
