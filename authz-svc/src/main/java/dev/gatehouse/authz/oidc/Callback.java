package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.oidc.SignOnLog.Event;
import dev.gatehouse.authz.oidc.SignOnLog.Kind;
import dev.gatehouse.authz.policy.Answer;
import dev.gatehouse.authz.policy.Verdict;
import dev.gatehouse.authz.provider.Endpoints;
import dev.gatehouse.authz.provider.Provider;
import dev.gatehouse.authz.provider.ProviderHttp;
import dev.gatehouse.authz.provider.TokenAnswer;
import dev.gatehouse.authz.request.Cookies;
import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.request.Query;
import dev.gatehouse.authz.seal.KeyRing;
import dev.gatehouse.authz.session.OwnCookies;
import dev.gatehouse.authz.session.Session;
import dev.gatehouse.authz.session.Sessions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The provider's answer to a login, and the user's choice of a provider. An answer counts in the browser that began its login, once, within its time, and from the provider
 * that was asked; else nothing that it brings is used.
 */
final class Callback {
    private static final Logger LOG = System.getLogger(Callback.class.getName());
    private static final int MOST_TRIES = 2;

    private final SignOnSettings settings;
    private final Sessions sessions;
    private final Supplier<KeyRing> keys;
    private final Grants grants;
    private final Renewals renewals;
    private final Logins logins;
    private final InstantSource clock;
    private final SignOnLog log;
    private final String path;
    private final Seldom told;

    Callback(
            SignOnSettings settings,
            Sessions sessions,
            Supplier<KeyRing> keys,
            Grants grants,
            Renewals renewals,
            Logins logins,
            InstantSource clock,
            SignOnLog log) {
        this.settings = settings;
        this.sessions = sessions;
        this.keys = keys;
        this.grants = grants;
        this.renewals = renewals;
        this.logins = logins;
        this.clock = clock;
        this.log = log;
        this.path = settings.redirectUri().bare();
        this.told = new Seldom(clock);
    }

    /** Whether {@code path} is that of a provider's answer. */
    boolean answers(String requested) {
        return requested.equals(path)
                || (settings.providers().size() > 1
                        && requested.startsWith(path + "/")
                        && settings.provider(requested.substring(path.length() + 1))
                                .isPresent());
    }

    CompletionStage<Verdict> answer(HttpRequest request, String requested) {
        if (!request.method().equals("GET")) {
            return done(
                    new Answer(
                            405,
                            List.of(new Answer.Header("allow", "GET"), new Answer.Header("cache-control", "no-store")),
                            ""),
                    "bad-method");
        }
        Query query = Query.of(request.path());
        if (settings.providers().size() > 1 && requested.equals(path)) {
            return chosen(request, query);
        }
        Optional<FlowState> flow = one(query, "state")
                .flatMap(state -> FlowState.open(keys.get(), settings.key(), state))
                .filter(state -> state.browser().length > 0);
        if (flow.isEmpty()) {
            return done(
                    Answers.page(
                            400,
                            "This link does not work",
                            "It does not belong to a sign-on to this site.",
                            List.of(new Answers.Link("/", "Go to the start page")),
                            List.of()),
                    "state-invalid");
        }
        return answer(request, requested, query, logins.restored(flow.get(), Renewals.cookies(request)));
    }

    private CompletionStage<Verdict> chosen(HttpRequest request, Query query) {
        Optional<FlowState> start =
                one(query, Logins.START).flatMap(text -> FlowState.open(keys.get(), settings.key(), text));
        Optional<Provider> provider = one(query, Logins.PROVIDER).flatMap(settings::provider);
        if (start.isEmpty() || provider.isEmpty()) {
            return logins.begin(request, "/", 0);
        }
        return logins.begin(
                request,
                provider.get(),
                start.get().url(),
                start.get().tries(),
                start.get().stepUp());
    }

    private CompletionStage<Verdict> answer(HttpRequest request, String requested, Query query, FlowState flow) {
        Cookies cookies = Renewals.cookies(request);
        boolean begunHere = cookies.value(settings.cookies().flow(flow.slot()))
                .filter(flow::begunWith)
                .isPresent();
        boolean inTime = flow.began().plus(settings.loginTimeout()).isAfter(clock.instant());
        List<String> forget = logins.forget(flow, cookies);
        return renewals.standing(request).thenCompose(standing -> {
            if (standing instanceof Standing.Good good
                    && (!begunHere || !good.held().session().began().isBefore(flow.began()))
                    && grants.sufficient(good.held().session(), flow.stepUp())) {
                // Another tab was faster: one login is enough.
                List<String> set = new ArrayList<>(good.held().setCookies());
                set.addAll(forget);
                return done(land(flow, set), "login-done-before");
            }
            if (!begunHere || !inTime) {
                return again(request, flow, inTime ? "cookie-missing" : "login-too-late");
            }
            Optional<Provider> provider = settings.provider(flow.provider());
            boolean rightPath = settings.providers().size() == 1 || requested.equals(path + "/" + flow.provider());
            if (provider.isEmpty() || !rightPath) {
                return refused(
                        request, flow, forget, "wrong-provider", "the answer came to another provider's address");
            }
            return provider.get()
                    .endpoints()
                    .thenCompose(where -> answered(request, query, flow, forget, provider.get(), where, standing))
                    .exceptionallyCompose(failure -> Failures.cause(failure) instanceof ProviderHttp.Unreachable
                            ? unavailable(request, flow, forget, Provider.message(failure))
                            : CompletableFuture.failedFuture(failure));
        });
    }

