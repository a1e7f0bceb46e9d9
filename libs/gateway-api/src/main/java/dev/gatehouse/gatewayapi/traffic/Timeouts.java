package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.Optional;

/**
 * Timeouts.
 *
 * @param connect the time limit for establishing a connection, including TLS
 * @param connectionIdle the longest time of a connection without requests
 * @param maxConnectionDuration the longest duration of a connection
 * @param request the time limit for the whole response to arrive
 * @param maxStream the longest time from the request to the end of the response; 0: no limit
 * @param streamIdle the longest time without data in either direction
 */
public record Timeouts(
        Optional<Duration> connect,
        Optional<Duration> connectionIdle,
        Optional<Duration> maxConnectionDuration,
        Optional<Duration> request,
        Optional<Duration> maxStream,
        Optional<Duration> streamIdle) {
    /** None. */
    public static final Timeouts NONE = new Timeouts(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    Timeouts ofBackend() {
        return new Timeouts(
                connect, connectionIdle, maxConnectionDuration, Optional.empty(), Optional.empty(), Optional.empty());
    }

    Timeouts ofCallout() {
        return new Timeouts(
                connect, connectionIdle, maxConnectionDuration, Optional.empty(), maxStream, Optional.empty());
    }

    static Timeouts read(Fields f) {
        Optional<Duration> connect =
                f.object("tcp", x -> x.duration("connectTimeout")).flatMap(each -> each);
        if (connect.filter(Duration::isZero).isPresent()) {
            f.wrong("tcp", "has connectTimeout 0 (expected: more)");
        }
        Timeouts http = f.object(
                        "http",
                        x -> new Timeouts(
                                connect,
                                x.duration("connectionIdleTimeout"),
                                x.duration("maxConnectionDuration"),
                                x.duration("requestTimeout"),
                                x.duration("maxStreamDuration"),
                                x.duration("streamIdleTimeout")))
                .orElse(NONE);
        return new Timeouts(
                connect,
                http.connectionIdle,
                http.maxConnectionDuration,
                http.request,
                http.maxStream,
                http.streamIdle);
    }
}
