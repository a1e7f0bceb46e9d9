package dev.gatehouse.authz.provider;

import dev.gatehouse.authz.seal.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a provider is reached.
 *
 * @param addresses {@code host:port} of its backends, in turn; empty: as its URLs say
 * @param tls empty: https is verified against the system's authorities
 * @param plainText whether the backends are spoken to without TLS, whatever the URL says; with {@code addresses} only
 * @param timeout of one call
 * @param retries calls that are made again where the provider was not reached
 */
public record ConnectionSettings(
        List<String> addresses, Optional<Tls> tls, boolean plainText, Duration timeout, int retries) {
    public ConnectionSettings {
        addresses = List.copyOf(addresses);
    }

    /**
     * @param serverName for SNI, and in the certificate; empty: the host of the URL
     * @param authorities PEM; empty: the system's
     * @param certificateChain PEM, what the client shows; empty: nothing
     * @param names in the certificate in place of {@code serverName}: one of them
     */
    public record Tls(
            String serverName, String authorities, String certificateChain, Secret privateKey, List<String> names) {
        public Tls {
            names = List.copyOf(names);
        }
    }
}
