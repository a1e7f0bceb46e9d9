package dev.gatehouse.authz.policy;

import java.util.List;

/**
 * What a request has to pass: every one of the checks.
 *
 * @param name {@code <namespace>/<name>} of the SecurityPolicy
 */
public record Policy(String name, List<Check> checks) {
    public Policy {
        checks = List.copyOf(checks);
        if (checks.isEmpty()) {
            throw new IllegalArgumentException("policy " + name + ": no checks (expected: at least one)");
        }
    }
}
