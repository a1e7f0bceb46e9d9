package dev.gatehouse.controller.client;

/**
 * What certificates of clients are verified with.
 *
 * @param authorities the CAs, as PEM
 * @param revocations certificate revocation lists, as PEM; empty: none
 * @param leafOnly only the client's own certificate is looked up in them, not those of its issuers
 */
public record ClientTrust(String authorities, String revocations, boolean leafOnly) {}
