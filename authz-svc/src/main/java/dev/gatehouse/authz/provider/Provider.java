package dev.gatehouse.authz.provider;

import dev.gatehouse.authz.seal.Secret;
import dev.gatehouse.authz.token.Checked;
import dev.gatehouse.authz.token.Claims;
import dev.gatehouse.authz.token.Jwt;
import dev.gatehouse.authz.token.KeySet;
import dev.gatehouse.authz.token.TokenRules;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A provider, and this client of it. Its document and its keys are kept for an hour, and used longer while it cannot be reached; a token that
 * none of the keys has signed has them fetched again, at most once in ten seconds. Never blocks its caller. No stage that it returns fails, unless its method says so.
 */
public final class Provider {
    private static final Duration LIFETIME = Duration.ofHours(1);
    private static final int LONGEST_ERROR = 60;

    private final ProviderSettings settings;
    private final ProviderHttp http;
    private final InstantSource clock;
    private final TokenRules rules;
    private final ClientProof proof;
    private final Refreshed<Endpoints> endpoints;
    private final Refreshed<KeySet> keys;

    /** @throws IllegalArgumentException where the client's private key cannot be used */
    public Provider(ProviderSettings settings, ProviderHttp http, InstantSource clock, RandomGenerator random) {
        this.settings = settings;
        this.http = http;
        this.clock = clock;
        this.rules = new TokenRules(settings.issuer(), settings.clientId(), settings.algorithms());
        this.proof = new ClientProof(settings, random);
        this.endpoints = new Refreshed<>(this::discover, LIFETIME, clock);
        this.keys = new Refreshed<>(this::fetchKeys, LIFETIME, clock);
    }

    public ProviderSettings settings() {
        return settings;
    }

    /** Fails with {@link ProviderHttp.Unreachable} where the provider's document was never read. */
    public CompletionStage<Endpoints> endpoints() {
        return endpoints.get();
    }

    private CompletionStage<Endpoints> discover() {
        if (Endpoints.complete(settings)) {
            try {
                return CompletableFuture.completedFuture(Endpoints.of(settings, Claims.NONE));
            } catch (Endpoints.UnusableDocument e) {
                return unreachable(String.valueOf(e.getMessage()));
            }
        }
        String issuer = settings.issuer();
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        return get(ProviderHttp.Purpose.DISCOVERY, base + "/.well-known/openid-configuration")
                .thenCompose(body -> {
                    Optional<Claims> document = Claims.parse(body);
                    if (document.isEmpty()) {
                        return unreachable("its document is not JSON");
                    }
                    if (!document.get().text("issuer").equals(Optional.of(issuer))) {
                        return unreachable("its document names another issuer than " + issuer);
                    }
                    try {
                        return CompletableFuture.completedFuture(Endpoints.of(settings, document.get()));
                    } catch (Endpoints.UnusableDocument e) {
                        return unreachable("its document: " + e.getMessage());
                    }
                });
    }

    private CompletionStage<KeySet> fetchKeys() {
        return endpoints()
                .thenCompose(where -> get(ProviderHttp.Purpose.KEYS, where.jwks()))
                .thenCompose(body -> KeySet.parse(body)
                        .<CompletionStage<KeySet>>map(CompletableFuture::completedFuture)
                        .orElseGet(() -> unreachable("its key set has no key for signatures")));
    }

    private CompletionStage<String> get(ProviderHttp.Purpose purpose, String url) {
        return http.send(new ProviderHttp.Call(purpose, url, Map.of("accept", "application/json"), Optional.empty()))
                .thenCompose(answer -> answer.status() == 200
                        ? CompletableFuture.completedFuture(answer.body())
                        : unreachable("status " + answer.status() + " from " + url));
    }

    private static <T> CompletionStage<T> unreachable(String message) {
        return CompletableFuture.failedFuture(new ProviderHttp.Unreachable(message));
    }

    /** Tokens for the code of a login. The ID token is required, and has to have {@code nonce}. */
    public CompletionStage<TokenAnswer> redeem(String code, String redirectUri, String verifier, String nonce) {
        Form form = new Form()
                .add("grant_type", "authorization_code")
                .add("code", code)
                .add("redirect_uri", redirectUri)
                .add("code_verifier", verifier);
        return tokens(form, answer -> checkLogin(answer, nonce));
    }

    /** Tokens for a refresh token. An ID token is checked where there is one; whose it is the caller compares. */
    public CompletionStage<TokenAnswer> refresh(Secret refreshToken) {
        Form form = new Form().add("grant_type", "refresh_token").add("refresh_token", refreshToken.text());
        return tokens(
                form,
                answer -> answer.has("id_token")
                        ? checkIdToken(answer, Optional.empty())
                        : done(granted(answer, Optional.empty(), Optional.empty())));
    }

