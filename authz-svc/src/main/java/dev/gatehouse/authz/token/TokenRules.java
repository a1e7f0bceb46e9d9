package dev.gatehouse.authz.token;

import com.nimbusds.jose.JWSHeader;
import dev.gatehouse.authz.seal.Hash;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What makes a token of a provider right for one client: OpenID Connect Core 1.0 section 3.1.3.7, Back-Channel Logout 1.0 section 2.6, and RFC 8725.
 *
 * @param algorithms of signatures that count; none is symmetric
 */
public record TokenRules(String issuer, String clientId, Set<String> algorithms) {
    /** Every algorithm that may be allowed. */
    public static final Set<String> ALGORITHMS =
            Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519");

    /** How far clocks may be apart. */
    public static final Duration SKEW = Duration.ofSeconds(60);

    private static final String LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";
    private static final Duration OLDEST_LOGOUT = Duration.ofMinutes(5);
    private static final Duration OLDEST_ANSWER = Duration.ofMinutes(5);
    private static final int LONGEST_SUBJECT = 255;

    public TokenRules {
        algorithms = Set.copyOf(algorithms);
        if (!ALGORITHMS.containsAll(algorithms)) {
            throw new IllegalArgumentException("algorithms: " + algorithms + " (expected: some of " + ALGORITHMS + ")");
        }
    }

    /**
     * Checks an ID token.
     *
     * @param nonce of the login; empty: the token comes of a refresh, which has none
     * @param accessToken that came with it, for {@code at_hash}
     */
    public Checked idToken(Jwt jwt, KeySet keys, Optional<String> nonce, Optional<String> accessToken, Instant now) {
        Optional<Checked> untrusted = untrusted(jwt, keys, Set.of("jwt"));
        if (untrusted.isPresent()) {
            return untrusted.get();
        }
        Claims claims = jwt.unverified();
        return issued(claims, now)
                .or(() -> expired(claims, now))
                .or(() -> claims.text("sub")
                                .filter(sub -> sub.length() <= LONGEST_SUBJECT)
                                .isEmpty()
                        ? wrong("sub is missing or longer than " + LONGEST_SUBJECT)
                        : Optional.empty())
                .or(() -> authorizedParty(claims))
                .or(() -> nonce.isPresent()
                                && !same(nonce.get(), claims.text("nonce").orElse(""))
                        ? wrong("nonce is not that of the login")
                        : Optional.empty())
                .or(() -> accessToken.flatMap(token -> accessTokenHash(jwt, claims, token)))
                .orElseGet(() -> new Checked.Right(claims));
    }

    /** Checks a logout token, except for whether it was used before ({@code jti}). */
    public Checked logoutToken(Jwt jwt, KeySet keys, Instant now) {
        Optional<Checked> untrusted = untrusted(jwt, keys, Set.of("jwt", "logout+jwt"));
        if (untrusted.isPresent()) {
            return untrusted.get();
        }
        Claims claims = jwt.unverified();
        return issued(claims, now)
                .or(() -> claims.time("iat")
                                .filter(iat -> iat.isAfter(now.minus(OLDEST_LOGOUT)))
                                .isEmpty()
                        ? wrong("iat is too long ago")
                        : Optional.empty())
                .or(() -> claims.has("exp") ? expired(claims, now) : Optional.empty())
                .or(() -> claims.text("jti").isEmpty() ? wrong("jti is missing") : Optional.empty())
                .or(() -> claims.object("events")
                                .flatMap(events -> events.object(LOGOUT_EVENT))
                                .isEmpty()
                        ? wrong("events has no back-channel logout")
                        : Optional.empty())
                .or(() -> claims.has("nonce") ? wrong("nonce is there") : Optional.empty())
                .or(() -> claims.text("sub").isEmpty() && claims.text("sid").isEmpty()
                        ? wrong("sub and sid are missing")
                        : Optional.empty())
                .orElseGet(() -> new Checked.Right(claims));
    }

    /** Checks the signed form of a UserInfo answer, OpenID Connect Core 1.0 section 5.3.2. */
    public Checked userInfo(Jwt jwt, KeySet keys) {
        Claims claims = jwt.unverified();
        return untrusted(jwt, keys, Set.of("jwt"))
                .or(() -> audience(claims))
                .orElseGet(() -> new Checked.Right(claims));
    }

