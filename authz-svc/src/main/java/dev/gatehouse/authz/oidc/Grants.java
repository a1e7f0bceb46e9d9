package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.provider.Provider;
import dev.gatehouse.authz.provider.TokenAnswer;
import dev.gatehouse.authz.seal.Secret;
import dev.gatehouse.authz.session.Session;
import dev.gatehouse.authz.token.Claims;
import dev.gatehouse.authz.token.Jwt;
import dev.gatehouse.authz.token.TokenRules;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Makes sessions of what providers grant, claims of the UserInfo endpoint included. */
final class Grants {
    private final SignOnSettings settings;
    private final InstantSource clock;

    Grants(SignOnSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** What a grant comes to. */
    sealed interface Made {
        record Ready(Session session) implements Made {}

        record Wrong(String why) implements Made {}

        record Unavailable(String why) implements Made {}
    }

    /** The session of a login. */
    CompletionStage<Made> login(Provider provider, TokenAnswer.Granted granted) {
        Claims claims = granted.claims().orElseGet(() -> Claims.NONE);
        Instant now = clock.instant();
        Optional<Instant> expiry = expiry(granted, now);
        if (expiry.isEmpty()) {
            return done(new Made.Wrong("expires_in is missing, and the policy has no default lifetime of tokens"));
        }
        Session session = new Session(
                provider.settings().name(),
                provider.settings().issuer(),
                provider.settings().clientId(),
                claims.text("sub").orElse(""),
                claims.text("sid"),
                now,
                now,
                claims.time("auth_time"),
                claims.text("acr"),
                0,
                claims,
                new Session.Tokens(
                        granted.accessToken(),
                        now,
                        expiry.get(),
                        granted.refreshToken(),
                        granted.refreshExpiry().orElse(now.plus(settings.refreshLifetime())),
                        granted.idToken(),
                        Map.of()));
        return withUserInfo(provider, session, Optional.empty());
    }

    /** The same session with new tokens. What a refresh leaves out stays: the ID token, the refresh token, tokens for backends until they are got anew. */
    CompletionStage<Made> refreshed(Provider provider, Session before, TokenAnswer.Granted granted) {
        Instant now = clock.instant();
        Optional<Claims> told = granted.claims();
        if (told.isPresent() && !told.get().text("sub").equals(Optional.of(before.subject()))) {
            return done(new Made.Wrong("the provider's refreshed ID token is about another user"));
        }
        Optional<Instant> expiry = expiry(granted, now);
        if (expiry.isEmpty()) {
            return done(new Made.Wrong("expires_in is missing, and the policy has no default lifetime of tokens"));
        }
        Optional<Secret> id = granted.idToken().or(() -> before.tokens().id());
        Claims claims = told.or(
                        () -> id.flatMap(token -> Jwt.parse(token.text())).map(Jwt::unverified))
                .orElse(before.claims());
        Session session = new Session(
                before.provider(),
                before.issuer(),
                before.clientId(),
                before.subject(),
                told.flatMap(fresh -> fresh.text("sid")).or(before::sid),
                before.began(),
                now,
                before.authenticated(),
                before.acr(),
                before.generation() + 1,
                claims,
                new Session.Tokens(
                        granted.accessToken(),
                        now,
                        expiry.get(),
                        granted.refreshToken().or(() -> before.tokens().refresh()),
                        granted.refreshExpiry()
                                .orElse(
                                        granted.refreshToken().isPresent()
                                                ? now.plus(settings.refreshLifetime())
                                                : before.tokens().refreshExpiry()),
                        id,
                        before.tokens().exchanged()));
        return withUserInfo(provider, session, Optional.of(before));
    }

    private Optional<Instant> expiry(TokenAnswer.Granted granted, Instant now) {
        return granted.expiry().or(() -> settings.tokenLifetime().map(now::plus));
    }

    private CompletionStage<Made> withUserInfo(Provider provider, Session session, Optional<Session> before) {
        if (!provider.settings().userInfo()) {
            return done(new Made.Ready(session));
        }
        return provider.userInfo(session.tokens().access(), session.subject()).thenApply(info -> switch (info) {
            case Provider.UserInfo.Told told ->
                new Made.Ready(session.with(session.claims().with(told.claims())));
            case Provider.UserInfo.Wrong wrong -> new Made.Wrong(wrong.why());
            // The new tokens are worth more than the newest claims: the former claims stay.
            case Provider.UserInfo.Unavailable unavailable ->
                before.<Made>map(former -> new Made.Ready(session.with(former.claims())))
                        .orElseGet(() -> new Made.Unavailable(unavailable.why()));
        });
    }

    /** Whether a session is strong and recent enough. The provider's clock may be behind: one rule for the login and for the session, so that no login leads to the next. */
    boolean sufficient(Session session, SignOnSettings.StepUp stepUp) {
        boolean strong = stepUp.acrValues().isEmpty()
                || session.acr().filter(stepUp.acrValues()::contains).isPresent();
        boolean recent = stepUp.maxAge().isEmpty()
                || session.authenticated()
                        .filter(time -> !time.plus(stepUp.maxAge().get())
                                .plus(TokenRules.SKEW)
                                .isBefore(clock.instant()))
                        .isPresent();
        return strong && recent;
    }

    private static CompletionStage<Made> done(Made made) {
        return CompletableFuture.completedFuture(made);
    }
}
