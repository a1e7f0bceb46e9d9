package dev.gatehouse.authz.request;

import dev.gatehouse.authz.token.Claims;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
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
 * @param tokens claims of tokens that the proxy has verified, each an object under the name of who vouches for them
 */
public record Sender(String address, String route, String trace, String span, String certificate, Claims tokens) {
    public static final Sender UNKNOWN = new Sender("", "", "", "", "", Claims.NONE);
    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
    private static final String END = "-----END CERTIFICATE-----";

    /**
     * The bytes of a certificate.
     *
     * @param written PEM with percent-encoding, as Envoy writes certificates
     */
    public static Optional<byte[]> der(String written) {
        try {
            String pem = URLDecoder.decode(written.replace("+", "%2B"), StandardCharsets.US_ASCII);
            int begin = pem.indexOf(BEGIN);
            int end = pem.indexOf(END);
            return begin < 0 || end < begin
                    ? Optional.empty()
                    : Optional.of(Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end)));
        } catch (IllegalArgumentException e) {
            // Not what a proxy writes: nobody is known by it.
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return "Sender[" + address + "]";
    }
}