    /** Checks a signed answer about a token, RFC 9701 section 5: its claims are those of the answer as a whole. */
    public Checked introspectionAnswer(Jwt jwt, KeySet keys, Instant now) {
        if (jwt.jws().getHeader().getType() == null) {
            return new Checked.Wrong("typ is missing");
        }
        Optional<Checked> untrusted = untrusted(jwt, keys, Set.of("token-introspection+jwt"));
        if (untrusted.isPresent()) {
            return untrusted.get();
        }
        Claims claims = jwt.unverified();
        return issued(claims, now)
                .or(() -> claims.time("iat")
                                .filter(iat -> iat.isAfter(now.minus(OLDEST_ANSWER)))
                                .isEmpty()
                        ? wrong("iat is too long ago")
                        : Optional.empty())
                .or(() -> claims.object("token_introspection").isEmpty()
                        ? wrong("token_introspection is missing")
                        : Optional.empty())
                .orElseGet(() -> new Checked.Right(claims));
    }

    private Optional<Checked> untrusted(Jwt jwt, KeySet keys, Set<String> types) {
        JWSHeader header = jwt.jws().getHeader();
        String algorithm = header.getAlgorithm().getName();
        if (!algorithms.contains(algorithm)) {
            return wrong("alg \"" + printable(algorithm) + "\" is not allowed");
        }
        if (header.getCriticalParams() != null || !header.isBase64URLEncodePayload()) {
            return wrong("crit names a header that is not known");
        }
        if (header.getType() != null && !types.contains(type(header.getType().getType()))) {
            return wrong("typ \"" + printable(header.getType().getType()) + "\" is another kind of token");
        }
        return switch (keys.verify(jwt)) {
            case RIGHT -> Optional.empty();
            case WRONG -> Optional.of(new Checked.UnknownKey("the signature is wrong"));
            case UNKNOWN_KEY -> Optional.of(new Checked.UnknownKey("its key is not known"));
            case AMBIGUOUS_KEY -> wrong("kid is missing, and several keys could have signed it");
        };
    }

    private static String type(String type) {
        String lower = type.toLowerCase(Locale.ROOT);
        return lower.startsWith("application/") ? lower.substring("application/".length()) : lower;
    }

    private Optional<Checked> issued(Claims claims, Instant now) {
        return audience(claims).or(() -> {
            Optional<Instant> iat = claims.time("iat");
            if (iat.isEmpty()) {
                return wrong("iat is missing");
            }
            return iat.get().isAfter(now.plus(SKEW)) ? wrong("iat is in the future") : Optional.empty();
        });
    }

    private Optional<Checked> audience(Claims claims) {
        if (!claims.text("iss").equals(Optional.of(issuer))) {
            return wrong("iss is not the provider");
        }
        return claims.texts("aud")
                        .filter(audience -> audience.contains(clientId))
                        .isEmpty()
                ? wrong("aud is not this client")
                : Optional.empty();
    }

    private Optional<Checked> expired(Claims claims, Instant now) {
        Optional<Instant> exp = claims.time("exp");
        if (exp.isEmpty()) {
            return wrong("exp is missing");
        }
        if (!exp.get().isAfter(now.minus(SKEW))) {
            return wrong("it has expired");
        }
        if (claims.has("nbf")
                && claims.time("nbf")
                        .filter(nbf -> !nbf.isAfter(now.plus(SKEW)))
                        .isEmpty()) {
            return wrong("it is not valid yet");
        }
        return Optional.empty();
    }

    private Optional<Checked> authorizedParty(Claims claims) {
        if (claims.has("azp")) {
            return claims.text("azp").equals(Optional.of(clientId)) ? Optional.empty() : wrong("azp is another client");
        }
        return claims.texts("aud").map(List::size).orElse(0) > 1
                ? wrong("it is for several clients, and azp is missing")
                : Optional.empty();
    }

    private static Optional<Checked> accessTokenHash(Jwt jwt, Claims claims, String accessToken) {
        if (!claims.has("at_hash")) {
            return Optional.empty();
        }
        String algorithm = jwt.jws().getHeader().getAlgorithm().getName();
        String digest = algorithm.startsWith("Ed") ? "SHA-512" : "SHA-" + algorithm.substring(2);
        try {
            byte[] whole = MessageDigest.getInstance(digest).digest(accessToken.getBytes(StandardCharsets.US_ASCII));
            String half =
                    Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(whole, whole.length / 2));
            return same(half, claims.text("at_hash").orElse(""))
                    ? Optional.empty()
                    : wrong("at_hash is of another access token");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no " + digest, e);
        }
    }

    private static boolean same(String a, String b) {
        return MessageDigest.isEqual(Hash.plain(a), Hash.plain(b));
    }

    private static String printable(String text) {
        String plain = text.replaceAll("[^ -~]", "?");
        return plain.length() > 20 ? plain.substring(0, 20) + "…" : plain;
    }

    private static Optional<Checked> wrong(String why) {
        return Optional.of(new Checked.Wrong(why));
    }
}
