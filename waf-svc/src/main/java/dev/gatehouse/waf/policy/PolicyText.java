package dev.gatehouse.waf.policy;

import dev.gatehouse.seclang.EngineMode;
import dev.gatehouse.seclang.parse.Source;
import java.util.List;
import java.util.Optional;

/**
 * A policy as it comes.
 *
 * @param name {@code namespace/name}
 * @param rules for every host that has none of its own
 * @param failsOpen what cannot be inspected goes on
 * @param hosts the first that fits counts
 * @param partial others are to be merged with it, whose rules it may refer to
 */
public record PolicyText(String name, Variant rules, boolean failsOpen, List<Host> hosts, boolean partial) {
    public PolicyText {
        hosts = List.copyOf(hosts);
    }

    /** One that fails closed and has the same rules for every host. */
    public PolicyText(String name, EngineMode mode, List<Source> sources) {
        this(name, new Variant(mode, new RuleText(sources)), false, List.of(), false);
    }

    /**
     * Rules and what they may do.
     *
     * @param mode instead of the directives' {@code SecRuleEngine}; empty: as that says
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
