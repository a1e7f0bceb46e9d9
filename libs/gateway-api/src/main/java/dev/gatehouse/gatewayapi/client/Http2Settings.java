package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.Optional;

/**
 * HTTP/2 with clients.
 *
 * @param streamWindow in bytes
 * @param connectionWindow in bytes
 * @param resetStreamOnError true: an invalid message ends only its stream; false: the connection
 */
public record Http2Settings(
        Optional<Long> streamWindow,
        Optional<Long> connectionWindow,
        Optional<Long> maxConcurrentStreams,
        Optional<Boolean> resetStreamOnError,
        Optional<Keepalive> keepalive) {
    static final Http2Settings NONE =
            new Http2Settings(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** RFC 9113, 6.9.2. */
    private static final long MIN_WINDOW = 65_535;

    private enum InvalidMessage {
        TerminateConnection,
        TerminateStream
    }

    /**
     * PING frames.
     *
     * @param jitter the random variation of the interval, in percent
     * @param idleInterval how long a connection must be idle before a PING is sent
     */
    public record Keepalive(
            Optional<Duration> interval,
            Optional<Duration> timeout,
            Optional<Integer> jitter,
            Optional<Duration> idleInterval) {
        private static final Duration MIN_INTERVAL = Duration.ofMillis(1);

        static Keepalive read(Fields f) {
            Keepalive keepalive = new Keepalive(
                    f.duration("interval"),
                    f.duration("timeout"),
                    f.integer("intervalJitter", 0, 100),
                    f.duration("idleInterval"));
            atLeastOneMillisecond(f, "interval", keepalive.interval);
            atLeastOneMillisecond(f, "timeout", keepalive.timeout);
            atLeastOneMillisecond(f, "idleInterval", keepalive.idleInterval);
            if (keepalive.interval.isPresent()
                    && keepalive.timeout.isPresent()
                    && keepalive.timeout.get().compareTo(keepalive.interval.get()) >= 0) {
                f.wrong(
                        "timeout",
                        keepalive.timeout.get() + " is not less than the interval, " + keepalive.interval.get());
            }
            return keepalive;
        }

        private static void atLeastOneMillisecond(Fields f, String name, Optional<Duration> duration) {
            duration.filter(each -> each.compareTo(MIN_INTERVAL) < 0)
                    .ifPresent(each -> f.wrong(name, "is 0 (expected: at least 1ms)"));
        }
    }

    static Http2Settings read(Fields f) {
        return new Http2Settings(
                ClientConnection.bytes(f, "initialStreamWindowSize", MIN_WINDOW, Integer.MAX_VALUE),
                ClientConnection.bytes(f, "initialConnectionWindowSize", MIN_WINDOW, Integer.MAX_VALUE),
                f.longInteger("maxConcurrentStreams", 1, Integer.MAX_VALUE),
                f.choice("onInvalidMessage", InvalidMessage.class)
                        .map(action -> action == InvalidMessage.TerminateStream),
                f.object("connectionKeepalive", Keepalive::read));
    }
}
