package dev.gatehouse.authz.token;

/** What comes of checking a token. */
public sealed interface Checked {
    record Right(Claims claims) implements Checked {}

    /** @param why without anything secret */
    record Wrong(String why) implements Checked {}

    /** The key set has not the token's key: a newer set may have it. */
    record UnknownKey() implements Checked {}
}