    /** A token for the backend in exchange for the user's, RFC 8693. */
    public CompletionStage<TokenAnswer> exchange(Secret accessToken, ProviderSettings.Exchange exchange) {
        Form form = new Form()
                .add("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
                .add("subject_token", accessToken.text())
                .add("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
        exchange.audience().ifPresent(audience -> form.add("audience", audience));
        exchange.resource().ifPresent(resource -> form.add("resource", resource));
        exchange.tokenType().ifPresent(type -> form.add("requested_token_type", type));
        if (!exchange.scopes().isEmpty()) {
            form.add("scope", String.join(" ", exchange.scopes()));
        }
        return tokens(form, answer -> done(granted(answer, Optional.empty(), Optional.empty())));
    }

    private CompletionStage<TokenAnswer> checkLogin(Claims answer, String nonce) {
        return answer.text("id_token").isEmpty()
                ? done(new TokenAnswer.Wrong("id_token is missing"))
                : checkIdToken(answer, Optional.of(nonce));
    }

    private CompletionStage<TokenAnswer> checkIdToken(Claims answer, Optional<String> nonce) {
        Optional<String> text = answer.text("id_token");
        Optional<Jwt> jwt = text.flatMap(Jwt::parse);
        if (text.isEmpty() || jwt.isEmpty()) {
            return done(new TokenAnswer.Wrong("the ID token is not a signed JWT"));
        }
        Optional<String> access = answer.text("access_token");
        return check(set -> rules.idToken(jwt.get(), set, nonce, access, clock.instant()))
                .thenApply(checked -> switch (checked) {
                    case Checked.Right right -> granted(answer, text, Optional.of(right.claims()));
                    case Checked.Wrong wrong -> new TokenAnswer.Wrong("the ID token: " + wrong.why());
                    case Checked.UnknownKey unknown -> new TokenAnswer.Wrong("the ID token: " + unknown.why());
                })
                .exceptionally(failure -> new TokenAnswer.Unavailable(message(failure)));
    }

    /** Checks a logout token. Fails with {@link ProviderHttp.Unreachable} where there are no keys. */
    public CompletionStage<Checked> logoutToken(Jwt jwt) {
        return check(set -> rules.logoutToken(jwt, set, clock.instant()));
    }

    /** Checks with the keys that are there, and once more with newer ones where none of them has signed the token. */
    private CompletionStage<Checked> check(Function<KeySet, Checked> rule) {
        return keys.get().thenCompose(set -> {
            Checked checked = rule.apply(set);
            if (!(checked instanceof Checked.UnknownKey)) {
                return CompletableFuture.completedFuture(checked);
            }
            return keys.newer().thenApply(newer -> newer.map(rule).orElse(checked));
        });
    }

    private static TokenAnswer granted(Claims answer, Optional<String> idToken, Optional<Claims> claims, Instant now) {
        Optional<String> access = answer.text("access_token");
        if (access.isEmpty()) {
            return new TokenAnswer.Wrong("access_token is missing");
        }
        if (!access.get().chars().allMatch(c -> c >= ' ' && c <= '~')) {
            return new TokenAnswer.Wrong("access_token has characters that no token has (RFC 6749 appendix A.12)");
        }
        String type = answer.text("token_type").orElse("");
        if (!type.toLowerCase(Locale.ROOT).equals("bearer") && !type.equals("N_A")) {
            return new TokenAnswer.Wrong("token_type is not Bearer");
        }
        return new TokenAnswer.Granted(
                new Secret(access.get()),
                lifetime(answer, "expires_in", now),
                answer.text("refresh_token").map(Secret::new),
                lifetime(answer, "refresh_expires_in", now).or(() -> lifetime(answer, "refresh_token_expires_in", now)),
                idToken.map(Secret::new),
                claims);
    }

    private TokenAnswer granted(Claims answer, Optional<String> idToken, Optional<Claims> claims) {
        return granted(answer, idToken, claims, clock.instant());
    }

    private static Optional<Instant> lifetime(Claims answer, String member, Instant now) {
        return answer.number(member)
                .filter(seconds -> seconds > 0 && seconds < Integer.MAX_VALUE)
                .map(now::plusSeconds);
    }

    private CompletionStage<TokenAnswer> tokens(Form form, Function<Claims, CompletionStage<TokenAnswer>> check) {
        return endpoints()
                .thenCompose(where -> post(ProviderHttp.Purpose.TOKEN, where.token(), where, form))
                .thenCompose(answer -> {
                    Optional<Claims> body = Claims.parse(answer.body());
                    if (answer.status() == 200) {
                        return body.isPresent()
                                ? check.apply(body.get())
                                : done(new TokenAnswer.Wrong("the answer is not JSON"));
                    }
                    Optional<String> error = body.flatMap(claims -> claims.text("error"));
                    boolean refused = answer.status() == 400 || answer.status() == 401 || answer.status() == 403;
                    return done(
                            refused && error.isPresent()
                                    ? new TokenAnswer.Refused(printable(error.get()))
                                    : new TokenAnswer.Unavailable("status " + answer.status()));
                })
                .exceptionally(failure -> new TokenAnswer.Unavailable(message(failure)));
    }

    private CompletionStage<ProviderHttp.Answer> post(
            ProviderHttp.Purpose purpose, String url, Endpoints where, Form form) {
        Map<String, String> headers = proof.add(form, where, clock.instant());
        headers.put("accept", "application/json");
        return http.send(new ProviderHttp.Call(purpose, url, headers, Optional.of(form.encoded())));
    }

    /**
     * Pushes an authorization request, RFC 9126.
     *
     * @return its {@code request_uri}; fails with {@link ProviderHttp.Unreachable}
     */
    public CompletionStage<String> push(Endpoints where, Form request) {
        if (where.pushed().isEmpty()) {
            return unreachable("its document has no pushed_authorization_request_endpoint");
        }
        return post(ProviderHttp.Purpose.PUSHED_REQUEST, where.pushed().get(), where, request)
                .thenCompose(answer -> Claims.parse(answer.body())
                        .filter(body -> answer.status() == 201 || answer.status() == 200)
                        .flatMap(body -> body.text("request_uri"))
                        .<CompletionStage<String>>map(CompletableFuture::completedFuture)
                        .orElseGet(() -> unreachable("status " + answer.status() + " to a pushed request")));
    }

    /**
     * What the provider tells of the user. Claims that say where other claims are (aggregated and distributed ones) are not followed.
     *
     * @param subject of the ID token: the answer has to be about the same
     */
    public CompletionStage<UserInfo> userInfo(Secret accessToken, String subject) {
        return endpoints()
                .thenCompose(where -> where.userInfo().isEmpty()
                        ? unreachable("its document has no userinfo_endpoint")
                        : http.send(new ProviderHttp.Call(
                                ProviderHttp.Purpose.USER_INFO,
                                where.userInfo().get(),
                                Map.of(
                                        "accept",
                                        "application/json, application/jwt",
                                        "authorization",
                                        "Bearer " + accessToken.text()),
                                Optional.empty())))
                .thenCompose(answer -> answer.status() == 200
                        ? userInfo(answer)
                        : unreachable("status " + answer.status() + " from its userinfo_endpoint"))
                .<UserInfo>thenApply(
                        claims -> claims.filter(told -> told.text("sub").equals(Optional.of(subject)))
                                .<UserInfo>map(UserInfo.Told::new)
                                .orElseGet(() -> new UserInfo.Wrong(
                                        "the UserInfo answer is not about the user of the ID token")))
                .exceptionally(failure -> new UserInfo.Unavailable(message(failure)));
    }

    /** What comes of asking about a user. */
    public sealed interface UserInfo {
        record Told(Claims claims) implements UserInfo {}

        record Wrong(String why) implements UserInfo {}

        record Unavailable(String why) implements UserInfo {}
    }

    private CompletionStage<Optional<Claims>> userInfo(ProviderHttp.Answer answer) {
        if (!answer.contentType().toLowerCase(Locale.ROOT).startsWith("application/jwt")) {
            return CompletableFuture.completedFuture(Claims.parse(answer.body()));
        }
        Optional<Jwt> jwt = Jwt.parse(answer.body().strip());
        return jwt.isEmpty()
                ? CompletableFuture.completedFuture(Optional.empty())
                : check(set -> rules.userInfo(jwt.get(), set))
                        .thenApply(checked -> checked instanceof Checked.Right right
                                ? Optional.of(right.claims())
                                : Optional.empty());
    }

    private static CompletionStage<TokenAnswer> done(TokenAnswer answer) {
        return CompletableFuture.completedFuture(answer);
    }

    /** Why a call failed, for the log. */
    public static String message(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        @Nullable String message = cause.getMessage();
        return cause instanceof ProviderHttp.Unreachable && message != null
                ? message
                : cause.getClass().getSimpleName() + ": " + message;
    }

    private static String printable(String text) {
        String plain = text.replaceAll("[^a-zA-Z0-9_.-]", "?");
        return plain.length() > LONGEST_ERROR ? plain.substring(0, LONGEST_ERROR) : plain;
    }

    @Override
    public String toString() {
        return "Provider[" + settings.issuer() + "]";
    }
}
