package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.seal.Secret;
import dev.gatehouse.authz.session.Held;

/** Which token the backend may get of a session. */
sealed interface BackendToken {
    /** @param held the session, as it is now */
    record Ready(Held held, Secret token) implements BackendToken {}

    /** The provider gives none for this backend. */
    record Refused() implements BackendToken {}

    /** The session has ended meanwhile. */
    record Over() implements BackendToken {}

    /** The provider cannot be asked. */
    record Unavailable() implements BackendToken {}
}
