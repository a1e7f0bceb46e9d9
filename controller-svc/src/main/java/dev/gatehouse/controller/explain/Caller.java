package dev.gatehouse.controller.explain;

import com.google.protobuf.Struct;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * Facts about the sender of a request that the request itself does not contain.
 *
 * @param claims the claims of a token or a session, which count as verified
 * @param certificate the client certificate of the connection
 * @param time the time of the request; empty: unknown
 */
public record Caller(Optional<Struct> claims, Optional<Certificate> certificate, Optional<Instant> time) {
    /** A caller without known facts. */
    public static final Caller UNKNOWN = new Caller(Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * A client's certificate that was verified.
     *
     * @param uri the URI in a subject alternative name
     * @param dns the DNS name in a subject alternative name
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
     * Makes a caller from arguments of the command line.
     *
     * @param claims a JSON object
     * @param certificate a URI, a subject or a DNS name
     * @param time an ISO 8601 time in UTC
     * @throws IllegalArgumentException if an argument is invalid; the message names the argument and the expected form
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

    /** The text hides the claims, since they are personal data. */
    @Override
    public String toString() {
        return "Caller[claims=" + claims.map(each -> each.getFieldsMap().keySet()) + ", certificate=" + certificate
                + ", time=" + time + "]";
    }
}
