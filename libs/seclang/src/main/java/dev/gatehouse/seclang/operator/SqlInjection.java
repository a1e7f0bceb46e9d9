package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.libinjection.Libinjection;
import java.util.Optional;

/** {@code @detectSQLi}. */
final class SqlInjection {
    private SqlInjection() {}

    /** Captures the fingerprint. */
    static boolean matches(Bytes value, MatchContext context) {
        Optional<String> fingerprint = value.read(Libinjection::sqli);
        fingerprint.ifPresent(found -> context.capture(0, Bytes.latin1(found)));
        return fingerprint.isPresent();
    }
}
