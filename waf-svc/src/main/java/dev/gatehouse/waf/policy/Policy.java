package dev.gatehouse.waf.policy;

import dev.gatehouse.seclang.RuleSet;
import java.util.List;

/** The state of a policy. */
public sealed interface Policy {
    /** {@code namespace/name}; empty: none was named. */
    String name();

    /** Whether its rules may load persistent collections. */
    boolean loadsCollections();

    /**
     * It has rules.
     *
     * @param usual the rules for hosts without rules of their own
     * @param failsOpen whether requests that cannot be inspected pass
     * @param hosts the rules for hosts, of which the first matching entry is used
     */
    record Ready(String name, RuleSet usual, boolean failsOpen, List<OfHosts> hosts) implements Policy {
        public Ready {
            hosts = List.copyOf(hosts);
        }

        @Override
        public boolean loadsCollections() {
            return usual.loadsCollections()
                    || hosts.stream().anyMatch(host -> host.rules().loadsCollections());
        }

        /** @param host the request's host, possibly with a port */
        public RuleSet rules(String host) {
            for (OfHosts each : hosts) {
                if (each.hostnames().stream().anyMatch(pattern -> HostPattern.matches(pattern, host))) {
                    return each.rules();
                }
            }
            return usual;
        }
    }

    /** The rules of some hosts. */
    record OfHosts(List<String> hostnames, RuleSet rules) {
        public OfHosts {
            hostnames = List.copyOf(hostnames);
        }
    }

    /**
     * The policy never had valid rules, or has not arrived yet. Its routes are not reachable.
     *
     * @param reason the reason in one word, for the response's details
     */
    record Unusable(String name, String reason) implements Policy {
        @Override
        public boolean loadsCollections() {
            return false;
        }
    }
}
