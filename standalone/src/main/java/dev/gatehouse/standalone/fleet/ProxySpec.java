package dev.gatehouse.standalone.fleet;

import dev.gatehouse.controller.infrastructure.HostProxy;
import java.util.List;

/**
 * A proxy that shall run.
 *
 * @param fleet the Gateway, {@code namespace/name}: the cluster of the xDS node
 * @param proxy how its EnvoyProxy wants it to be started
 */
public record ProxySpec(String fleet, List<ListenerAddress> listeners, HostProxy proxy) {
    public ProxySpec {
        if (fleet.isBlank()) {
            throw new IllegalArgumentException("the fleet of a proxy is blank; expected namespace/name");
        }
        listeners = List.copyOf(listeners);
    }

    /** Without an EnvoyProxy. */
    public ProxySpec(String fleet, List<ListenerAddress> listeners) {
        this(fleet, listeners, HostProxy.DEFAULT);
    }
}
