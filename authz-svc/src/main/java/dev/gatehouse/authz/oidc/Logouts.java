package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.oidc.SignOnLog.Ending;
import dev.gatehouse.authz.oidc.SignOnLog.Event;
import dev.gatehouse.authz.oidc.SignOnLog.Kind;
import dev.gatehouse.authz.policy.Answer;
import dev.gatehouse.authz.policy.Verdict;
import dev.gatehouse.authz.provider.Endpoints;
import dev.gatehouse.authz.provider.Form;
import dev.gatehouse.authz.provider.Provider;
import dev.gatehouse.authz.provider.ProviderHttp;
import dev.gatehouse.authz.request.Cookies;
import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.request.Query;
import dev.gatehouse.authz.seal.Hash;
import dev.gatehouse.authz.seal.Secret;
import dev.gatehouse.authz.session.Held;
import dev.gatehouse.authz.session.Session;
import dev.gatehouse.authz.session.Sessions;
import dev.gatehouse.authz.token.Checked;
import dev.gatehouse.authz.token.Claims;
import dev.gatehouse.authz.token.Jwt;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Ends sessions: for the user (RP-Initiated Logout 1.0), for the provider's server (Back-Channel Logout 1.0) and for a frame of the provider's page (Front-Channel
 * Logout 1.0).
 */
final class Logouts {
    /** A longer one makes a longer URL than servers take; the provider asks the user then. */
    private static final int LONGEST_HINT = 6_000;

    private final SignOnSettings settings;
    private final Sessions sessions;
    private final LogoutReceivers receivers;
    private final SignOnLog log;

    /** @param receivers whom a logout that comes here may be for */
    Logouts(SignOnSettings settings, Sessions sessions, LogoutReceivers receivers, SignOnLog log) {
        this.settings = settings;
        this.sessions = sessions;
        this.receivers = receivers;
        this.log = log;
    }

    /** Whether the frames of a provider come to {@code path}. */
    boolean hearsFrames(String path) {
        return settings.frontChannelPath().equals(Optional.of(path));
    }

    /** Empty: {@code path} is none of a logout. */
    Optional<CompletionStage<Verdict>> answer(HttpRequest request, String path) {
        Optional<String> asked = Optional.of(path);
        if (asked.equals(settings.logoutPath())) {
            return Optional.of(byUser(request));
        }
        if (asked.equals(settings.backChannelPath())) {
            return Optional.of(byServer(request));
        }
        if (asked.equals(settings.frontChannelPath())) {
            return Optional.of(byFrame(request));
        }
        return Optional.empty();
    }

    private CompletionStage<Verdict> byUser(HttpRequest request) {
        if (!List.of("GET", "POST").contains(request.method())) {
            return done(new Answer(405, List.of(new Answer.Header("allow", "GET, POST")), ""), "bad-method");
        }
        if (Caller.prefetches(request)) {
            return done(Answers.empty(403, Optional.empty(), List.of()), "prefetch");
        }
        Cookies cookies = Renewals.cookies(request);
        List<String> forget = sessions.forget(cookies);
        return sessions.find(cookies).thenCompose(found -> {
            if (found.isEmpty()) {
                return done(Answers.redirect(localAfter(request), forget), "logout-without-session");
            }
            Session session = found.get().session();
            return sessions.end(found.get()).thenCompose(ended -> {
                if (ended) {
                    log.happened(
                            request,
                            Event.of(Kind.LOGOUT, Optional.of(Ending.USER), settings.policy(), session, "ok", ""));
                }
                return after(request, session)
                        .thenApply(location -> new Verdict.Answered(
                                Answers.redirect(location, forget), "logout", Optional.of(session.subject()), true));
            });
        });
    }

    /** Where the user goes: to the provider, whose own session ends, too, if it has an address for that. */
    private CompletionStage<String> after(HttpRequest request, Session session) {
        Optional<Provider> provider = settings.provider(session.provider());
        if (provider.isEmpty()) {
            return CompletableFuture.completedFuture(localAfter(request));
        }
        return provider.get()
                .endpoints()
                .thenApply(Endpoints::endSession)
                .exceptionally(failure -> provider.get().settings().endSessionEndpoint())
                .thenApply(endpoint -> endpoint.map(where -> atProvider(request, session, where))
                        .orElseGet(() -> localAfter(request)));
    }

