package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.Quantity;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The connections of clients.
 *
 * @param bufferLimit the most bytes of a connection that the proxy buffers
 * @param socketBufferLimit the most bytes of a connection that the kernel buffers in each direction
 * @param maxAcceptPerSocketEvent the most connections that are accepted at once; 0: all waiting connections
 */
public record ClientConnection(
        Limit limit,
        Optional<Long> bufferLimit,
        Optional<Long> socketBufferLimit,
        Optional<Long> maxAcceptPerSocketEvent) {
    static final ClientConnection NONE =
            new ClientConnection(Limit.NONE, Optional.empty(), Optional.empty(), Optional.empty());

    private static final long UINT32 = 0xFFFF_FFFFL;

    /**
     * Limits of connections.
     *
     * @param connections the most concurrent connections of a proxy
     * @param closeDelay the delay before an excess connection is closed
     * @param duration the longest duration of a connection
     * @param requests the most requests on a connection
     * @param stream the longest duration of a request with its response
     */
    public record Limit(
            Optional<Long> connections,
            Optional<Duration> closeDelay,
            Optional<Duration> duration,
            Optional<Long> requests,
            Optional<Duration> stream) {
        static final Limit NONE =
                new Limit(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        static Limit read(Fields f) {
            return new Limit(
                    f.longInteger("value", 1, Long.MAX_VALUE),
                    f.duration("closeDelay"),
                    f.duration("maxConnectionDuration"),
                    f.longInteger("maxRequestsPerConnection", 0, UINT32),
                    f.duration("maxStreamDuration"));
        }
    }

    static ClientConnection read(Fields f) {
        return new ClientConnection(
                f.object("connectionLimit", Limit::read).orElse(Limit.NONE),
                bytes(f, "bufferLimit", 0, UINT32),
                bytes(f, "socketBufferLimit", 0, Integer.MAX_VALUE),
                f.longInteger("maxAcceptPerSocketEvent", 0, UINT32));
    }

    /** A quantity of bytes between {@code min} and {@code max}, both included. */
    static Optional<Long> bytes(Fields f, String name, long min, long max) {
        Optional<String> text = f.stringOrInteger(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        OptionalLong bytes =
                text.get().matches("[0-9]+([EPTGMK]i|[EPTGMk])?") ? Quantity.parse(text.get()) : OptionalLong.empty();
        if (bytes.isEmpty()) {
            f.wrong(name, "\"" + text.get() + "\" is not a number of bytes (expected: for example 65536 or \"64Ki\")");
            return Optional.empty();
        }
        if (bytes.getAsLong() < min || bytes.getAsLong() > max) {
            f.wrong(name, "\"" + text.get() + "\" is out of range (expected: " + min + " to " + max + " bytes)");
            return Optional.empty();
        }
        return Optional.of(bytes.getAsLong());
    }
}
