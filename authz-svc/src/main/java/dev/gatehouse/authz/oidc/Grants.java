package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.provider.Provider;
import dev.gatehouse.authz.provider.ProviderSettings;
import dev.gatehouse.authz.provider.TokenAnswer;
import dev.gatehouse.authz.seal.Secret;
import dev.gatehouse.authz.session.Session;
import dev.gatehouse.authz.token.Claims;
import dev.gatehouse.authz.token.Jwt;
import dev.gatehouse.authz.token.TokenRules;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Makes sessions of what providers grant: claims of the UserInfo endpoint and the token for the backend included. */
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

        /** @param session what can be kept all the same; empty: nothing */
        record Unavailable(String why, Optional<Session> session) implements Made {}
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
                        Optional.empty()));
        return withUserInfo(provider, session, Optional.empty())
                .thenCompose(made -> made instanceof Made.Ready ready
                        ? withExchange(provider, ready.session(), Optional.empty())
                        : done(made));
    }

    /** The same session with new tokens. What a refresh leaves out stays: the ID token, the refresh token. */
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
        return withUserInfo(provider, session, Optional.of(before))
                .thenCompose(made -> made instanceof Made.Ready ready
                        ? withExchange(provider, ready.session(), Optional.of(before))
                        : done(made));
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
                new Made.Ready(with(session, session.claims().with(told.claims()), session.tokens()));
            case Provider.UserInfo.Wrong wrong -> new Made.Wrong(wrong.why());
            // The new tokens are worth more than the newest claims: the former claims stay.
            case Provider.UserInfo.Unavailable unavailable ->
                before.<Made>map(former -> new Made.Ready(with(session, former.claims(), session.tokens())))
                        .orElseGet(() -> new Made.Unavailable(unavailable.why(), Optional.empty()));
        });
    }

    private CompletionStage<Made> withExchange(Provider provider, Session session, Optional<Session> before) {
        Optional<ProviderSettings.Exchange> exchange = provider.settings().exchange();
        if (exchange.isEmpty()) {
            return done(new Made.Ready(session));
        }
        Session.Tokens tokens = session.tokens();
        return provider.exchange(tokens.access(), exchange.get()).thenApply(answer -> switch (answer) {
            case TokenAnswer.Granted granted -> {
                Instant expiry = granted.expiry()
                        .filter(earlier -> earlier.isBefore(tokens.expiry()))
                        .orElse(tokens.expiry());
                yield new Made.Ready(with(session, session.claims(), exchanged(tokens, expiry, granted.accessToken())));
            }
            case TokenAnswer.Refused refused -> new Made.Wrong("the token exchange: " + refused.error());
            case TokenAnswer.Wrong wrong -> new Made.Wrong("the token exchange: " + wrong.why());
            // The refresh token may be of no use a second time: the new tokens are kept, and due again at once.
            case TokenAnswer.Unavailable unavailable ->
                new Made.Unavailable(
                        "the token exchange: " + unavailable.why(),
                        before.map(former -> with(
                                session,
                                session.claims(),
                                new Session.Tokens(
                                        tokens.access(),
                                        tokens.since(),
                                        former.tokens().expiry(),
                                        tokens.refresh(),
                                        tokens.refreshExpiry(),
                                        tokens.id(),
                                        tokens.exchanged()))));
        });
    }

    private static Session.Tokens exchanged(Session.Tokens tokens, Instant expiry, Secret token) {
        return new Session.Tokens(
                tokens.access(),
                tokens.since(),
                expiry,
                tokens.refresh(),
                tokens.refreshExpiry(),
                tokens.id(),
                Optional.of(token));
    }

    private static Session with(Session session, Claims claims, Session.Tokens tokens) {
        return new Session(
                session.provider(),
                session.issuer(),
                session.clientId(),
                session.subject(),
                session.sid(),
                session.began(),
                session.used(),
                session.authenticated(),
                session.acr(),
                session.generation(),
                claims,
                tokens);
    }

    /** Whether a session is strong and recent enough. The provider's clock may be behind: one rule for the login and for the session, so that no login leads to the next. */
    boolean sufficient(Session session) {
        SignOnSettings.StepUp stepUp = settings.stepUp();
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