    private String atProvider(HttpRequest request, Session session, String endpoint) {
        Form form = new Form();
        session.tokens()
                .id()
                .map(Secret::text)
                .filter(token -> token.length() <= LONGEST_HINT)
                .ifPresent(token -> form.add("id_token_hint", token));
        form.add("client_id", session.clientId());
        form.add(
                "post_logout_redirect_uri",
                settings.postLogoutUri()
                        .flatMap(template -> template.expand(request))
                        .orElseGet(() -> Origin.of(request) + "/"));
        return form.behind(endpoint);
    }

    private String localAfter(HttpRequest request) {
        return settings.postLogoutUri()
                .flatMap(template -> template.expand(request))
                .orElse("/");
    }

    private CompletionStage<Verdict> byServer(HttpRequest request) {
        if (!request.method().equals("POST")) {
            return done(new Answer(405, List.of(new Answer.Header("allow", "POST")), ""), "bad-method");
        }
        List<String> tokens = Query.of("?" + request.body()).values("logout_token");
        Optional<Jwt> jwt = tokens.size() == 1 ? Jwt.parse(tokens.getFirst()) : Optional.empty();
        Optional<Logouts> receiver = jwt.flatMap(token -> receivers.ofClient(token.unverified(), this));
        return jwt.isPresent() && receiver.isPresent()
                ? receiver.get().received(request, jwt.get())
                : badLogout(request, "", "the request has no logout token of a provider of this site");
    }

    private CompletionStage<Verdict> received(HttpRequest request, Jwt token) {
        Provider provider = sender(token.unverified()).orElseThrow();
        String name = provider.settings().name();
        return provider.logoutToken(token)
                .thenCompose(checked -> switch (checked) {
                    case Checked.Right right -> end(request, provider, right.claims());
                    case Checked.Wrong wrong -> badLogout(request, name, wrong.why());
                    case Checked.UnknownKey unknown -> badLogout(request, name, unknown.why());
                })
                .exceptionallyCompose(failure -> Failures.cause(failure) instanceof ProviderHttp.Unreachable
                        ? done(
                                Answers.json(
                                        503,
                                        "temporarily_unavailable",
                                        "the provider's keys cannot be fetched",
                                        Optional.empty()),
                                "provider-unavailable")
                        : CompletableFuture.failedFuture(failure));
    }

    /** The provider whose client a logout token is for. */
    Optional<Provider> sender(Claims claims) {
        return settings.providers().stream()
                .filter(provider -> claims.text("iss")
                        .equals(Optional.of(provider.settings().issuer())))
                .filter(provider -> claims.texts("aud")
                        .filter(audience ->
                                audience.contains(provider.settings().clientId()))
                        .isPresent())
                .findFirst();
    }

