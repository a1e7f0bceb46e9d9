package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.provider.Provider;
import dev.gatehouse.authz.provider.ProviderSettings;
import dev.gatehouse.authz.provider.TokenAnswer;
import dev.gatehouse.authz.session.Held;
import dev.gatehouse.authz.session.Renewal;
import dev.gatehouse.authz.session.Session;
import dev.gatehouse.authz.session.Sessions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Has the user's access token exchanged for one that is for the backend, RFC 8693, where the policy says so. Policies that share a session have a token each.
 * It is got when it is needed first, in the last fifth of its life while the request goes on, and after a refresh of the user's.
 */
final class Exchanges {
    private static final Logger LOG = System.getLogger(Exchanges.class.getName());
    private static final int PARTS = 5;
    /** A renewal that was under way may have been one of the user's token, or for another policy's backend. */
    private static final int MOST_TRIES = 3;

    private final SignOnSettings settings;
    private final Sessions sessions;
    private final InstantSource clock;
    private final Resting resting;
    private final Seldom told;

    Exchanges(SignOnSettings settings, Sessions sessions, InstantSource clock) {
        this.settings = settings;
        this.sessions = sessions;
        this.clock = clock;
        this.resting = new Resting(clock);
        this.told = new Seldom(clock);
    }

    /** Whether the access token of a session is exchanged. */
    boolean isFor(Session session) {
        return settings.provider(session.provider())
                .flatMap(provider -> provider.settings().exchange())
                .isPresent();
    }

    /** What the access token of a session is exchanged for. */
    CompletionStage<BackendToken> token(Held held) {
        Provider provider = settings.provider(held.session().provider()).orElseThrow();
        return token(provider, provider.settings().exchange().orElseThrow(), held, MOST_TRIES);
    }

    private CompletionStage<BackendToken> token(
            Provider provider, ProviderSettings.Exchange exchange, Held held, int tries) {
        String name = exchange.name();
        Optional<Session.Exchanged> there =
                Optional.ofNullable(held.session().tokens().exchanged().get(name));
        if (there.isPresent() && fresh(held.session(), name)) {
            return done(new BackendToken.Ready(held, there.get().token()));
        }
        Instant now = clock.instant();
        Optional<BackendToken> usable = there.filter(token -> now.isBefore(token.expiry()))
                .map(token -> new BackendToken.Ready(held, token.token()));
        if (resting.has(held.session().provider())) {
            return done(outage(held, there));
        }
        CompletionStage<Renewal> renewal =
                sessions.renew(held, session -> fresh(session, name), before -> exchange(provider, exchange, before));
        if (usable.isPresent() && !sessions.carried()) {
            return done(usable.get());
        }
        return renewal.thenCompose(result -> switch (result) {
            case Renewal.Current current ->
                fresh(current.held().session(), name) || tries > 1
                        ? token(provider, exchange, current.held(), tries - 1)
                        : done(outage(current.held(), there));
            case Renewal.Over over -> done(usable.orElseGet(BackendToken.Over::new));
            case Renewal.Refused refused -> done(usable.orElseGet(BackendToken.Refused::new));
            case Renewal.Unavailable unavailable -> done(outage(held, there));
        });
    }

    /** Whether a session has a token for the backend that need not be got anew. */
    private boolean fresh(Session session, String name) {
        Session.Exchanged token = session.tokens().exchanged().get(name);
        return token != null
                && !token.since().isBefore(session.tokens().since())
                && clock.instant()
                        .isBefore(token.expiry()
                                .minus(Duration.between(token.since(), token.expiry())
                                        .dividedBy(PARTS)));
    }

    /** As sessions outlive their tokens for a while, tokens for backends do. */
    private BackendToken outage(Held held, Optional<Session.Exchanged> there) {
        return there.filter(token -> clock.instant()
                        .isBefore(token.expiry().plus(settings.lifetimes().grace())))
                .<BackendToken>map(token -> new BackendToken.Ready(held, token.token()))
                .orElseGet(BackendToken.Unavailable::new);
    }

    private CompletionStage<Renewal.Outcome> exchange(
            Provider provider, ProviderSettings.Exchange exchange, Session before) {
        return provider.exchange(before.tokens().access(), exchange).thenApply(answer -> {
            Instant now = clock.instant();
            if (!(answer instanceof TokenAnswer.Unavailable)) {
                resting.end(before.provider());
            }
            return switch (answer) {
                case TokenAnswer.Granted granted ->
                    new Renewal.Outcome.Renewed(before.with(
                            exchange.name(),
                            new Session.Exchanged(
                                    granted.accessToken(),
                                    now,
                                    granted.expiry().orElse(before.tokens().expiry()))));
                case TokenAnswer.Refused refused -> refused(provider, refused.error());
                case TokenAnswer.Wrong wrong -> refused(provider, wrong.why());
                case TokenAnswer.Unavailable unavailable -> {
                    resting.begin(before.provider());
                    yield new Renewal.Outcome.Failed("the token exchange: " + unavailable.why());
                }
            };
        });
    }

    private Renewal.Outcome refused(Provider provider, String why) {
        if (told.again()) {
            LOG.log(
                    Level.WARNING,
                    "Backends behind policy {0} get no token: provider {1} refuses the exchange: {2}.",
                    settings.policy(),
                    provider.settings().issuer(),
                    why);
        }
        return new Renewal.Outcome.Refused("the token exchange: " + why);
    }

    private static CompletionStage<BackendToken> done(BackendToken token) {
        return CompletableFuture.completedFuture(token);
    }
}
