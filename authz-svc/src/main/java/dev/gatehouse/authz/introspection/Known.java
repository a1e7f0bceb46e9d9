package dev.gatehouse.authz.introspection;

import dev.gatehouse.authz.token.Claims;

/** What the issuer says of a token. */
public sealed interface Known {
    record Active(Claims claims) implements Known {}

    /** Not active, not of this issuer, expired, or not valid yet. */
    record Inactive() implements Known {}

    /** The issuer did not answer, or its answer cannot be understood: nothing is known of the token. */
    record Unknown() implements Known {}
}
