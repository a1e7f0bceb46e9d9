package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.libinjection.Libinjection;
import java.util.Optional;

/** {@code @detectSQLi} and {@code @detectXSS}. */
final class Injection {
    private Injection() {}

    /** Captures the fingerprint. */
    static boolean isSql(Bytes value, MatchContext context) {
        Optional<String> fingerprint = value.read(Libinjection::sqli);
        fingerprint.ifPresent(found -> context.capture(0, Bytes.latin1(found)));
        return fingerprint.isPresent();
    }

    /** Captures the value. */
    static boolean isHtml(Bytes value, MatchContext context) {
        boolean attack = value.read(Libinjection::xss);
        if (attack) {
            context.capture(0, value);
        }
        return attack;
    }
}
