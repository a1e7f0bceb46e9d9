package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.variable.Variable;
import java.util.Optional;

/**
 * ModSecurity's line in an error log, which log analysers and go-ftw read: {@code ModSecurity: Warning. … [id "…"] [msg
 * "…"] …}. Values come from clients, so quotes, backslashes and bytes other than printable ASCII are escaped, and long
 * values are cut.
 */
final class ErrorLine {
    private static final int LONGEST = 512;

    private ErrorLine() {}

    static String of(MatchedRule rule, Values values, Optional<Interruption> interruption) {
        StringBuilder line = new StringBuilder(512);
        line.append("[client \"");
        escape(values.single(Variable.REMOTE_ADDR).toString(), line);
        line.append("\"] ModSecurity: ").append(verdict(rule, interruption));
        if (!rule.values().isEmpty()) {
            MatchedValue first = rule.values().getFirst();
            line.append(" Matched \"");
            escape(shown(first.value()), line);
            line.append("\" at ");
            escape(shown(first.name()), line);
            line.append('.');
        }
        put("file", rule.position().source(), line);
        put("line", Integer.toString(rule.position().line()), line);
        put("id", Long.toString(rule.id()), line);
        put("rev", rule.revision(), line);
        put("msg", rule.message(), line);
        put("data", rule.data(), line);
        put("severity", rule.severity().map(Severity::name).orElse(""), line);
        put("ver", rule.version(), line);
        put("maturity", rule.maturity() == 0 ? "" : Integer.toString(rule.maturity()), line);
        put("accuracy", rule.accuracy() == 0 ? "" : Integer.toString(rule.accuracy()), line);
        rule.tags().forEach(tag -> put("tag", tag, line));
        putRequest(values, line);
        return line.toString();
    }

    /** The line that says how many further rules matched. */
    static String of(int leftOut, Values values) {
        StringBuilder line = new StringBuilder(256);
        line.append("[client \"");
        escape(values.single(Variable.REMOTE_ADDR).toString(), line);
        line.append("\"] ModSecurity: Warning. ").append(leftOut).append(" more rules matched and are not logged.");
        putRequest(values, line);
        return line.toString();
    }

    private static void putRequest(Values values, StringBuilder line) {
        put("hostname", values.single(Variable.SERVER_NAME).toString(), line);
        put("uri", values.request().path().toString(), line);
        put("unique_id", values.single(Variable.UNIQUE_ID).toString(), line);
    }

    private static String verdict(MatchedRule rule, Optional<Interruption> interruption) {
        if (!rule.disruptive() || interruption.isEmpty()) {
            return "Warning.";
        }
        String phase = " (phase " + rule.phase().number() + ").";
        return switch (interruption.get().kind()) {
            case DENY -> "Access denied with code " + interruption.get().status() + phase;
            case DROP -> "Access denied with connection close" + phase;
            case REDIRECT ->
                "Access denied with redirection using status "
                        + interruption.get().status() + phase;
        };
    }

    private static void put(String name, String value, StringBuilder line) {
        if (!value.isEmpty()) {
            line.append(" [").append(name).append(" \"");
            escape(value, line);
            line.append("\"]");
        }
    }

    /** The beginning of the value, one byte longer than shown, so that the cut is visible. */
    private static String shown(Bytes value) {
        return value.slice(0, Math.min(value.length(), LONGEST + 1)).toString();
    }

    private static void escape(String value, StringBuilder line) {
        for (int i = 0; i < Math.min(value.length(), LONGEST); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (c >= ' ' && c < 0x7f) {
                line.append(c);
            } else {
                line.append("\\x").append(Character.forDigit(c >> 4 & 15, 16)).append(Character.forDigit(c & 15, 16));
            }
        }
        if (value.length() > LONGEST) {
            line.append("...");
        }
    }
}
