package dev.gatehouse.gatewayapi;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * An SDS server that supplies a certificate or CAs instead of a Secret's data. The server listens on a Unix socket
 * beside the proxy, as a SPIRE agent does. A Secret of type {@value #TYPE} refers to it.
 *
 * @param socket the path of the server's socket; a path that begins with a dot is relative to Envoy's working directory
 * @param secret the name of the certificate or CAs on the server
 */
public record SecretDiscovery(String socket, String secret) {
    /** The type of Secrets that refer to an SDS server. */
    public static final String TYPE = "gateway.envoyproxy.io/sds";

    private static final String URL_KEY = "url";
    private static final String NAME_KEY = "secretName";

    /** The outcome of reading a Secret that refers to a server. */
    public sealed interface Outcome {
        record Usable(SecretDiscovery discovery) implements Outcome {}

        record Unusable(String problem) implements Outcome {}
    }

    /** True if the Secret refers to a server. */
    public static boolean isReference(Secret secret) {
        return secret.type().equals(TYPE);
    }

    /** The server that the Secret refers to; empty: the Secret refers to no server, or invalidly. */
    public static Optional<SecretDiscovery> of(Secret secret) {
        return isReference(secret) && read(secret) instanceof Outcome.Usable usable
                ? Optional.of(usable.discovery())
                : Optional.empty();
    }

    /** Reads a Secret that refers to a server. */
    public static Outcome read(Secret secret) {
        String name = secret.text(NAME_KEY).orElse("");
        if (name.isEmpty()) {
            return new Outcome.Unusable(
                    "has no key \"" + NAME_KEY + "\" (expected: what the SDS server calls the secret)");
        }
        String url = secret.text(URL_KEY).orElse("");
        if (url.isEmpty()) {
            return new Outcome.Unusable("has no key \"" + URL_KEY + "\" (expected: unix:///path/of/the/socket)");
        }
        return socket(url)
                .<Outcome>map(socket -> new Outcome.Usable(new SecretDiscovery(socket, name)))
                .orElseGet(() -> new Outcome.Unusable(
                        "\"" + URL_KEY + "\" is \"" + url + "\" (expected: unix:///path/of/the/socket)"));
    }

    private static Optional<String> socket(String url) {
        try {
            URI uri = new URI(url);
            String host = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
            String path = uri.getPath() == null ? "" : uri.getPath();
            boolean local = host.isEmpty() || host.equals(".");
            return "unix".equals(uri.getScheme()) && local && !path.isEmpty()
                    ? Optional.of(host + path)
                    : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