    private CompletionStage<Verdict> answered(
            HttpRequest request,
            Query query,
            FlowState flow,
            List<String> forget,
            Provider provider,
            Endpoints where,
            Standing standing) {
        List<String> named = query.values("iss");
        boolean itself = named.isEmpty()
                ? !where.namesItself()
                : named.equals(List.of(provider.settings().issuer()));
        if (!itself) {
            return refused(request, flow, forget, "wrong-issuer", "iss of the answer is not the provider (RFC 9207)");
        }
        if (!query.values("error").isEmpty()) {
            return denied(request, flow, forget, query.values("error").getFirst());
        }
        Optional<String> code = one(query, "code");
        if (code.isEmpty()) {
            return refused(request, flow, forget, "no-code", "the answer has not one code");
        }
        return provider.redeem(code.get(), flow.redirectUri(), flow.verifier(), flow.nonce())
                .thenCompose(answer -> switch (answer) {
                    case TokenAnswer.Granted granted ->
                        grants.login(provider, granted)
                                .thenCompose(made -> made(request, flow, forget, made, standing));
                    case TokenAnswer.Refused refused ->
                        refused.error().equals("invalid_grant")
                                ? again(request, flow, "code-refused")
                                : refused(request, flow, forget, "tokens-refused", refused.error());
                    case TokenAnswer.Wrong wrong -> refused(request, flow, forget, "tokens-wrong", wrong.why());
                    case TokenAnswer.Unavailable unavailable -> unavailable(request, flow, forget, unavailable.why());
                });
    }

    private CompletionStage<Verdict> made(
            HttpRequest request, FlowState flow, List<String> forget, Grants.Made made, Standing standing) {
        return switch (made) {
            case Grants.Made.Ready ready ->
                grants.sufficient(ready.session(), flow.stepUp())
                        ? begin(request, flow, forget, ready.session(), standing)
                        : refused(
                                request,
                                flow,
                                forget,
                                "step-up-missed",
                                "the provider's sign-on is not as strong or as recent as the policy needs");
            case Grants.Made.Wrong wrong -> refused(request, flow, forget, "tokens-wrong", wrong.why());
            case Grants.Made.Unavailable unavailable -> unavailable(request, flow, forget, unavailable.why());
        };
    }

    /** A new ticket: whatever the browser had before is of no use any more. */
    private CompletionStage<Verdict> begin(
            HttpRequest request, FlowState flow, List<String> forget, Session session, Standing standing) {
        CompletionStage<?> ended = standing instanceof Standing.Good good
                ? sessions.end(good.held())
                : standing instanceof Standing.Insufficient insufficient
                        ? sessions.end(insufficient.held())
                        : CompletableFuture.completedStage(false);
        return ended.thenCompose(_ -> sessions.begin(session, Renewals.cookies(request)))
                .thenCompose(cookies -> {
                    if (cookies.isEmpty()) {
                        return tooLong(request, flow, forget);
                    }
                    List<String> set = new ArrayList<>(cookies.get());
                    set.addAll(forget);
                    log.happened(request, Event.of(Kind.LOGIN, Optional.empty(), settings.policy(), session, "ok", ""));
                    return CompletableFuture.completedFuture(
                            new Verdict.Answered(land(flow, set), "login-done", Optional.of(session.subject()), true));
                });
    }

    private CompletionStage<Verdict> tooLong(HttpRequest request, FlowState flow, List<String> forget) {
        note(request, flow, "session-too-long", "the session is too long for cookies");
        if (told.again()) {
            LOG.log(
                    Level.WARNING,
                    "Users cannot sign on by policy {0}: the session with its tokens is too long for cookies. Keep sessions in Redis (session.store of the SSOPolicy), or have provider {1} put"
                            + " less into tokens: fewer claims and scopes.",
                    settings.policy(),
                    flow.provider());
        }
        return recorded(
                Answers.page(
                        403,
                        "Sign-on did not work",
                        "The service that signs you on tells more of you than your browser can keep. Please tell who runs this site: \"session-too-long\".",
                        List.of(),
                        forget),
                "session-too-long");
    }

