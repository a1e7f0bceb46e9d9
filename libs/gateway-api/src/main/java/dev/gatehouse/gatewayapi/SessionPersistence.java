package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.time.Duration;
import java.util.Optional;

/**
 * SessionPersistence (GEP-1619): the requests of a session go to the same backend endpoint.
 *
 * @param name the name of the cookie or header; absent: a name made for the rule
 * @param path the cookie's path; absent: the path of the rule's match, as in Gateway API before v1.7
 * @param maxAge the lifetime of a permanent cookie; absent: the cookie ends with the browser's session
 */
public record SessionPersistence(Type type, Optional<String> name, Optional<String> path, Optional<Duration> maxAge) {
    /** Whether a cookie or a header identifies the session. */
    public enum Type {
        Cookie,
        Header
    }

    private enum Lifetime {
        Session,
        Permanent
    }

    private static final String ROOT = "/";

    /** The cookie's or header's settings, in v1.7 below "cookie" and "header". */
    private record Carrier(Optional<String> name, Optional<String> path, Optional<Lifetime> lifetime) {
        static final Carrier NONE = new Carrier(Optional.empty(), Optional.empty(), Optional.empty());

        static Carrier cookie(Fields f) {
            return new Carrier(
                    f.string("name", Syntax.HEADER_NAME),
                    f.string("path", Syntax.PATH),
                    f.choice("lifetimeType", Lifetime.class));
        }

        static Carrier header(Fields f) {
            return new Carrier(
                    Optional.of(f.requiredString("name", Syntax.HEADER_NAME)), Optional.empty(), Optional.empty());
        }
    }

    static SessionPersistence read(Fields f) {
        f.duration("idleTimeout");
        Type type = f.choice("type", Type.class).orElse(Type.Cookie);
        String other = type == Type.Cookie ? "header" : "cookie";
        if (f.has(other)) {
            f.wrong(other, "is set (expected: none when type is " + type + ")");
        }
        Optional<Carrier> carrier =
                type == Type.Cookie ? f.object("cookie", Carrier::cookie) : f.object("header", Carrier::header);
        Optional<String> oldName = f.string("sessionName", Syntax.HEADER_NAME);
        Optional<Lifetime> oldLifetime = f.object("cookieConfig", c -> c.choice("lifetimeType", Lifetime.class))
                .flatMap(each -> each);
        boolean old = carrier.isEmpty() && (oldName.isPresent() || f.has("cookieConfig"));
        Optional<Duration> timeout = f.duration("absoluteTimeout");
        boolean permanent = carrier.orElse(Carrier.NONE)
                .lifetime()
                .or(() -> oldLifetime)
                .filter(lifetime -> lifetime == Lifetime.Permanent)
                .isPresent();
        if (permanent && timeout.isEmpty()) {
            f.wrong("absoluteTimeout", "is missing (expected: a duration when the cookie's lifetimeType is Permanent)");
        }
        return new SessionPersistence(
                type,
                carrier.orElse(Carrier.NONE).name().or(() -> oldName),
                old ? Optional.empty() : carrier.orElse(Carrier.NONE).path().or(() -> Optional.of(ROOT)),
                timeout.filter(_ -> permanent));
    }
}
