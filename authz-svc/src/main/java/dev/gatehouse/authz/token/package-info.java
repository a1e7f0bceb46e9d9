/**
 * Signed tokens of OpenID providers: JWTs, the keys that verify them, and the rules of ID tokens and logout tokens.
 *
 * <p>Entry: {@link dev.gatehouse.authz.token.TokenRules}. Algorithms are allow-listed and asymmetric (RFC 8725 section 3.1); keys come from
 * the provider's key set alone, never from a token's {@code jku}, {@code x5u} or {@code jwk}. Must not fetch anything, nor put a token into a message.
 */
@NullMarked
package dev.gatehouse.authz.token;

import org.jspecify.annotations.NullMarked;
