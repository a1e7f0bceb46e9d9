package dev.gatehouse.authz.introspection;

import dev.gatehouse.authz.provider.Endpoints;
import dev.gatehouse.authz.provider.Form;
import dev.gatehouse.authz.provider.Provider;
import dev.gatehouse.authz.provider.ProviderHttp;
import dev.gatehouse.authz.seal.Hash;
import dev.gatehouse.authz.token.Claims;
import dev.gatehouse.authz.token.TokenRules;
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
import org.jspecify.annotations.Nullable;

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

    private static final Duration DOCUMENT_LIFETIME = Duration.ofHours(1);

    /** An issuer that is away is asked about the same token again after this. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Duration WARNINGS = Duration.ofSeconds(10);

    private final IntrospectionSettings settings;
    private final ProviderHttp http;
    private final InstantSource clock;
    private final AnswerCache active = new AnswerCache(MOST_ANSWERS, MOST_TEXT);
    private final AnswerCache others = new AnswerCache(MOST_ANSWERS, MOST_TEXT);
    private final Map<String, CompletableFuture<Known>> underWay = new HashMap<>();
    private @Nullable String discovered;
    private Instant discoveredUntil = Instant.MIN;
    private Instant nextWarning = Instant.MIN;

    /** @param length of the issuer's answer, in characters */
    private record Judged(Known known, int length) {}

    public Introspector(IntrospectionSettings settings, ProviderHttp http, InstantSource clock) {
        this.settings = settings;
        this.http = http;
        this.clock = clock;
    }

    /** What the issuer says of {@code token}. Never fails. */
    public CompletionStage<Known> ask(String token) {
        String key = Base64.getEncoder().encodeToString(Hash.of("introspection", token));
        CompletableFuture<Known> asked;
        Instant start = clock.instant();
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
                Instant longest = start.plus(settings.longest());
                Instant until =
                        found.claims().time("exp").filter(longest::isAfter).orElse(longest);
                active.put(key, known, judged.length(), until, start);
            }
            case Known.Inactive() -> others.put(key, known, 0, start.plus(settings.longestInactive()), start);
            case Known.Unknown() -> others.put(key, known, 0, clock.instant().plus(PAUSE), start);
        }
    }

    /** Says why, not more often than every ten seconds. */
    private Judged unknown(String why) {
        Instant now = clock.instant();
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
        String pair = Form.encode(settings.clientId()).replace("%20", "+") + ":"
                + Form.encode(settings.clientSecret().text()).replace("%20", "+");
        Map<String, String> headers = Map.of(
                "accept",
                "application/json",
                "authorization",
                "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII)));
        String form = new Form()
                .add("token", token)
                .add("token_type_hint", "access_token")
                .encoded();
        return endpoint()
                .thenCompose(url -> http.send(
                        new ProviderHttp.Call(ProviderHttp.Purpose.INTROSPECTION, url, headers, Optional.of(form))))
                .thenApply(this::judge);
    }

    /** An answer of an odd form says nothing: neither that a token is active, nor that it is not. */
    private Judged judge(ProviderHttp.Answer answer) {
        if (answer.status() != 200) {
            return unknown("status " + answer.status() + " from the introspection endpoint");
        }
        Optional<Claims> body =
                answer.body().length() > LONGEST_ANSWER ? Optional.empty() : Claims.parse(answer.body());
        if (body.isEmpty()) {
            return unknown("the answer is not a JSON object of at most " + LONGEST_ANSWER + " characters");
        }
        Claims claims = body.get();
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
                : new Judged(new Known.Active(claims), answer.body().length());
    }

    private CompletionStage<String> endpoint() {
        if (settings.endpoint().isPresent()) {
            return CompletableFuture.completedFuture(settings.endpoint().get());
        }
        synchronized (this) {
            String known = discovered;
            if (known != null && discoveredUntil.isAfter(clock.instant())) {
                return CompletableFuture.completedFuture(known);
            }
        }
        String issuer = settings.issuer().orElseThrow();
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        return http.send(new ProviderHttp.Call(
                        ProviderHttp.Purpose.DISCOVERY,
                        base + "/.well-known/openid-configuration",
                        Map.of("accept", "application/json"),
                        Optional.empty()))
                .thenCompose(answer -> {
                    Optional<Claims> document = answer.status() == 200 ? Claims.parse(answer.body()) : Optional.empty();
                    Optional<String> found = document.filter(
                                    claims -> claims.text("issuer").equals(Optional.of(issuer)))
                            .flatMap(claims -> claims.text("introspection_endpoint"))
                            .filter(Endpoints::absolute)
                            // Whoever writes the document must not have secrets sent in plain text.
                            .filter(url -> url.startsWith("https:") || !issuer.startsWith("https:"));
                    if (found.isEmpty()) {
                        return CompletableFuture.failedFuture(
                                new ProviderHttp.Unreachable(
                                        "its discovery document is missing, of another issuer, or without a usable introspection_endpoint"));
                    }
                    synchronized (this) {
                        discovered = found.get();
                        discoveredUntil = clock.instant().plus(DOCUMENT_LIFETIME);
                    }
                    return CompletableFuture.completedFuture(found.get());
                });
    }

    @Override
    public String toString() {
        return "Introspector[" + settings.issuer().or(settings::endpoint).orElse("") + "]";
    }
}
