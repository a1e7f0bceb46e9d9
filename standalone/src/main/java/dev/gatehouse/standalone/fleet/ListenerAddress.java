package dev.gatehouse.standalone.fleet;

import java.net.InetAddress;
import java.util.Locale;

/**
 * Where a listener will be bound.
 *
 * @param listener name in the Gateway, for messages
 * @param port after the shift of privileged ports
 */
public record ListenerAddress(String listener, InetAddress address, int port, Transport transport) {
    /** The protocols that have ports. */
    public enum Transport {
        TCP,
        UDP
    }

    public ListenerAddress {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " of listener " + listener + " is not within 1..65535");
        }
    }

    @Override
    public String toString() {
        return transport.name().toLowerCase(Locale.ROOT) + " " + address.getHostAddress() + ":" + port;
    }
}
