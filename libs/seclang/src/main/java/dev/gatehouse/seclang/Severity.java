package dev.gatehouse.seclang;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Syslog's severities; the number is the ordinal. */
public enum Severity {
    EMERGENCY,
    ALERT,
    CRITICAL,
    ERROR,
    WARNING,
    NOTICE,
    INFO,
    DEBUG;

    /** By name without regard to case, or by number. */
    static Optional<Severity> named(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(severity -> severity.name().equals(upper)
                        || Integer.toString(severity.ordinal()).equals(text))
                .findFirst();
    }
}
