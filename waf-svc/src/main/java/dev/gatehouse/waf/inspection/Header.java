package dev.gatehouse.waf.inspection;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.Numbers;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A header. */
public record Header(Bytes name, Bytes value) {
    private static final int LONGEST_NUMBER = 18;

    /** The first of the name. */
    static Optional<Bytes> find(List<Header> headers, String name) {
        Bytes wanted = Bytes.latin1(name);
        return headers.stream()
                .filter(header -> header.name().equalsIgnoringCase(wanted))
                .map(Header::value)
                .findFirst();
    }

    /** The value of Content-Length; empty: the header is missing or invalid. */
    static OptionalLong contentLength(List<Header> headers) {
        return find(headers, "content-length")
                .filter(length -> length.length() <= LONGEST_NUMBER)
                .map(length -> OptionalLong.of(Numbers.parse(length)))
                .orElse(OptionalLong.empty());
    }
}
