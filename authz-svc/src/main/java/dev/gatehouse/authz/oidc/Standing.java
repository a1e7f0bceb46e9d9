package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.session.Held;

/** How a request stands with its policy's sessions. */
sealed interface Standing {
    /** It has a session that can be used. */
    record Good(Held held) implements Standing {}

    /** It has a session, and the policy needs a stronger or more recent sign-on. */
    record Insufficient(Held held) implements Standing {}

    /** @param reason for metrics and logs */
    record None(String reason) implements Standing {}

    /** It has a session whose tokens have expired, and the provider cannot be asked. */
    record Unknown(String reason) implements Standing {}
}
