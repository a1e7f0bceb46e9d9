package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.gateway.ListenerState.Protocol;
import dev.gatehouse.gatewayapi.Listener;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.Optional;

/**
 * A listener's claim to a port and a hostname of a fleet.
 *
 * @param protocol absent if Gatehouse does not serve the listener's protocol: the listener then claims nothing
 */
record ListenerClaim(ListenerKey key, Listener spec, Optional<Protocol> protocol) {
    static ListenerClaim of(ObjectKey gateway, ObjectRef owner, Listener listener) {
        Optional<Protocol> protocol = switch (listener.protocol()) {
            case "HTTP" -> Optional.of(Protocol.HTTP);
            case "HTTPS" -> Optional.of(Protocol.HTTPS);
            case "TLS" ->
                Optional.of(
                        listener.tls()
                                        .map(tls -> tls.mode() == Listener.TlsMode.Passthrough)
                                        .orElse(false)
                                ? Protocol.TLS_PASSTHROUGH
                                : Protocol.TLS_TERMINATE);
            case "TCP" -> Optional.of(Protocol.TCP);
            case "UDP" -> Optional.of(Protocol.UDP);
            default -> Optional.empty();
        };
        return new ListenerClaim(new ListenerKey(gateway, owner, listener.name()), listener, protocol);
    }

    ObjectRef owner() {
        return key.owner();
    }
}
