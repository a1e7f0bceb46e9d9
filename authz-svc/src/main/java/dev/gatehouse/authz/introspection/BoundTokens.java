package dev.gatehouse.authz.introspection;

import dev.gatehouse.authz.policy.Changes;
import dev.gatehouse.authz.policy.Check;
import dev.gatehouse.authz.policy.Verdict;
import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.token.Claims;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/**
 * Lets through who has shown what the token is bound to that the proxy has verified. The claims come from the proxy, and so does the decision whether a token is needed:
 * a request without verified claims passes. The token itself is read for {@code ath} of a proof alone.
 */
public final class BoundTokens implements Check {
    private static final Pattern DPOP = Pattern.compile("(?i)DPoP +([A-Za-z0-9._~+/-]{1,16384}=*)");

    /** What begins as a value of the scheme does, anywhere in the header: values of headers that came twice are joined. */
    private static final Pattern DPOP_SOMEWHERE = Pattern.compile("(?i)(?:^|,)\\s*DPoP(?:\\s|,|$)");

    private final Binding binding;

    public BoundTokens(Binding binding) {
        this.binding = binding;
    }

    @Override
    public String kind() {
        return "bound-tokens";
    }

    @Override
    public Set<String> identityHeaders() {
        return Set.of();
    }

    @Override
    public CompletionStage<Verdict> check(HttpRequest request) {
        String header = request.header("authorization").orElse("").strip();
        Optional<String> token = Optional.of(DPOP.matcher(header))
                .filter(matcher -> matcher.matches())
                .map(matcher -> matcher.group(1));
        // An opaque token there is another check's.
        boolean dpop = token.isPresent()
                ? token.get().chars().filter(c -> c == '.').count() == 2
                : DPOP_SOMEWHERE.matcher(header).find();
        Claims tokens = request.sender().tokens();
        CompletionStage<Verdict> verdict = passed();
        for (String provider : tokens.values().keySet()) {
            Claims claims = tokens.object(provider).orElse(Claims.NONE);
            verdict = verdict.thenCompose(before -> before instanceof Verdict.Passed passed
                    ? judge(request, claims, dpop, token).thenApply(next -> both(passed, next))
                    : CompletableFuture.completedFuture(before));
        }
        return verdict;
    }

    private CompletionStage<Verdict> judge(HttpRequest request, Claims claims, boolean dpop, Optional<String> token) {
        Optional<Verdict.Denied> problem = binding.problem(request, claims, dpop);
        if (problem.isEmpty() && dpop && token.isEmpty()) {
            problem = Binding.invalid(Binding.realm(true), "the header Authorization has more than the token");
        }
        return problem.isPresent()
                ? CompletableFuture.completedFuture(problem.get())
                : binding.prove(request, claims, token.orElse(""), claims.text("sub"));
    }

    private static CompletionStage<Verdict> passed() {
        return CompletableFuture.completedFuture(new Verdict.Passed("", Changes.NONE));
    }

    private static Verdict both(Verdict.Passed before, Verdict next) {
        return next instanceof Verdict.Passed passed
                ? new Verdict.Passed(passed.identity(), before.changes().and(passed.changes()))
                : next;
    }
}
