package dev.gatehouse.waf.policy;

import dev.gatehouse.seclang.RuleSet;
import java.util.List;

/** What is known of a policy. */
public sealed interface Policy {
    /** {@code namespace/name}; empty: none was named. */
    String name();

    /** Whether its rules may load persistent collections. */
    boolean loadsCollections();

    /**
     * It has rules.
     *
     * @param usual for hosts that have none of their own
     * @param failsOpen what cannot be inspected goes on
     * @param hosts the first that fits counts
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

        /** @param host as the request names it, maybe with a port */
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
     * It has never had rules that compile, or has not come (yet): what it protects is not reachable.
     *
     * @param reason one word, for the response's details
     */
    record Unusable(String name, String reason) implements Policy {
        @Override
        public boolean loadsCollections() {
            return false;
        }
    }
}
