package dev.gatehouse.authz.introspection;

import dev.gatehouse.authz.provider.Endpoints;
import dev.gatehouse.authz.provider.Form;
import dev.gatehouse.authz.provider.Provider;
import dev.gatehouse.authz.provider.ProviderHttp;
import dev.gatehouse.authz.seal.Hash;
import dev.gatehouse.authz.token.Claims;
import dev.gatehouse.authz.token.TokenRules;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Asks an issuer about tokens (RFC 7662). One call is made for any number of concurrent requests with the same token. Answers are kept
 * under a hash of the token, as many as the bounds say, the least recently used leaving first; answers about inactive tokens have bounds
 * of their own, so that a flood of invented tokens does not push out the others. Safe for any thread; never blocks its caller.
 */
public final class Introspector {
    private static final int MOST_ACTIVE = 10_000;
    private static final int MOST_INACTIVE = 10_000;
    private static final int LONGEST_ANSWER = 65_536;
    private static final Duration DOCUMENT_LIFETIME = Duration.ofHours(1);

    /** An issuer that is away is asked about the same token again after this. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final IntrospectionSettings settings;
    private final ProviderHttp http;
    private final InstantSource clock;
    private final Map<String, Answer> active = bounded(MOST_ACTIVE);
    private final Map<String, Answer> others = bounded(MOST_INACTIVE);
    private final Map<String, CompletableFuture<Known>> underWay = new LinkedHashMap<>();
    private @Nullable String discovered;
    private Instant discoveredUntil = Instant.MIN;

    private record Answer(Known known, Instant until) {}

    public Introspector(IntrospectionSettings settings, ProviderHttp http, InstantSource clock) {
        this.settings = settings;
        this.http = http;
        this.clock = clock;
    }

    private static <V> Map<String, V> bounded(int most) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > most;
            }
        };
    }

    /** What the issuer says of {@code token}. Never fails. */
    public CompletionStage<Known> ask(String token) {
        String key = Base64.getEncoder().encodeToString(Hash.of("introspection", token));
        CompletableFuture<Known> asked;
        synchronized (this) {
            Optional<Known> kept = kept(key, clock.instant());
            if (kept.isPresent()) {
                return CompletableFuture.completedFuture(kept.get());
            }
            CompletableFuture<Known> running = underWay.get(key);
            if (running != null) {
                return running;
            }
            asked = new CompletableFuture<>();
            underWay.put(key, asked);
        }
        CompletableFuture.completedFuture(token)
                .thenCompose(this::call)
                .exceptionally(failure -> new Known.Unknown(Provider.message(failure)))
                .thenAccept(known -> {
                    keep(key, known);
                    asked.complete(known);
                });
        return asked;
    }

    private Optional<Known> kept(String key, Instant now) {
        for (Map<String, Answer> answers : List.of(active, others)) {
            Answer answer = answers.get(key);
            if (answer != null && answer.until().isAfter(now)) {
                return Optional.of(answer.known());
            }
            answers.remove(key);
        }
        return Optional.empty();
    }

    private synchronized void keep(String key, Known known) {
        underWay.remove(key);
        Instant now = clock.instant();
        switch (known) {
            case Known.Active found -> {
                Instant longest = now.plus(settings.longest());
                active.put(
                        key,
                        new Answer(
                                known,
                                found.claims()
                                        .time("exp")
                                        .filter(longest::isAfter)
                                        .orElse(longest)));
            }
            case Known.Inactive() -> others.put(key, new Answer(known, now.plus(settings.longestInactive())));
            case Known.Unknown unknown -> others.put(key, new Answer(unknown, now.plus(PAUSE)));
        }
    }

    private CompletionStage<Known> call(String token) {
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
                .thenCompose(url -> http.send(new ProviderHttp.Call(url, headers, Optional.of(form))))
                .thenApply(this::judge);
    }

    /** An answer of an odd form says nothing: neither that a token is active, nor that it is not. */
    private Known judge(ProviderHttp.Answer answer) {
        if (answer.status() != 200) {
            return new Known.Unknown("status " + answer.status() + " from the introspection endpoint");
        }
        Optional<Claims> body =
                answer.body().length() > LONGEST_ANSWER ? Optional.empty() : Claims.parse(answer.body());
        if (body.isEmpty()) {
            return new Known.Unknown("the answer is not a JSON object of at most " + LONGEST_ANSWER + " characters");
        }
        Claims claims = body.get();
        if (!(claims.values().get("active") instanceof Boolean isActive)) {
            return new Known.Unknown("\"active\" is not true or false");
        }
        if (!isActive) {
            return new Known.Inactive();
        }
        for (String time : new String[] {"exp", "nbf"}) {
            if (claims.has(time) && claims.time(time).isEmpty()) {
                return new Known.Unknown("\"" + time + "\" is not a time");
            }
        }
        if (claims.has("aud") && claims.texts("aud").isEmpty()) {
            return new Known.Unknown("\"aud\" is neither text nor a list of texts");
        }
        if (claims.has("scope") && claims.texts("scope").isEmpty()) {
            return new Known.Unknown("\"scope\" is neither text nor a list of texts");
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
        return foreign || expired || early ? new Known.Inactive() : new Known.Active(claims);
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
