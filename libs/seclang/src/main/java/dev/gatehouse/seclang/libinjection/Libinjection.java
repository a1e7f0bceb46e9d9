package dev.gatehouse.seclang.libinjection;

import java.util.Optional;

/** Detects attacks by reading a value as SQL or HTML. Thread-safe. */
public final class Libinjection {
    private Libinjection() {}

    /**
     * Looks for SQL in {@code value[from, to)}.
     *
     * @return the fingerprint of the attack: a letter for each of its first tokens, as {@code s&1c}; empty: it is none
     */
    public static Optional<String> sqli(byte[] value, int from, int to) {
        return SqlVerdict.isOneWord(value, from, to) ? Optional.empty() : new SqlVerdict(value, from, to).fingerprint();
    }

    /** Whether {@code value[from, to)} contains code that a browser would run, in any of five contexts. */
    public static boolean xss(byte[] value, int from, int to) {
        return HtmlVerdict.isAttack(value, from, to);
    }
}
