package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.oidc.Standing.Good;
import dev.gatehouse.authz.oidc.Standing.Insufficient;
import dev.gatehouse.authz.oidc.Standing.None;
import dev.gatehouse.authz.oidc.Standing.Unknown;
import dev.gatehouse.authz.policy.Answer;
import dev.gatehouse.authz.policy.Changes;
import dev.gatehouse.authz.policy.Check;
import dev.gatehouse.authz.policy.Verdict;
import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.seal.KeyRing;
import dev.gatehouse.authz.seal.Secret;
import dev.gatehouse.authz.session.Held;
import dev.gatehouse.authz.session.Sessions;
import dev.gatehouse.authz.session.StoreUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Lets through who has a session of this policy, and gets others one. Answers the paths that belong to the sign-on itself: the provider's answers, and
 * the three kinds of logout.
 */
public final class SignOn implements Check {
    private static final Logger LOG = System.getLogger(SignOn.class.getName());
    private static final String CHALLENGE = "Bearer realm=\"gatehouse\"";

    /** The most characters of tokens and claims in headers of a request: Envoy answers 500 where all headers are longer than 60 KiB. */
    private static final int LONGEST_FORWARDED = 40_960;

    private final SignOnSettings settings;
    private final Sessions sessions;
    private final Renewals renewals;
    private final Exchanges exchanges;
    private final Logins logins;
    private final Callback callback;
    private final Logouts logouts;
    private final Seldom told;

    /**
     * @param random has to be cryptographically strong
     * @param receivers gets to know this sign-on
     */
    SignOn(
            SignOnSettings settings,
            Sessions sessions,
            Supplier<KeyRing> keys,
            InstantSource clock,
            RandomGenerator random,
            LogoutReceivers receivers,
            SignOnLog log) {
        this.settings = settings;
        this.sessions = sessions;
        Grants grants = new Grants(settings, clock);
        this.renewals = new Renewals(settings, sessions, grants, clock, log);
        this.exchanges = new Exchanges(settings, sessions, clock);
        this.logins = new Logins(settings, keys, clock, random);
        this.callback = new Callback(settings, sessions, keys, grants, renewals, logins, clock, log);
        this.logouts = new Logouts(settings, sessions, receivers, log);
        this.told = new Seldom(clock);
        receivers.add(logouts);
    }

    @Override
    public String kind() {
        return "oidc";
    }

    @Override
    public Set<String> identityHeaders() {
        Set<String> names = settings.forwarding().headers();
        settings.passThrough().forEach(header -> names.remove(header.header()));
        return names;
    }

    @Override
    public CompletionStage<Verdict> check(HttpRequest request) {
        CompletionStage<Verdict> verdict;
        try {
            verdict = decide(request);
        } catch (RuntimeException e) {
            verdict = CompletableFuture.failedFuture(e);
        }
        return verdict.exceptionally(failure -> failed(request, failure));
    }

    private CompletionStage<Verdict> decide(HttpRequest request) {
        String path = LocalPath.withoutQuery(request.path());
        Optional<CompletionStage<Verdict>> own =
                callback.answers(path) ? Optional.of(callback.answer(request, path)) : logouts.answer(request, path);
        if (own.isPresent()) {
            return own.get();
        }
        if (Caller.preflight(request) || passesThrough(request)) {
            return CompletableFuture.completedFuture(new Verdict.Passed("", Forwarding.without(request)));
        }
        return renewals.standing(request).thenCompose(standing -> switch (standing) {
            case Good good -> pass(request, good.held());
            case None none -> signOn(request, none.reason());
            case Insufficient insufficient ->
                keeping(
                        insufficient.held(),
                        stepUp(request, insufficient.held().session().subject()));
            case Unknown unknown -> CompletableFuture.completedFuture(unavailable(request, unknown.reason()));
        });
    }

    private CompletionStage<Verdict> pass(HttpRequest request, Held held) {
        if (!exchanges.isFor(held.session())) {
            return passed(
                    request,
                    held,
                    settings.forwarding().accessToken()
                            ? Optional.of(held.session().tokens().access())
                            : Optional.empty());
        }
        return exchanges.token(held).thenCompose(found -> switch (found) {
            case BackendToken.Ready ready -> passed(request, ready.held(), Optional.of(ready.token()));
            case BackendToken.Over over -> signOn(request, "session-over");
            case BackendToken.Refused refused -> keeping(held, done(tokenRefused(request), "exchange-refused"));
            case BackendToken.Unavailable unavailable ->
                keeping(held, CompletableFuture.completedFuture(unavailable(request, "provider-unavailable")));
        });
    }

    /** Has an answer bring the cookies of a session that was renewed before the request was refused. */
    private static CompletionStage<Verdict> keeping(Held held, CompletionStage<Verdict> verdict) {
        return verdict.thenApply(
                each -> each instanceof Verdict.Answered answered ? answered.with(held.setCookies()) : each);
    }

    private CompletionStage<Verdict> passed(HttpRequest request, Held held, Optional<Secret> backendToken) {
        Changes changes = settings.forwarding().changes(request, held, backendToken);
        int length = Forwarding.length(changes);
        if (length > LONGEST_FORWARDED) {
            if (told.again()) {
                LOG.log(
                        Level.WARNING,
                        "Users of policy {0} are refused: the tokens and claims for its backends have {1} characters, and headers take {2}. Forward fewer, or have the provider put less into"
                                + " tokens.",
                        settings.policy(),
                        Integer.toString(length),
                        Integer.toString(LONGEST_FORWARDED));
            }
            return keeping(
                    held,
                    done(
                            refused(
                                    request,
                                    "server_error",
                                    "What the service that signs you on tells of you is too long for this site. Please tell who runs it: \"tokens-too-long\"."),
                            "tokens-too-long"));
        }
        return CompletableFuture.completedFuture(
                new Verdict.Passed(held.session().subject(), changes));
    }

