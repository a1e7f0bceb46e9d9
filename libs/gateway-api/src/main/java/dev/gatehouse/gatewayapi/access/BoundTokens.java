package dev.gatehouse.gatewayapi.access;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.Optional;

/**
 * How tokens must be bound to their clients ({@code cnf}, RFC 7800).
 *
 * @param required what a token that is not bound so is refused for
 * @param nonceLifetime proofs need a nonce of authz-svc that is not older (RFC 9449 section 9); empty: none is asked for
 */
public record BoundTokens(Required required, Optional<Duration> nonceLifetime) {
    private static final Duration NONCE = Duration.ofMinutes(5);
    private static final Duration SHORTEST = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** How a token must be bound. */
    public enum Required {
        /** Not at all; a binding that is there counts. */
        None,
        /** In one way or another. */
        Any,
        /** To the client's certificate, RFC 8705. */
        Certificate,
        /** To a key, by DPoP, RFC 9449. */
        Key
    }

    static BoundTokens read(Fields f) {
        return new BoundTokens(
                f.choice("required", Required.class).orElse(Required.None), f.object("nonce", BoundTokens::nonce));
    }

    private static Duration nonce(Fields f) {
        Duration lifetime = f.duration("lifetime").orElse(NONCE);
        if (lifetime.compareTo(SHORTEST) < 0 || lifetime.compareTo(LONGEST) > 0) {
            f.wrong(
                    "lifetime",
                    "is " + lifetime.toSeconds() + "s (expected: " + SHORTEST.toSeconds() + "s to "
                            + LONGEST.toSeconds() + "s)");
        }
        return lifetime;
    }
}
