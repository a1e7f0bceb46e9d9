package dev.gatehouse.authz.token;

/** What comes of checking a token. */
public sealed interface Checked {
    record Right(Claims claims) implements Checked {}

    /** @param why without anything secret */
    record Wrong(String why) implements Checked {}

    /**
     * No key of the set has signed the token: a newer set may have the key, also under the name of an old one.
     *
     * @param why without anything secret
     */
    record UnknownKey(String why) implements Checked {}
}
