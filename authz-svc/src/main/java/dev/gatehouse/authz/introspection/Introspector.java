package dev.gatehouse.authz.introspection;

import dev.gatehouse.authz.provider.Form;
import dev.gatehouse.authz.provider.Provider;
import dev.gatehouse.authz.provider.ProviderHttp;
import dev.gatehouse.authz.seal.Hash;
import dev.gatehouse.authz.token.Checked;
import dev.gatehouse.authz.token.Claims;
import dev.gatehouse.authz.token.Jwt;
import dev.gatehouse.authz.token.TokenRules;
import dev.gatehouse.time.SteadyTime;
import dev.gatehouse.tracing.Tracing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Asks an issuer about tokens (RFC 7662). One call is made for any number of concurrent requests with the same token. Answers are kept
 * under a hash of the token, the least recently used leaving first; answers about inactive tokens have bounds of their own, so that a flood of
 * invented tokens does not push out the others. Safe for any thread; never blocks its caller.
 */
public final class Introspector {
    private static final System.Logger LOG = System.getLogger(Introspector.class.getName());
    private static final int MOST_ANSWERS = 10_000;
    private static final int LONGEST_ANSWER = 65_536;

    /** Of all answers about active tokens, in characters. */
    private static final long MOST_TEXT = 16L << 20;

    /** Further requests are told that the issuer is away. */
    private static final int MOST_CALLS = 1_000;

    /** An issuer that is away is asked about the same token again after this. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Duration WARNINGS = Duration.ofSeconds(10);

    private final IntrospectionSettings settings;
    private final ProviderHttp http;
    private final InstantSource clock;
    private final InstantSource passing;
    private final Optional<IssuerDocument> document;
    private final AnswerCache active = new AnswerCache(MOST_ANSWERS, MOST_TEXT);
    private final AnswerCache others = new AnswerCache(MOST_ANSWERS, MOST_TEXT);
    private final Map<String, CompletableFuture<Known>> underWay = new HashMap<>();
    private Instant nextWarning = Instant.MIN;

    /** @param length of the issuer's answer, in characters */
    private record Judged(Known known, int length) {}

    public Introspector(IntrospectionSettings settings, ProviderHttp http, InstantSource clock) {
        this.settings = settings;
        this.http = http;
        this.clock = clock;
        this.passing = SteadyTime.beside(clock);
        document = settings.issuer().map(issuer -> new IssuerDocument(issuer, http, clock));
    }

    /** What the issuer says of {@code token}. Never fails. */
    public CompletionStage<Known> ask(String token) {
        String key = Base64.getEncoder().encodeToString(Hash.of("introspection", token));
        CompletableFuture<Known> asked;
        Instant start = passing.instant();
        synchronized (this) {
            Optional<Known> kept = active.find(key, start).or(() -> others.find(key, start));
            if (kept.isPresent()) {
                return CompletableFuture.completedFuture(kept.get());
            }
            CompletableFuture<Known> running = underWay.get(key);
            if (running != null) {
                return Tracing.keep(running);
            }
            if (underWay.size() >= MOST_CALLS) {
                return CompletableFuture.completedFuture(new Known.Unknown());
            }
            asked = new CompletableFuture<>();
            underWay.put(key, asked);
        }
        CompletableFuture.completedFuture(token)
                .thenCompose(this::call)
                .exceptionally(failure -> unknown(Provider.message(failure)))
                .thenAccept(judged -> {
                    keep(key, judged, start);
                    asked.complete(judged.known());
                });
        return Tracing.keep(asked);
    }

    /** @param start of the call: what the issuer said then may have changed since */
    private synchronized void keep(String key, Judged judged, Instant start) {
        underWay.remove(key);
        Known known = judged.known();
        switch (known) {
            case Known.Active found -> {
                Duration longest = settings.longest();
                Duration life = found.claims()
                        .time("exp")
                        .map(expiry -> Duration.between(clock.instant(), expiry))
                        .filter(left -> left.compareTo(longest) < 0)
                        .orElse(longest);
                active.put(key, known, judged.length(), start.plus(life), start);
            }
            case Known.Inactive() -> others.put(key, known, 0, start.plus(settings.longestInactive()), start);
            case Known.Unknown() -> others.put(key, known, 0, passing.instant().plus(PAUSE), start);
        }
    }

    /** Says why, not more often than every ten seconds. */
    private Judged unknown(String why) {
        Instant now = passing.instant();
        boolean due;
        synchronized (this) {
            due = !now.isBefore(nextWarning);
            if (due) {
                nextWarning = now.plus(WARNINGS);
            }
        }
        if (due) {
            LOG.log(System.Logger.Level.WARNING, "Tokens cannot be judged by {0}: {1}.", this, why);
        }
        return new Judged(new Known.Unknown(), 0);
    }

