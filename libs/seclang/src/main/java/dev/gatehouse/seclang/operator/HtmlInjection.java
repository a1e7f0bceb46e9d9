package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.libinjection.Libinjection;
import dev.gatehouse.seclang.regex.RegexSet;
import java.util.List;

/** {@code @detectXSS}. Captures the value. */
record HtmlInjection() implements Screening {
    /** A browser runs nothing without a tag or an attribute. */
    private static final ByteSet MARKS = ByteSet.of('<').or(ByteSet.of('='));

    @Override
    public RegexSet.Candidate candidate() {
        return new RegexSet.Candidate(List.of(), 1, MARKS, Libinjection::xss);
    }

    @Override
    public boolean matches(Bytes value, MatchContext context) {
        boolean attack = value.read(Libinjection::xss);
        if (attack) {
            context.capture(0, value);
        }
        return attack;
    }
}
