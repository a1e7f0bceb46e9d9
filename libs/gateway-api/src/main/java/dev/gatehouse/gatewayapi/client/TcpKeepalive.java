package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.Optional;

/**
 * TCP keepalive on connections (tcp(7)). An absent value is the operating system's default.
 *
 * @param probes the number of unanswered probes after which the connection counts as dead
 * @param idleTime the time without traffic before the first probe, in whole seconds
 * @param interval the time between probes, in whole seconds
 */
public record TcpKeepalive(Optional<Integer> probes, Optional<Duration> idleTime, Optional<Duration> interval) {
    static TcpKeepalive read(Fields f) {
        return new TcpKeepalive(
                f.integer("probes", 0, Integer.MAX_VALUE), f.duration("idleTime"), f.duration("interval"));
    }
}
