package dev.gatehouse.seclang;

/**
 * Which request a transaction was about, for a line in a list of them.
 *
 * @param client its address
 * @param host as the request names it, without port
 * @param path without the query
 * @param mode as {@code SecRuleEngine} has it
 */
public record Exchange(String uniqueId, String client, String host, String method, String path, String mode) {}
