package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.Optional;

/**
 * TCP keepalive on connections (tcp(7)); what is absent is the system's default.
 *
 * @param probes without an answer before the connection counts as dead
 * @param idleTime of silence before the first probe, in whole seconds
 * @param interval between probes, in whole seconds
 */
public record TcpKeepalive(Optional<Integer> probes, Optional<Duration> idleTime, Optional<Duration> interval) {
    static TcpKeepalive read(Fields f) {
        return new TcpKeepalive(
                f.integer("probes", 0, Integer.MAX_VALUE), f.duration("idleTime"), f.duration("interval"));
    }
}
