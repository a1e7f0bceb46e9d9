package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.Optional;

/** How long the proxies wait for clients. An absent timeout has Envoy's default. */
public record ClientTimeouts(Tcp tcp, Http http) {
    static final ClientTimeouts NONE = new ClientTimeouts(Tcp.NONE, Http.NONE);

    /**
     * Timeouts of connections.
     *
     * @param idle the longest time of a TCP connection without a byte in either direction
     * @param handshake the time limit of the TLS handshake
     * @param inspection the time limit for the data that selects a filter chain: SNI, and the PROXY protocol's header
     */
    public record Tcp(Optional<Duration> idle, Optional<Duration> handshake, Optional<Duration> inspection) {
        static final Tcp NONE = new Tcp(Optional.empty(), Optional.empty(), Optional.empty());

        static Tcp read(Fields f) {
            return new Tcp(
                    f.duration("idleTimeout"),
                    f.duration("tlsHandshakeTimeout"),
                    f.duration("connectionInspectionTimeout"));
        }
    }

    /**
     * Of requests.
     *
     * @param request the time limit for a whole request to arrive
     * @param requestHeaders the time limit for a request's headers to arrive
     * @param idle the longest time of a connection without a request
     * @param streamIdle the longest time of a request without activity
     */
    public record Http(
            Optional<Duration> request,
            Optional<Duration> requestHeaders,
            Optional<Duration> idle,
            Optional<Duration> streamIdle) {
        static final Http NONE = new Http(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        static Http read(Fields f) {
            return new Http(
                    f.duration("requestReceivedTimeout"),
                    f.duration("requestHeadersReceivedTimeout"),
                    f.duration("idleTimeout"),
                    f.duration("streamIdleTimeout"));
        }
    }

    static ClientTimeouts read(Fields f) {
        return new ClientTimeouts(
                f.object("tcp", Tcp::read).orElse(Tcp.NONE),
                f.object("http", Http::read).orElse(Http.NONE));
    }
}
