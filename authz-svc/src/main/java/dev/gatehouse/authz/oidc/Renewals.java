package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.oidc.SignOnLog.Ending;
import dev.gatehouse.authz.oidc.SignOnLog.Event;
import dev.gatehouse.authz.oidc.SignOnLog.Kind;
import dev.gatehouse.authz.provider.Provider;
import dev.gatehouse.authz.provider.TokenAnswer;
import dev.gatehouse.authz.request.Cookies;
import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.seal.Secret;
import dev.gatehouse.authz.session.Held;
import dev.gatehouse.authz.session.Renewal;
import dev.gatehouse.authz.session.Session;
import dev.gatehouse.authz.session.Sessions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Finds the session of a request, and has its tokens refreshed: before they expire while the request goes on, and after that while it waits. With sessions that
 * only answers can renew, it always waits. A provider that cannot be reached is left alone for two seconds.
 */
final class Renewals {
    private static final Logger LOG = System.getLogger(Renewals.class.getName());
    private static final Duration LATEST = Duration.ofSeconds(30);
    private static final int PARTS = 5;

    /** Answers to a refresh that are about the user's grant: RFC 6749 section 5.2, and those of OpenID Connect Core 3.1.2.6 that ask for the user. */
    private static final Set<String> ENDING =
            Set.of("invalid_grant", "interaction_required", "login_required", "consent_required");

    private final SignOnSettings settings;
    private final Sessions sessions;
    private final Grants grants;
    private final InstantSource clock;
    private final SignOnLog log;
    private final Resting resting;
    private final Seldom told;

    Renewals(SignOnSettings settings, Sessions sessions, Grants grants, InstantSource clock, SignOnLog log) {
        this.settings = settings;
        this.sessions = sessions;
        this.grants = grants;
        this.clock = clock;
        this.log = log;
        this.resting = new Resting(clock);
        this.told = new Seldom(clock);
    }

    static Cookies cookies(HttpRequest request) {
        return Cookies.parse(request.header("cookie").orElse(""));
    }

    CompletionStage<Standing> standing(HttpRequest request) {
        Cookies cookies = cookies(request);
        return sessions.find(cookies).thenCompose(found -> {
            if (found.isEmpty()) {
                return done(new Standing.None(sessions.claimed(cookies) ? "session-over" : "no-session"));
            }
            Held held = found.get();
            if (provider(held.session()).isEmpty()
                    || !clock.instant().isBefore(settings.lifetimes().end(held.session()))) {
                return over(request, held, provider(held.session()).isEmpty() ? Ending.REVOCATION : Ending.EXPIRY);
            }
            return renewed(request, held);
        });
    }

    private CompletionStage<Standing> over(HttpRequest request, Held held, Ending ending) {
        return sessions.end(held).thenApply(ended -> {
            if (ended) {
                ended(request, held.session(), ending, "");
            }
            return new Standing.None("session-over");
        });
    }

    private void ended(HttpRequest request, Session session, Ending ending, String detail) {
        log.happened(request, Event.of(Kind.LOGOUT, Optional.of(ending), settings.policy(), session, "ok", detail));
    }

    private CompletionStage<Standing> renewed(HttpRequest request, Held held) {
        Session session = held.session();
        Instant now = clock.instant();
        boolean expired = !now.isBefore(session.tokens().expiry());
        if (!settings.lifetimes().refresh() || session.tokens().refresh().isEmpty()) {
            return expired ? over(request, held, Ending.EXPIRY) : done(usable(held));
        }
        if (!due(session)) {
            return done(usable(held));
        }
        if (resting.has(session.provider())) {
            return done(expired ? outage(held, "the provider could not be reached a moment ago") : usable(held));
        }
        CompletionStage<Renewal> renewal =
                sessions.renew(held, fresh -> !due(fresh), before -> refresh(request, before));
        if (!expired && !sessions.carried()) {
            return done(usable(held));
        }
        return renewal.thenApply(result -> switch (result) {
            case Renewal.Current current -> usable(current.held());
            // Another replica may have used the refresh token: cookies with new tokens are on their way to the browser
            // then.
            case Renewal.Over over -> expired ? new Standing.None("session-over") : usable(held);
            case Renewal.Refused refused -> outage(held, refused.why());
            case Renewal.Unavailable unavailable -> outage(held, unavailable.why());
        });
    }

