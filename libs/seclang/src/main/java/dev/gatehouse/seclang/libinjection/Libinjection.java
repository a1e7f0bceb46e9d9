package dev.gatehouse.seclang.libinjection;

import java.util.Optional;

/** Whether a value is an attack by what it means as SQL or HTML. For any thread. */
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

    /** Looks in {@code value[from, to)} for what a browser would run, in any of five contexts. */
    public static boolean xss(byte[] value, int from, int to) {
        return HtmlVerdict.isAttack(value, from, to);
    }
}
