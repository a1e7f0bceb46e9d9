package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.regex.RegexSet;
import java.util.List;

/** {@code @validateByteRange}: matches a value with a byte that is not allowed. */
record ByteRange(ByteSet forbidden) implements Screening {
    @Override
    public RegexSet.Candidate candidate() {
        return new RegexSet.Candidate(List.of(), 1, forbidden);
    }

    @Override
    public boolean matches(Bytes value, MatchContext context) {
        return ByteSet.in(value).intersects(forbidden);
    }
}
