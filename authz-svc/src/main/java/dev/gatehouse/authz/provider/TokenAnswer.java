package dev.gatehouse.authz.provider;

import dev.gatehouse.authz.seal.Secret;
import dev.gatehouse.authz.token.Claims;
import java.time.Instant;
import java.util.Optional;

/** What comes of asking for tokens. */
public sealed interface TokenAnswer {
    /**
     * Tokens that were checked.
     *
     * @param expiry of the access token; empty: the provider does not say
     * @param refreshExpiry of the refresh token; empty: the provider does not say
     * @param claims of the ID token
     */
    record Granted(
            Secret accessToken,
            Optional<Instant> expiry,
            Optional<Secret> refreshToken,
            Optional<Instant> refreshExpiry,
            Optional<Secret> idToken,
            Optional<Claims> claims)
            implements TokenAnswer {}

    /**
     * The provider gives none.
     *
     * @param error RFC 6749 section 5.2, such as {@code invalid_grant}
     */
    record Refused(String error) implements TokenAnswer {}

    /** The answer is not right: nothing in it counts. */
    record Wrong(String why) implements TokenAnswer {}

    /** The provider cannot be reached, or is not able to answer. */
    record Unavailable(String why) implements TokenAnswer {}
}
