package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import java.util.Optional;

/** Reads the numbers of directives. */
final class Numeric {
    private static final long LARGEST_LIMIT = (1L << 31) - 1;

    private Numeric() {}

    static long number(Span argument, long least, long most) throws SecLangException {
        return read(argument, least, most)
                .orElseThrow(() ->
                        argument.error("\"" + argument + "\" (expected: a number from " + least + " to " + most + ")"));
    }

    /** The number; empty if the argument is not a number in the range. */
    static Optional<Long> read(Span argument, long least, long most) {
        String text = argument.text();
        boolean digits = !text.isEmpty() && text.length() <= 12 && text.chars().allMatch(Ascii::isDigit);
        return digits ? Optional.of(Long.valueOf(text)).filter(n -> n >= least && n <= most) : Optional.empty();
    }

    static long bytes(Span argument) throws SecLangException {
        String text = argument.text();
        boolean digits = !text.isEmpty() && text.length() <= 10 && text.chars().allMatch(Ascii::isDigit);
        if (!digits || Long.parseLong(text) > LARGEST_LIMIT) {
            throw argument.error("\"" + text + "\" (expected: a number of bytes, at most " + LARGEST_LIMIT + ")");
        }
        return Long.parseLong(text);
    }

    /** Reads permissions in {@code chmod}'s form; {@code default} stands for the fallback. */
    static int mode(Span argument, int fallback) throws SecLangException {
        String text = argument.text();
        if (text.equalsIgnoreCase("default")) {
            return fallback;
        }
        boolean octal = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '7');
        if (!octal) {
            throw argument.error("\"" + text + "\" (expected: permissions in octal, as in 0640)");
        }
        return Integer.parseInt(text, 8);
    }
}
