package dev.gatehouse.gatewayapi.security;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a provider of sign-on is called: host and port of an address.
 *
 * @param secure whether TLS is used
 * @param host the host, with an IPv6 address without brackets
 */
public record SignOnAddress(boolean secure, String host, int port) {
    private static final int HTTPS = 443;
    private static final int HTTP = 80;

    /** Of "https://host[:port]/path"; empty: {@code address} is none. */
    public static Optional<SignOnAddress> of(String address) {
        try {
            URI uri = new URI(address);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean secure = scheme.equals("https");
            if (!secure && !scheme.equals("http")
                    || uri.getHost() == null
                    || uri.getRawUserInfo() != null
                    || uri.getRawFragment() != null
                    || uri.getPort() > 65535) {
                return Optional.empty();
            }
            String host = uri.getHost().replace("[", "").replace("]", "");
            return Optional.of(
                    new SignOnAddress(secure, host, uri.getPort() > 0 ? uri.getPort() : secure ? HTTPS : HTTP));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** True for a loopback address: traffic to it does not leave the machine. */
    public boolean loopback() {
        return host.equals("localhost") || host.equals("127.0.0.1") || host.equals("::1");
    }
}
