package dev.gatehouse.waf.policy;

import dev.gatehouse.seclang.EngineMode;
import dev.gatehouse.seclang.parse.Source;
import java.util.List;
import java.util.Optional;

/**
 * A policy as it comes.
 *
 * @param name {@code namespace/name}
 * @param rules the rules for hosts without rules of their own
 * @param failsOpen whether requests that cannot be inspected pass
 * @param hosts the rules for hosts, of which the first matching entry is used
 * @param partial true if the policy is meant to be merged with others, whose rules it may refer to
 */
public record PolicyText(String name, Variant rules, boolean failsOpen, List<Host> hosts, boolean partial) {
    public PolicyText {
        hosts = List.copyOf(hosts);
    }

    /** A policy that fails closed and has equal rules for all hosts. */
    public PolicyText(String name, EngineMode mode, List<Source> sources) {
        this(name, new Variant(mode, new RuleText(sources)), false, List.of(), false);
    }

    /**
     * Rules with their mode.
     *
     * @param mode overrides the directives' {@code SecRuleEngine}; empty: not overridden
     */
    public record Variant(Optional<EngineMode> mode, RuleText text) {
        public Variant(EngineMode mode, RuleText text) {
            this(Optional.of(mode), text);
        }
    }

    /** @param hostnames {@code shop.example.com}, {@code shop.example.com:8443} or {@code *.example.com} */
    public record Host(List<String> hostnames, Variant rules) {
        public Host {
            hostnames = List.copyOf(hostnames);
        }
    }
}
