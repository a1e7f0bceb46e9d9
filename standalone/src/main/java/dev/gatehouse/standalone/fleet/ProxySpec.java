package dev.gatehouse.standalone.fleet;

import java.util.List;

/**
 * A proxy that shall run.
 *
 * @param fleet the Gateway, {@code namespace/name}: the cluster of the xDS node
 */
public record ProxySpec(String fleet, List<ListenerAddress> listeners) {
    public ProxySpec {
        if (fleet.isBlank()) {
            throw new IllegalArgumentException("the fleet of a proxy is blank; expected namespace/name");
        }
        listeners = List.copyOf(listeners);
    }
}