    private CompletionStage<Judged> call(String token) {
        Form form = new Form().add("token", token).add("token_type_hint", "access_token");
        Map<String, String> headers = new HashMap<>();
        headers.put("accept", settings.signed() ? "application/token-introspection+jwt" : "application/json");
        if (settings.secretInForm()) {
            form.add("client_id", settings.clientId())
                    .add("client_secret", settings.clientSecret().text());
        } else {
            String pair = Form.encode(settings.clientId()).replace("%20", "+") + ":"
                    + Form.encode(settings.clientSecret().text()).replace("%20", "+");
            headers.put(
                    "authorization",
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII)));
        }
        return endpoint()
                .thenCompose(url -> http.send(new ProviderHttp.Call(
                        ProviderHttp.Purpose.INTROSPECTION, url, headers, Optional.of(form.encoded()))))
                .thenCompose(this::read);
    }

    private CompletionStage<Judged> read(ProviderHttp.Answer answer) {
        if (answer.status() != 200) {
            return CompletableFuture.completedFuture(
                    unknown("status " + answer.status() + " from the introspection endpoint"));
        }
        String body = answer.body();
        if (body.length() > LONGEST_ANSWER) {
            return CompletableFuture.completedFuture(
                    unknown("the answer has more than " + LONGEST_ANSWER + " characters"));
        }
        if (!settings.signed()) {
            return CompletableFuture.completedFuture(Claims.parse(body)
                    .map(claims -> judge(claims, body.length()))
                    .orElseGet(() -> unknown("the answer is not a JSON object")));
        }
        Optional<Jwt> jwt = Jwt.parse(body.strip());
        return jwt.isEmpty()
                ? CompletableFuture.completedFuture(unknown("the answer is not signed"))
                : verified(jwt.get(), body.length(), true);
    }

    /** @param again keys that are not known may be asked for */
    private CompletionStage<Judged> verified(Jwt jwt, int length, boolean again) {
        IssuerDocument issuer = document.orElseThrow();
        TokenRules rules = new TokenRules(settings.issuer().orElseThrow(), settings.clientId(), TokenRules.ALGORITHMS);
        return issuer.keys().thenCompose(keys -> switch (rules.introspectionAnswer(jwt, keys, clock.instant())) {
            case Checked.Right(Claims claims) ->
                CompletableFuture.completedFuture(
                        judge(claims.object("token_introspection").orElse(Claims.NONE), length));
            case Checked.Wrong(String why) ->
                CompletableFuture.completedFuture(unknown("the signed answer does not count: " + why));
            case Checked.UnknownKey(String why) ->
                again && issuer.renewKeys()
                        ? verified(jwt, length, false)
                        : CompletableFuture.completedFuture(unknown("the signed answer does not count: " + why));
        });
    }

    /** An answer of an odd form says nothing: neither that a token is active, nor that it is not. */
    private Judged judge(Claims claims, int length) {
        if (!(claims.values().get("active") instanceof Boolean isActive)) {
            return unknown("\"active\" is not true or false");
        }
        if (!isActive) {
            return new Judged(new Known.Inactive(), 0);
        }
        for (String time : new String[] {"exp", "nbf"}) {
            if (claims.has(time) && claims.time(time).isEmpty()) {
                return unknown("\"" + time + "\" is not a time");
            }
        }
        if (claims.has("aud") && claims.texts("aud").isEmpty()) {
            return unknown("\"aud\" is neither text nor a list of texts");
        }
        if (claims.has("scope") && claims.texts("scope").isEmpty()) {
            return unknown("\"scope\" is neither text nor a list of texts");
        }
        Instant now = clock.instant();
        boolean foreign = claims.has("iss")
                && settings.issuer().isPresent()
                && !claims.text("iss").equals(settings.issuer());
        boolean expired = claims.time("exp")
                .filter(exp -> !exp.isAfter(now.minus(TokenRules.SKEW)))
                .isPresent();
        boolean early = claims.time("nbf")
                .filter(nbf -> nbf.isAfter(now.plus(TokenRules.SKEW)))
                .isPresent();
        return foreign || expired || early
                ? new Judged(new Known.Inactive(), 0)
                : new Judged(new Known.Active(claims), length);
    }

    private CompletionStage<String> endpoint() {
        return settings.endpoint()
                .<CompletionStage<String>>map(CompletableFuture::completedFuture)
                .orElseGet(() -> document.orElseThrow().endpoint("introspection_endpoint"));
    }

    @Override
    public String toString() {
        return "Introspector[" + settings.issuer().or(settings::endpoint).orElse("") + "]";
    }
}
