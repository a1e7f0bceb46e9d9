package dev.gatehouse.authz.apikey;

/** Where a key may be. */
public sealed interface KeySource {
    /** @param name in lower case; of "authorization" the credentials count, of the schemes Bearer and ApiKey */
    record Header(String name) implements KeySource {}

    /** @param name decoded */
    record Parameter(String name) implements KeySource {}

    record Cookie(String name) implements KeySource {}
}
