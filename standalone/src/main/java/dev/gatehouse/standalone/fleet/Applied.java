package dev.gatehouse.standalone.fleet;

import java.util.List;

/**
 * What came of applying the desired proxies.
 *
 * @param ports the addresses that cannot be bound
 * @param refused messages about EnvoyProxies by which a proxy cannot be started
 * @param later messages about changes of EnvoyProxies that running proxies do not have
 */
public record Applied(List<PortProblem> ports, List<String> refused, List<String> later) {
    public Applied {
        ports = List.copyOf(ports);
        refused = List.copyOf(refused);
        later = List.copyOf(later);
    }

    /** True if every proxy runs as desired. */
    public boolean complete() {
        return ports.isEmpty() && refused.isEmpty() && later.isEmpty();
    }
}
