package dev.gatehouse.controller.explain;

import com.google.protobuf.Struct;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * Who sends a request, as far as the request itself does not say.
 *
 * @param claims of a token or a session that counts as verified
 * @param certificate of the client's connection
 * @param time when the request is sent; empty: not known
 */
public record Caller(Optional<Struct> claims, Optional<Certificate> certificate, Optional<Instant> time) {
    /** Nothing is known. */
    public static final Caller UNKNOWN = new Caller(Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * A client's certificate that was verified.
     *
     * @param uri of a subject alternative name
     * @param dns of a subject alternative name
     */
    public record Certificate(Optional<String> uri, Optional<String> dns, Optional<String> subject) {
        /** @param text a URI, a subject such as "CN=ann,O=shop", or a DNS name */
        static Certificate of(String text) {
            if (text.contains("://")) {
                return new Certificate(Optional.of(text), Optional.empty(), Optional.empty());
            }
            return text.contains("=")
                    ? new Certificate(Optional.empty(), Optional.empty(), Optional.of(text))
                    : new Certificate(Optional.empty(), Optional.of(text), Optional.empty());
        }
    }

    /**
     * A caller as the command line has it.
     *
     * @param claims a JSON object
     * @param certificate a URI, a subject or a DNS name
     * @param time as ISO 8601 has it, in UTC
     * @throws IllegalArgumentException one of them is wrong; the message says which, and what was expected
     */
    public static Caller of(Optional<String> claims, Optional<String> certificate, Optional<String> time) {
        return new Caller(
                claims.map(text -> Tokens.object(text)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "claims: no JSON object (expected: for example {\"sub\": \"ann\"})"))),
                certificate.map(Certificate::of),
                time.map(Caller::instant));
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "time \"" + text + "\" cannot be read (expected: for example 2026-11-28T10:00:00Z)", e);
        }
    }

    /** Claims tell about people. */
    @Override
    public String toString() {
        return "Caller[claims=" + claims.map(each -> each.getFieldsMap().keySet()) + ", certificate=" + certificate
                + ", time=" + time + "]";
    }
}
