package dev.gatehouse.authz.session;

import dev.gatehouse.authz.seal.Fields;
import dev.gatehouse.authz.seal.Hash;
import dev.gatehouse.authz.seal.Secret;
import dev.gatehouse.authz.token.Claims;
import java.io.IOException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Who a user is, as the provider said, and the tokens.
 *
 * @param provider its name in the policy
 * @param sid the provider's id of its own session
 * @param began the login
 * @param used when the session was written; with a store the store knows better
 * @param authenticated when the user showed who it is ({@code auth_time})
 * @param generation grows by one with each refresh
 */
public record Session(
        String provider,
        String issuer,
        String clientId,
        String subject,
        Optional<String> sid,
        Instant began,
        Instant used,
        Optional<Instant> authenticated,
        Optional<String> acr,
        long generation,
        Claims claims,
        Tokens tokens) {
    private static final int FORMAT = 1;

    /**
     * Tokens of a session.
     *
     * @param since when they were got
     * @param expiry of the access token, or of {@code exchanged} where that is earlier
     * @param exchanged the token for the backend; empty: it gets the access token
     */
    public record Tokens(
            Secret access,
            Instant since,
            Instant expiry,
            Optional<Secret> refresh,
            Instant refreshExpiry,
            Optional<Secret> id,
            Optional<Secret> exchanged) {}

    /** Names under which a provider's logout finds the session: hashes of the client and its {@code sid}, and of the client and its {@code sub}. */
    List<String> indexes() {
        String bySubject = index(issuer, clientId, "sub", subject);
        return sid.map(id -> List.of(bySubject, index(issuer, clientId, "sid", id)))
                .orElse(List.of(bySubject));
    }

    /** @param kind {@code sid} or {@code sub} */
    public static String index(String issuer, String clientId, String kind, String value) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Hash.of("session-index", issuer, clientId, kind, value));
    }

    byte[] encode() {
        return new Fields.Writer()
                .small(FORMAT)
                .text(provider)
                .text(issuer)
                .text(clientId)
                .text(subject)
                .text(sid)
                .time(began)
                .time(used)
                .time(authenticated)
                .text(acr)
                .number(generation)
                .text(claims.json())
                .text(tokens.access().text())
                .time(tokens.since())
                .time(tokens.expiry())
                .text(tokens.refresh().map(Secret::text))
                .time(tokens.refreshExpiry())
                .text(tokens.id().map(Secret::text))
                .text(tokens.exchanged().map(Secret::text))
                .done();
    }

    /** Empty: another release wrote it in another format. */
    static Optional<Session> decode(byte[] bytes) {
        try {
            Fields.Reader in = new Fields.Reader(bytes);
            if (in.small() != FORMAT) {
                return Optional.empty();
            }
            return Optional.of(new Session(
                    in.text(),
                    in.text(),
                    in.text(),
                    in.text(),
                    in.optionalText(),
                    in.time(),
                    in.time(),
                    in.optionalTime(),
                    in.optionalText(),
                    in.number(),
                    Claims.parse(in.text()).orElseGet(() -> Claims.NONE),
                    new Tokens(
                            new Secret(in.text()),
                            in.time(),
                            in.time(),
                            in.optionalText().map(Secret::new),
                            in.time(),
                            in.optionalText().map(Secret::new),
                            in.optionalText().map(Secret::new))));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    Session usedAt(Instant now) {
        return new Session(
                provider, issuer, clientId, subject, sid, began, now, authenticated, acr, generation, claims, tokens);
    }

    @Override
    public String toString() {
        return "Session[" + issuer + ", " + clientId + ", generation " + generation + "]";
    }
}
