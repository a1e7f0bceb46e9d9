package dev.gatehouse.authz.request;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

/**
 * Whence a request comes, and where it goes, as the proxy says: no header of the client decides it.
 *
 * @param address of the client, by the proxy's rules of which proxies in front of it count; empty: not told
 * @param route the rule's name, as in metrics of proxies; empty: not told
 * @param trace the trace's id, in hexadecimal digits; empty: the proxy traces nothing
 * @param span the id of this service's span of the request; empty: the request is not sampled
 * @param certificate the one that the client has shown in the TLS handshake, as PEM with percent-encoding; empty: none
 */
public record Sender(String address, String route, String trace, String span, String certificate) {
    public static final Sender UNKNOWN = new Sender("", "", "", "", "");
    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
    private static final String END = "-----END CERTIFICATE-----";

    /** {@code x5t#S256} of the client's certificate, RFC 8705 section 3.1: the Base64 for URLs of SHA-256 of its DER form. Empty: the client has shown none. */
    public Optional<String> certificateThumbprint() {
        if (certificate.isEmpty()) {
            return Optional.empty();
        }
        try {
            String pem = URLDecoder.decode(certificate.replace("+", "%2B"), StandardCharsets.US_ASCII);
            int begin = pem.indexOf(BEGIN);
            int end = pem.indexOf(END);
            if (begin < 0 || end < begin) {
                return Optional.empty();
            }
            byte[] der = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
            return Optional.of(Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(der)));
        } catch (IllegalArgumentException e) {
            // Not what a proxy writes: nobody is known by it.
            return Optional.empty();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "Sender[" + address + "]";
    }
}
