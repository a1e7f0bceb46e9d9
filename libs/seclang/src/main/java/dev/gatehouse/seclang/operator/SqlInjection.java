package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.libinjection.Libinjection;
import dev.gatehouse.seclang.regex.RegexSet;
import java.util.List;
import java.util.Optional;

/** {@code @detectSQLi}. Captures the fingerprint. */
record SqlInjection() implements Screening {
    /** No attack is shorter, as none is a single token. */
    private static final int SHORTEST = 2;

    @Override
    public RegexSet.Candidate candidate() {
        return new RegexSet.Candidate(
                List.of(),
                SHORTEST,
                ByteSet.ALL,
                (text, from, to) -> Libinjection.sqli(text, from, to).isPresent());
    }

    @Override
    public boolean matches(Bytes value, MatchContext context) {
        Optional<String> fingerprint = value.read(Libinjection::sqli);
        fingerprint.ifPresent(found -> context.capture(0, Bytes.latin1(found)));
        return fingerprint.isPresent();
    }
}
