package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.Optional;

/** How long the proxies wait for clients; what is absent is Envoy's default. */
public record ClientTimeouts(Tcp tcp, Http http) {
    static final ClientTimeouts NONE = new ClientTimeouts(Tcp.NONE, Http.NONE);

    /**
     * Of connections.
     *
     * @param idle of a TCP connection without a byte in either direction
     * @param handshake for TLS, after a connection is accepted
     * @param inspection for what is looked at before a filter chain is chosen: SNI, the PROXY protocol's header
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
     * @param request for a request to arrive as a whole
     * @param requestHeaders for its headers
     * @param idle of a connection without a request
     * @param streamIdle of a request without any activity
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
