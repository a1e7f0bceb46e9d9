package dev.gatehouse.authz.session;

import dev.gatehouse.authz.seal.Fields;
import dev.gatehouse.authz.seal.Hash;
import dev.gatehouse.authz.seal.Secret;
import dev.gatehouse.authz.token.Claims;
import java.io.IOException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    /** With tokens for backends. Releases that know only the first format must not take such a session for one that has none. */
    private static final int WITH_EXCHANGED = 2;

    /**
     * Tokens of a session.
     *
     * @param since when they were got
     * @param expiry of the access token
     * @param exchanged tokens for backends, RFC 8693, each under the name of what was asked for
     */
    public record Tokens(
            Secret access,
            Instant since,
            Instant expiry,
            Optional<Secret> refresh,
            Instant refreshExpiry,
            Optional<Secret> id,
            Map<String, Exchanged> exchanged) {
        public Tokens {
            exchanged = Map.copyOf(exchanged);
        }
    }

    /**
     * A token that the access token was exchanged for.
     *
     * @param since when it was got
     */
    public record Exchanged(Secret token, Instant since, Instant expiry) {}

    /** The same session with one more token for a backend. */
    public Session with(String name, Exchanged token) {
        Map<String, Exchanged> all = new HashMap<>(tokens.exchanged());
        all.put(name, token);
        Tokens more = new Tokens(
                tokens.access(),
                tokens.since(),
                tokens.expiry(),
                tokens.refresh(),
                tokens.refreshExpiry(),
                tokens.id(),
                all);
        return copy(used, claims, more);
    }

    /** The same session with other claims. */
    public Session with(Claims others) {
        return copy(used, others, tokens);
    }

    private Session copy(Instant usedAt, Claims newClaims, Tokens newTokens) {
        return new Session(
                provider,
                issuer,
                clientId,
                subject,
                sid,
                began,
                usedAt,
                authenticated,
                acr,
                generation,
                newClaims,
                newTokens);
    }

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
        Map<String, Exchanged> exchanged = tokens.exchanged();
        Fields.Writer out = new Fields.Writer()
                .small(exchanged.isEmpty() ? FORMAT : WITH_EXCHANGED)
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
                .small(exchanged.size());
        exchanged.forEach((name, token) ->
                out.text(name).text(token.token().text()).time(token.since()).time(token.expiry()));
        return out.done();
    }

    /** Empty: another release wrote it in another format. */
    static Optional<Session> decode(byte[] bytes) {
        try {
            Fields.Reader in = new Fields.Reader(bytes);
            int format = in.small();
            if (format != FORMAT && format != WITH_EXCHANGED) {
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
                            format == WITH_EXCHANGED ? exchanged(in) : Map.of())));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Map<String, Exchanged> exchanged(Fields.Reader in) throws IOException {
        Map<String, Exchanged> all = new HashMap<>();
        for (int rest = in.small(); rest > 0; rest--) {
            all.put(in.text(), new Exchanged(new Secret(in.text()), in.time(), in.time()));
        }
        return all;
    }

    Session usedAt(Instant now) {
        return copy(now, claims, tokens);
    }

    @Override
    public String toString() {
        return "Session[" + issuer + ", " + clientId + ", generation " + generation + "]";
    }
}
