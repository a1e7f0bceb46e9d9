package dev.gatehouse.authz.policy;

import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.tracing.Tracing;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Decides requests by the policy that their route names. Checks run one after the other; the first that denies, or answers itself, is the answer. What
 * looks like a header that tells the backend who it is, is taken out of the request: servers and languages differ in whether they
 * take {@code X_Client_Id} for {@code X-Client-Id}.
 */
public final class AccessControl {
    private static final String COOKIE = "cookie";

    private AccessControl() {}

    /**
     * Never fails.
     *
     * @param policies empty: none were received yet
     * @param named the policy that the route names
     */
    public static CompletionStage<Decision> decide(
            Optional<Policies> policies, Optional<String> named, HttpRequest request) {
        return decide(policies, named, Policy.Part.REQUEST, request);
    }

    /**
     * Never fails. A part for which the policy has no check is denied: the route and the policy are not of the same configuration.
     *
     * @param policies empty: none were received yet
     * @param named the policy that the route names
     */
    public static CompletionStage<Decision> decide(
            Optional<Policies> policies, Optional<String> named, Policy.Part part, HttpRequest request) {
        if (named.isEmpty() || named.get().isEmpty()) {
            return done(Decision.Denied.withoutPolicy(Optional.empty(), Reason.NO_POLICY_NAMED));
        }
        if (policies.isEmpty()) {
            return done(Decision.Denied.withoutPolicy(named, Reason.NOT_CONFIGURED));
        }
        Optional<Policy> policy = policies.get().named(named.get());
        if (policy.isEmpty() || policy.get().of(part).isEmpty()) {
            return done(Decision.Denied.withoutPolicy(named, Reason.UNKNOWN_POLICY));
        }
        Decision.Allowed nothingPassed = new Decision.Allowed(
                named, Map.of(), new Changes(Map.of(), imitations(policy.get().of(part), request), List.of()));
        CompletionStage<Decision> decision = done(nothingPassed);
        for (Check check : policy.get().of(part)) {
            decision = decision.thenCompose(before -> switch (before) {
                case Decision.Denied denied -> done(denied);
                case Decision.Answered answered -> done(answered);
                case Decision.Allowed allowed ->
                    // Passwords are computed on threads of their own.
                    Tracing.keep(check.check(seen(request, allowed.changes())))
                            .thenApply(verdict -> add(allowed, check, verdict));
            });
        }
        return decision;
    }

    /** For what is no request that could be decided. */
    public static Decision deny(Optional<String> named, Reason reason) {
        return Decision.Denied.withoutPolicy(named, reason);
    }

    private static CompletionStage<Decision> done(Decision decision) {
        return CompletableFuture.completedFuture(decision);
    }

    private static Decision add(Decision.Allowed before, Check check, Verdict verdict) {
        return switch (verdict) {
            case Verdict.Passed passed -> {
                Map<String, String> identities = new LinkedHashMap<>(before.identities());
                identities.put(check.kind(), passed.identity());
                yield new Decision.Allowed(
                        before.policy(), identities, before.changes().and(passed.changes()));
            }
            case Verdict.Denied denied ->
                new Decision.Denied(
                        before.policy(),
                        Optional.of(check.kind()),
                        denied.reason(),
                        denied.challenge().stream().toList(),
                        denied.identity(),
                        denied.headers());
            case Verdict.Answered answered ->
                new Decision.Answered(
                        before.policy(),
                        check.kind(),
                        answered.answer(),
                        answered.outcome(),
                        answered.identity(),
                        answered.recorded());
        };
    }

    /** The request without the cookies that checks before have taken out: two checks may take out different ones. */
    private static HttpRequest seen(HttpRequest request, Changes before) {
        if (before.remove().contains(COOKIE)) {
            return request.withCookies(Optional.empty());
        }
        Optional<String> rest = Optional.ofNullable(before.set().get(COOKIE));
        return rest.isPresent() ? request.withCookies(rest) : request;
    }

    private static Set<String> imitations(List<Check> checks, HttpRequest request) {
        Set<String> guarded = new HashSet<>();
        checks.forEach(check -> check.identityHeaders().forEach(name -> guarded.add(normal(name))));
        Set<String> imitations = new HashSet<>();
        if (!guarded.isEmpty()) {
            for (String name : request.headers().keySet()) {
                if (guarded.contains(normal(name))) {
                    imitations.add(name);
                }
            }
        }
        return imitations;
    }

    private static String normal(String header) {
        return header.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
