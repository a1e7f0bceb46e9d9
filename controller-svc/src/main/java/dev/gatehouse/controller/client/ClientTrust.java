package dev.gatehouse.controller.client;

import dev.gatehouse.gatewayapi.SecretDiscovery;
import java.util.Optional;

/**
 * What certificates of clients are verified with.
 *
 * @param authorities the CAs, as PEM; empty: those of {@code server}
 * @param server the SDS server that has the CAs
 * @param revocations certificate revocation lists, as PEM; empty: none
 * @param leafOnly only the client's own certificate is looked up in them, not those of its issuers
 */
public record ClientTrust(String authorities, Optional<SecretDiscovery> server, String revocations, boolean leafOnly) {}