    /** Whether a session's tokens are to be refreshed: in the last fifth of their life, 30 s at most. */
    private boolean due(Session session) {
        Session.Tokens tokens = session.tokens();
        Duration early = Duration.between(tokens.since(), tokens.expiry()).dividedBy(PARTS);
        Duration before = early.compareTo(LATEST) > 0 ? LATEST : early.isNegative() ? Duration.ZERO : early;
        return !clock.instant().isBefore(tokens.expiry().minus(before));
    }

    private Standing usable(Held held) {
        return grants.sufficient(held.session(), settings.stepUp())
                ? new Standing.Good(held)
                : new Standing.Insufficient(held);
    }

    private Standing outage(Held held, String why) {
        Instant last =
                held.session().tokens().expiry().plus(settings.lifetimes().grace());
        return clock.instant().isBefore(last) ? usable(held) : new Standing.Unknown("provider-unavailable");
    }

    private Optional<Provider> provider(Session session) {
        return settings.provider(session.provider())
                .filter(provider -> provider.settings().issuer().equals(session.issuer())
                        && provider.settings().clientId().equals(session.clientId()));
    }

    private CompletionStage<Renewal.Outcome> refresh(HttpRequest request, Session before) {
        Optional<Provider> provider = provider(before);
        Optional<Secret> token = before.tokens().refresh();
        if (provider.isEmpty() || token.isEmpty()) {
            return CompletableFuture.completedFuture(new Renewal.Outcome.Ended("its tokens cannot be refreshed"));
        }
        return provider.get()
                .refresh(token.get())
                .thenCompose(answer -> switch (answer) {
                    case TokenAnswer.Granted granted ->
                        grants.refreshed(provider.get(), before, granted).thenApply(Renewals::outcome);
                    case TokenAnswer.Refused refused ->
                        CompletableFuture.completedFuture(refused(provider.get(), refused.error()));
                    case TokenAnswer.Wrong wrong ->
                        CompletableFuture.completedFuture(new Renewal.Outcome.Ended(wrong.why()));
                    case TokenAnswer.Unavailable unavailable ->
                        CompletableFuture.completedFuture(new Renewal.Outcome.Failed(unavailable.why()));
                })
                .thenApply(outcome -> note(request, before, outcome));
    }

    /** The provider's word on the grant ends the session; its trouble with this client, or with itself, does not. */
    private Renewal.Outcome refused(Provider provider, String error) {
        if (ENDING.contains(error)) {
            return new Renewal.Outcome.Ended(error);
        }
        if (told.again()) {
            LOG.log(
                    Level.WARNING,
                    "Tokens of policy {0} are not refreshed: provider {1} answers {2}.",
                    settings.policy(),
                    provider.settings().issuer(),
                    error);
        }
        return new Renewal.Outcome.Failed(error);
    }

    private static Renewal.Outcome outcome(Grants.Made made) {
        return switch (made) {
            case Grants.Made.Ready ready -> new Renewal.Outcome.Renewed(ready.session());
            case Grants.Made.Wrong wrong -> new Renewal.Outcome.Ended(wrong.why());
            case Grants.Made.Unavailable unavailable -> new Renewal.Outcome.Failed(unavailable.why());
        };
    }

    private Renewal.Outcome note(HttpRequest request, Session session, Renewal.Outcome outcome) {
        if (!(outcome instanceof Renewal.Outcome.Failed)) {
            resting.end(session.provider());
        }
        String word = switch (outcome) {
            case Renewal.Outcome.Renewed renewed -> "ok";
            case Renewal.Outcome.Ended ended -> "refused";
            case Renewal.Outcome.Refused refused -> "refused";
            case Renewal.Outcome.Failed failed -> {
                resting.begin(session.provider());
                yield "provider-unavailable";
            }
        };
        String detail = switch (outcome) {
            case Renewal.Outcome.Renewed renewed -> "";
            case Renewal.Outcome.Ended ended -> ended.why();
            case Renewal.Outcome.Refused refused -> refused.why();
            case Renewal.Outcome.Failed failed -> failed.why();
        };
        log.happened(request, Event.of(Kind.REFRESH, Optional.empty(), settings.policy(), session, word, detail));
        if (outcome instanceof Renewal.Outcome.Ended) {
            ended(request, session, Ending.REVOCATION, detail);
        }
        return outcome;
    }

    private static CompletionStage<Standing> done(Standing standing) {
        return CompletableFuture.completedFuture(standing);
    }

    /** Values of Set-Cookie without the session's. */
    List<String> forget(HttpRequest request) {
        return sessions.forget(cookies(request));
    }
}