    private Answer tokenRefused(HttpRequest request) {
        return refused(
                request, "access_denied", "The service that signs you on does not let you use this part of the site.");
    }

    private Answer refused(HttpRequest request, String error, String text) {
        return switch (Caller.of(request, settings.denyRedirect())) {
            case NAVIGATION, FORM -> Answers.page(403, "Not for you", text, List.of(), List.of());
            case PROGRAM -> Answers.json(403, error, text, Optional.empty());
            case GRPC -> grpc(403, text, Optional.empty());
        };
    }

    /**
     * The same, except that a request with a token passes: another check decides about the token.
     *
     * @param hasToken whether a request has one
     */
    public Check exceptFor(Predicate<HttpRequest> hasToken) {
        return new Check() {
            @Override
            public String kind() {
                return SignOn.this.kind();
            }

            @Override
            public Set<String> identityHeaders() {
                return SignOn.this.identityHeaders();
            }

            @Override
            public CompletionStage<Verdict> check(HttpRequest request) {
                return hasToken.test(request)
                        ? CompletableFuture.completedFuture(new Verdict.Passed("", Forwarding.without(request)))
                        : SignOn.this.check(request);
            }
        };
    }

    private boolean passesThrough(HttpRequest request) {
        return settings.passThrough().stream()
                .anyMatch(header ->
                        request.header(header.header()).filter(header::matches).isPresent());
    }

    private CompletionStage<Verdict> signOn(HttpRequest request, String reason) {
        return switch (Caller.of(request, settings.denyRedirect())) {
            case NAVIGATION -> logins.begin(request, LocalPath.of(request.path()), 0);
            case FORM -> done(formLost(request), reason);
            case PROGRAM ->
                done(
                        Answers.json(
                                401, "login_required", "a user has to sign on with a browser", Optional.of(CHALLENGE)),
                        reason);
            case GRPC -> done(grpc(401, "a user has to sign on with a browser", Optional.of(CHALLENGE)), reason);
        };
    }

    private CompletionStage<Verdict> stepUp(HttpRequest request, String subject) {
        String challenge = CHALLENGE + ", error=\"insufficient_user_authentication\""
                + (settings.stepUp().acrValues().isEmpty()
                        ? ""
                        : ", acr_values=\""
                                + String.join(" ", settings.stepUp().acrValues())
                                        .replace("\"", "") + "\"")
                + settings.stepUp()
                        .maxAge()
                        .map(age -> ", max_age=" + age.toSeconds())
                        .orElse("");
        return switch (Caller.of(request, settings.denyRedirect())) {
            case NAVIGATION -> logins.begin(request, LocalPath.of(request.path()), 0);
            case FORM -> done(formLost(request), "step-up-required");
            case PROGRAM ->
                CompletableFuture.completedFuture(new Verdict.Answered(
                        Answers.json(
                                401,
                                "insufficient_user_authentication",
                                "a stronger or more recent sign-on is needed",
                                Optional.of(challenge)),
                        "step-up-required",
                        Optional.of(subject)));
            case GRPC ->
                done(
                        grpc(401, "a stronger or more recent sign-on is needed", Optional.of(challenge)),
                        "step-up-required");
        };
    }

    private static Answer formLost(HttpRequest request) {
        return Answers.page(
                401,
                "Please sign on again",
                "Your session has ended, and what you sent was not received. Go back in your browser to keep a copy of it, then sign on and send it again.",
                List.of(new Answers.Link(LocalPath.of(request.path()), "Sign on")),
                List.of());
    }

    /** Envoy makes a gRPC status of it, with the body as its message. */
    private static Answer grpc(int status, String message, Optional<String> challenge) {
        List<Answer.Header> headers = challenge
                .map(value -> List.of(new Answer.Header("www-authenticate", value)))
                .orElse(List.of());
        return new Answer(status, headers, message);
    }

    private Verdict unavailable(HttpRequest request, String reason) {
        String text = "Sign-on does not work at the moment. Please try again in a few seconds.";
        Answer answer = switch (Caller.of(request, settings.denyRedirect())) {
            case NAVIGATION, FORM ->
                Answers.page(
                        503,
                        "One moment, please",
                        text,
                        List.of(new Answers.Link(LocalPath.of(request.path()), "Try again")),
                        List.of());
            case PROGRAM -> Answers.json(503, "temporarily_unavailable", text, Optional.empty());
            case GRPC -> grpc(503, text, Optional.empty());
        };
        return new Verdict.Answered(answer, reason, Optional.empty());
    }

    private Verdict failed(HttpRequest request, Throwable failure) {
        Throwable cause = Failures.cause(failure);
        if (cause instanceof StoreUnavailable) {
            // The store says once that it is away; this would be a line for each request.
            LOG.log(
                    Level.DEBUG,
                    "Sessions of policy {0} cannot be read or written: {1}.",
                    settings.policy(),
                    cause.getMessage());
            return unavailable(request, "store-unavailable");
        }
        LOG.log(Level.ERROR, "A sign-on of policy " + settings.policy() + " failed.", cause);
        return unavailable(request, "failed");
    }

    private static CompletionStage<Verdict> done(Answer answer, String outcome) {
        return CompletableFuture.completedFuture(new Verdict.Answered(answer, outcome, Optional.empty()));
    }

    @Override
    public String toString() {
        return "SignOn[" + settings.policy() + "]";
    }
}
