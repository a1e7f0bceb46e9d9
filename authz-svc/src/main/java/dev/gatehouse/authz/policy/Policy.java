package dev.gatehouse.authz.policy;

import java.util.List;
import java.util.Optional;

/**
 * What a request has to pass: every one of the checks.
 *
 * @param name {@code <namespace>/<name>} of the SecurityPolicy
 * @param behindTokens what a request has to pass when the proxy has verified its token: a check of its own
 */
public record Policy(String name, List<Check> checks, Optional<Check> behindTokens) {
    public Policy(String name, List<Check> checks) {
        this(name, checks, Optional.empty());
    }

    public Policy {
        checks = List.copyOf(checks);
        if (checks.isEmpty() && behindTokens.isEmpty()) {
            throw new IllegalArgumentException("policy " + name + ": no checks (expected: at least one)");
        }
    }

    /** The checks of one part. */
    List<Check> of(Part part) {
        return switch (part) {
            case REQUEST -> checks;
            case TOKENS -> behindTokens.stream().toList();
        };
    }

    /** At which place in the proxy's chain of filters a request is. */
    public enum Part {
        /** In front of the proxy's own filters. */
        REQUEST,
        /** Behind the filter that has verified tokens. */
        TOKENS
    }
}
