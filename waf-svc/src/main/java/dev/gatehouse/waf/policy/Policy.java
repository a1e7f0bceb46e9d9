package dev.gatehouse.waf.policy;

import dev.gatehouse.seclang.RuleSet;

/** What is known of a policy. */
public sealed interface Policy {
    /** It has rules. */
    record Ready(String name, RuleSet rules) implements Policy {}

    /**
     * It has never had rules that compile, or has not come (yet): what it protects is not reachable.
     *
     * @param reason one word, for the response's details
     */
    record Unusable(String name, String reason) implements Policy {}
}
