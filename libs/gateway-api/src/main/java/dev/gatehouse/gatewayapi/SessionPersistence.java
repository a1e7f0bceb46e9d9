package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.Optional;

/**
 * SessionPersistence (GEP-1619): the requests of a session go to the same backend endpoint.
 *
 * @param permanent the cookie outlives the browser's session
 */
public record SessionPersistence(
        Optional<String> sessionName,
        Type type,
        Optional<Duration> absoluteTimeout,
        Optional<Duration> idleTimeout,
        boolean permanent) {
    /** Where the session is kept. */
    public enum Type {
        Cookie,
        Header
    }

    private enum Lifetime {
        Session,
        Permanent
    }

    static SessionPersistence read(Fields f) {
        SessionPersistence persistence = new SessionPersistence(
                f.string("sessionName"),
                f.choice("type", Type.class).orElse(Type.Cookie),
                f.duration("absoluteTimeout"),
                f.duration("idleTimeout"),
                f.object("cookieConfig", c -> c.choice("lifetimeType", Lifetime.class))
                        .flatMap(lifetime -> lifetime)
                        .map(lifetime -> lifetime == Lifetime.Permanent)
                        .orElse(false));
        if (persistence.permanent && persistence.absoluteTimeout.isEmpty()) {
            f.wrong("absoluteTimeout", "is missing (expected: a duration when the cookie's lifetimeType is Permanent)");
        }
        return persistence;
    }
}
