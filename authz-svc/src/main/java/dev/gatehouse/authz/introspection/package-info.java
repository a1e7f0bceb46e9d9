/**
 * Opaque tokens, which only their issuer can read: it is asked (RFC 7662), and its answers are kept for a while. A token that cannot be
 * judged is not let through. Must not log a token, nor keep one: answers are kept by a hash of it.
 */
@NullMarked
package dev.gatehouse.authz.introspection;

import org.jspecify.annotations.NullMarked;