    private CompletionStage<Verdict> end(HttpRequest request, Provider provider, Claims claims) {
        if (sessions.carried()) {
            return badLogout(
                    request,
                    provider.settings().name(),
                    "sessions of this site are in cookies, which only their browsers can remove");
        }
        String issuer = provider.settings().issuer();
        String id = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Hash.of("logout", issuer, claims.text("jti").orElse("")));
        return sessions.first(id).thenCompose(first -> {
            if (!first) {
                return badLogout(request, provider.settings().name(), "the logout token was used before");
            }
            String index = claims.text("sid")
                    .map(sid -> index(provider, "sid", sid))
                    .orElseGet(() -> index(provider, "sub", claims.text("sub").orElse("")));
            return sessions.endAll(List.of(index)).thenCompose(count -> {
                log.happened(
                        request,
                        Event.logout(
                                        Ending.BACK_CHANNEL,
                                        settings.policy(),
                                        provider.settings().name(),
                                        "ok",
                                        "")
                                .about(claims.text("sub"), claims.text("sid"), count));
                return done(Answers.empty(200, Optional.empty(), List.of()), "logout");
            });
        });
    }

    private static String index(Provider provider, String kind, String value) {
        return Session.index(provider.settings().issuer(), provider.settings().clientId(), kind, value);
    }

    private CompletionStage<Verdict> badLogout(HttpRequest request, String provider, String why) {
        return refused(request, Ending.BACK_CHANNEL, provider, why, why);
    }

    private CompletionStage<Verdict> byFrame(HttpRequest request) {
        if (!request.method().equals("GET")) {
            return done(new Answer(405, List.of(new Answer.Header("allow", "GET")), ""), "bad-method");
        }
        Query query = Query.of(request.path());
        Optional<String> sid = query.value("sid").filter(value -> !value.isEmpty());
        Optional<String> issuer = query.value("iss");
        List<Logouts> heard = receivers.ofFrames(LocalPath.withoutQuery(request.path()), issuer, this);
        if (sid.isEmpty() || heard.isEmpty()) {
            return refused(
                    request,
                    Ending.FRONT_CHANNEL,
                    "",
                    "a frame without iss and sid of a provider of this site",
                    "iss and sid of a provider of this site are needed");
        }
        Cookies cookies = Renewals.cookies(request);
        List<String> forget = new ArrayList<>();
        CompletionStage<Void> ended = CompletableFuture.completedStage(null);
        for (Logouts each : heard) {
            ended = ended.thenCompose(_ -> each.framed(request, cookies, issuer, sid.get()))
                    .thenAccept(forget::addAll);
        }
        return ended.thenCompose(_ ->
                done(Answers.empty(200, Optional.of(origin(issuer.orElseThrow())), forget), "logout"));
    }

    /** The first provider with the issuer. */
    Optional<Provider> framed(Optional<String> issuer) {
        return settings.providers().stream()
                .filter(known -> issuer.equals(Optional.of(known.settings().issuer())))
                .findFirst();
    }

    /** Ends the sessions of this sign-on: what takes the browser's cookies away. */
    private CompletionStage<List<String>> framed(
            HttpRequest request, Cookies cookies, Optional<String> issuer, String sid) {
        Provider provider = framed(issuer).orElseThrow();
        return sessions.find(cookies).thenCompose(found -> {
            Optional<Held> same = found.filter(held -> held.session().sid().equals(Optional.of(sid))
                    && held.session().issuer().equals(provider.settings().issuer()));
            CompletionStage<Integer> ended = same.isPresent()
                    ? sessions.end(same.get()).thenApply(gone -> gone ? 1 : 0)
                    : sessions.endAll(List.of(index(provider, "sid", sid)));
            return ended.thenApply(count -> {
                Event event = same.map(held -> Event.of(
                                Kind.LOGOUT,
                                Optional.of(Ending.FRONT_CHANNEL),
                                settings.policy(),
                                held.session(),
                                "ok",
                                ""))
                        .orElseGet(() -> Event.logout(
                                Ending.FRONT_CHANNEL,
                                settings.policy(),
                                provider.settings().name(),
                                "ok",
                                ""));
                log.happened(request, event.about(event.subject(), Optional.of(sid), count));
                return same.isPresent() ? sessions.forget(cookies) : List.of();
            });
        });
    }

    private static String origin(String issuer) {
        URI uri = URI.create(issuer);
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }

    private CompletionStage<Verdict> refused(
            HttpRequest request, Ending ending, String provider, String why, String told) {
        log.happened(request, Event.logout(ending, settings.policy(), provider, "refused", why));
        return CompletableFuture.completedFuture(new Verdict.Answered(
                Answers.json(400, "invalid_request", told, Optional.empty()),
                "logout-refused",
                Optional.empty(),
                true));
    }

    private static CompletionStage<Verdict> done(Answer answer, String outcome) {
        return CompletableFuture.completedFuture(new Verdict.Answered(answer, outcome, Optional.empty()));
    }
}
