package dev.gatehouse.standalone.instance;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * A line that a process printed.
 *
 * @param at when, by the clock of its machine
 * @param text without its line break
 */
public record LogLine(Instant at, String text) {
    /** Of "2026-11-28T21:31:05.864526963Z text", which the API server makes; empty: it has no time before it. */
    static Optional<LogLine> stamped(String line) {
        int space = line.indexOf(' ');
        try {
            return Optional.of(new LogLine(
                    Instant.parse(space < 0 ? line : line.substring(0, space)),
                    space < 0 ? "" : line.substring(space + 1)));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