    private Answer land(FlowState flow, List<String> setCookies) {
        if (flow.kept()) {
            return Answers.page(
                    200,
                    "Signed on",
                    "You are signed on. Your browser has not kept the address that you opened, which was long: open it again, or go on from here.",
                    List.of(new Answers.Link(LocalPath.of(flow.url()), "Continue")),
                    setCookies);
        }
        return settings.cookies().sameSite() == OwnCookies.SameSite.STRICT
                ? Answers.onward(LocalPath.of(flow.url()), setCookies)
                : Answers.redirect(LocalPath.of(flow.url()), setCookies);
    }

    /** Begins the login again; a browser that never brings the cookie is told so. */
    private CompletionStage<Verdict> again(HttpRequest request, FlowState flow, String why) {
        if (flow.kept()) {
            return done(
                    Answers.page(
                            401,
                            "Please sign on again",
                            "Your browser has not kept the address that you opened, which was long: open it again, or sign on and go on from here.",
                            List.of(new Answers.Link(LocalPath.of(flow.url()), "Sign on")),
                            List.of()),
                    why);
        }
        if (flow.tries() < MOST_TRIES) {
            Optional<Provider> provider = settings.provider(flow.provider());
            return provider.isPresent()
                    ? logins.begin(request, provider.get(), flow.url(), flow.tries() + 1, flow.stepUp())
                    : logins.begin(request, flow.url(), flow.tries() + 1, flow.stepUp());
        }
        note(request, flow, why, "given up after " + (MOST_TRIES + 1) + " tries");
        String text = Origin.keepsSecureCookies(request)
                ? "The sign-on could not be finished. If your browser blocks cookies of this site, allow them; then try again."
                : "The sign-on needs cookies, which browsers keep for addresses with https:// only. Open this site by https://, or ask who runs it to.";
        return recorded(
                Answers.page(
                        400,
                        "Sign-on did not work",
                        text,
                        List.of(new Answers.Link(LocalPath.of(flow.url()), "Try again")),
                        List.of()),
                why);
    }

    private CompletionStage<Verdict> denied(HttpRequest request, FlowState flow, List<String> forget, String error) {
        String known = switch (error) {
            case "access_denied",
                    "login_required",
                    "interaction_required",
                    "consent_required",
                    "account_selection_required",
                    "temporarily_unavailable",
                    "server_error",
                    "invalid_scope",
                    "invalid_request",
                    "unauthorized_client",
                    "unmet_authentication_requirements" -> error;
            default -> "other";
        };
        note(request, flow, "provider-error", known);
        int status = switch (known) {
            case "access_denied", "unmet_authentication_requirements" -> 403;
            case "login_required", "interaction_required", "consent_required", "account_selection_required" -> 401;
            case "temporarily_unavailable", "server_error" -> 503;
            default -> 502;
        };
        String text = switch (status) {
            case 403 -> "The sign-on was cancelled, or you may not use this site.";
            case 401 -> "The service that signs you on needs you to sign on there.";
            case 503 -> "The service that signs you on does not work at the moment. Please try again in a few seconds.";
            default ->
                "The service that signs you on refused the request of this site. Please tell who runs it: \"" + known
                        + "\".";
        };
        return recorded(
                Answers.page(
                        status,
                        "Sign-on did not work",
                        text,
                        List.of(new Answers.Link(LocalPath.of(flow.url()), "Try again")),
                        forget),
                "provider-error");
    }

    private CompletionStage<Verdict> refused(
            HttpRequest request, FlowState flow, List<String> forget, String outcome, String why) {
        note(request, flow, outcome, why);
        return recorded(
                Answers.page(
                        403,
                        "Sign-on did not work",
                        "The answer of the service that signs you on was not right, and was not used. If that happens again, please tell who runs this site: \""
                                + outcome + "\".",
                        List.of(new Answers.Link(LocalPath.of(flow.url()), "Try again")),
                        forget),
                outcome);
    }

    private CompletionStage<Verdict> unavailable(HttpRequest request, FlowState flow, List<String> forget, String why) {
        note(request, flow, "provider-unavailable", why);
        return recorded(
                Answers.page(
                        503,
                        "One moment, please",
                        "The service that signs you on cannot be reached. Please try again in a few seconds.",
                        List.of(new Answers.Link(LocalPath.of(flow.url()), "Try again")),
                        forget),
                "provider-unavailable");
    }

    private void note(HttpRequest request, FlowState flow, String outcome, String detail) {
        log.happened(request, Event.login(settings.policy(), flow.provider(), outcome, detail));
    }

    /** Empty where it is not there exactly once, RFC 6749 section 3.1. */
    private static Optional<String> one(Query query, String name) {
        List<String> values = query.values(name);
        return values.size() == 1 && !values.getFirst().isEmpty() ? Optional.of(values.getFirst()) : Optional.empty();
    }

    /** An event tells of the answer. */
    private static CompletionStage<Verdict> recorded(Answer answer, String outcome) {
        return CompletableFuture.completedFuture(new Verdict.Answered(answer, outcome, Optional.empty(), true));
    }

    private static CompletionStage<Verdict> done(Answer answer, String outcome) {
        return CompletableFuture.completedFuture(new Verdict.Answered(answer, outcome, Optional.empty()));
    }
}
