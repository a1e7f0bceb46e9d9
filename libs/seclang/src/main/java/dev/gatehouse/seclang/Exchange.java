package dev.gatehouse.seclang;

/**
 * The request of a transaction, for a line in a list of requests.
 *
 * @param client the client's address
 * @param host the request's host, without port
 * @param path the path, without the query
 * @param mode the mode, by {@code SecRuleEngine}'s names
 */
public record Exchange(String uniqueId, String client, String host, String method, String path, String mode) {}
