package dev.gatehouse.controller.client;

import dev.gatehouse.gatewayapi.SecretDiscovery;
import java.util.Optional;

/**
 * The CAs and revocation lists that clients' certificates are verified with.
 *
 * @param authorities the CAs, as PEM; empty: those of {@code server}
 * @param server the SDS server that has the CAs
 * @param revocations certificate revocation lists, as PEM; empty: none
 * @param leafOnly whether only the client's own certificate is checked for revocation, and its issuers' certificates
 * are not
 */
public record ClientTrust(String authorities, Optional<SecretDiscovery> server, String revocations, boolean leafOnly) {}
