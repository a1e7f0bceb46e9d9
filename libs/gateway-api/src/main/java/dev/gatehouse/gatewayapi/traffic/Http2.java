package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * HTTP/2 of a connection: HTTP2Settings.
 *
 * @param resetStreamOnError true: an invalid message ends only its stream; absent: Envoy's default, which ends the
 * connection
 */
public record Http2(
        OptionalInt streamWindowBytes,
        OptionalInt connectionWindowBytes,
        OptionalInt maxConcurrentStreams,
        Optional<Boolean> resetStreamOnError,
        Optional<Keepalive> keepalive) {
    private static final int MIN_WINDOW = 65_535;

    /** PING frames. */
    public record Keepalive(
            Optional<Duration> interval,
            Optional<Duration> timeout,
            OptionalInt intervalJitterPercent,
            Optional<Duration> idleInterval) {
        private static Keepalive read(Fields f) {
            Keepalive keepalive = new Keepalive(
                    f.duration("interval"),
                    f.duration("timeout"),
                    BackendSettings.optional(f.integer("intervalJitter", 0, 100)),
                    f.duration("idleInterval"));
            if (keepalive.interval.isPresent()
                    && keepalive.timeout.isPresent()
                    && keepalive.timeout.get().compareTo(keepalive.interval.get()) >= 0) {
                f.wrong("timeout", "is not below interval (expected: less)");
            }
            return keepalive;
        }
    }

    private enum OnInvalidMessage {
        TerminateConnection,
        TerminateStream
    }

    public static Http2 read(Fields f) {
        return new Http2(
                window(f, "initialStreamWindowSize"),
                window(f, "initialConnectionWindowSize"),
                BackendSettings.optional(f.integer("maxConcurrentStreams", 1, Integer.MAX_VALUE)),
                f.choice("onInvalidMessage", OnInvalidMessage.class)
                        .map(action -> action == OnInvalidMessage.TerminateStream),
                f.object("connectionKeepalive", Keepalive::read));
    }

    private static OptionalInt window(Fields f, String name) {
        return Sizes.read(f, name, MIN_WINDOW, Integer.MAX_VALUE)
                .map(size -> OptionalInt.of((int) (long) size))
                .orElse(OptionalInt.empty());
    }
}
