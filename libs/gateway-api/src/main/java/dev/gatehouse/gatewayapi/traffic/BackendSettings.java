package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How Envoy treats a backend: Envoy Gateway's ClusterSettings. A BackendTrafficPolicy has them beside its own, and each
 * reference to a backend that is no route's has them as {@code backendSettings}.
 *
 * @param retry retries of requests, which belong to the route and not to the cluster
 */
public record BackendSettings(
        Optional<LoadBalancer> loadBalancer,
        Optional<Retry> retry,
        Optional<ProxyProtocol> proxyProtocol,
        Optional<TcpKeepalive> tcpKeepalive,
        Optional<HealthCheck> healthCheck,
        Optional<CircuitBreaker> circuitBreaker,
        Timeouts timeouts,
        Connection connection,
        Optional<Dns> dns,
        Optional<Http2> http2) {
    /** No setting. */
    public static final BackendSettings NONE = new BackendSettings(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Timeouts.NONE,
            Connection.NONE,
            Optional.empty(),
            Optional.empty());

    /** A copy with only the settings that are equal for every request: without retries, request timeouts and hash inputs. */
    public BackendSettings ofBackend() {
        return ofBackend(timeouts.ofBackend());
    }

    /** {@link #ofBackend} for calls that the proxy makes itself: no route bounds their streams. */
    public BackendSettings ofCallout() {
        return ofBackend(timeouts.ofCallout());
    }

    private BackendSettings ofBackend(Timeouts kept) {
        return new BackendSettings(
                loadBalancer.map(LoadBalancer::ofBackend),
                Optional.empty(),
                proxyProtocol,
                tcpKeepalive,
                healthCheck,
                circuitBreaker,
                kept,
                connection,
                dns,
                http2);
    }

    /** What counts for UDP. */
    public BackendSettings forDatagrams() {
        return new BackendSettings(
                loadBalancer,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Timeouts.NONE,
                Connection.NONE,
                dns,
                Optional.empty());
    }

    /** A copy in which a health check without a hostname uses {@code hostname}. */
    public BackendSettings checkedAs(String hostname) {
        return healthCheck
                .map(check -> check.as(hostname))
                .filter(check -> !check.equals(healthCheck.get()))
                .map(this::with)
                .orElse(this);
    }

    /** The same settings, where requests stay in the proxy's zone as far as {@code local} says, unless the settings say otherwise. */
    public BackendSettings preferring(LoadBalancer.PreferLocal local) {
        LoadBalancer balancer =
                loadBalancer.map(each -> each.preferring(local)).orElseGet(() -> LoadBalancer.leastRequest(local));
        return new BackendSettings(
                Optional.of(balancer),
                retry,
                proxyProtocol,
                tcpKeepalive,
                healthCheck,
                circuitBreaker,
                timeouts,
                connection,
                dns,
                http2);
    }

    /** The same settings, where as many requests as {@code budget} says may be retries, unless the settings say otherwise. */
    public BackendSettings within(CircuitBreaker.RetryBudget budget) {
        return new BackendSettings(
                loadBalancer,
                retry,
                proxyProtocol,
                tcpKeepalive,
                healthCheck,
                Optional.of(circuitBreaker.map(each -> each.within(budget)).orElseGet(() -> CircuitBreaker.of(budget))),
                timeouts,
                connection,
                dns,
                http2);
    }

    private BackendSettings with(HealthCheck check) {
        return new BackendSettings(
                loadBalancer,
                retry,
                proxyProtocol,
                tcpKeepalive,
                Optional.of(check),
                circuitBreaker,
                timeouts,
                connection,
                dns,
                http2);
    }

    /** The version of the PROXY protocol that is spoken to the backend. */
    public enum ProxyProtocol {
        V1,
        V2
    }

    /** TCP keepalive; absent values are the operating system's. */
    public record TcpKeepalive(OptionalInt probes, Optional<Duration> idleTime, Optional<Duration> interval) {
        private static TcpKeepalive read(Fields f) {
            return new TcpKeepalive(
                    optional(f.integer("probes", 1, Integer.MAX_VALUE)),
                    f.duration("idleTime"),
                    f.duration("interval"));
        }
    }

    /**
     * Connections to the backend.
     *
     * @param bufferBytes the most bytes that the proxy buffers for a connection
     * @param socketBufferBytes the most bytes that the kernel buffers in each direction
     * @param perEndpointPercent connections per endpoint, in percent of the present requests' need
     * @param predictivePercent connections to the endpoints that are next in turn, in percent of the present need
     */
    public record Connection(
            OptionalInt bufferBytes,
            OptionalInt socketBufferBytes,
            OptionalInt perEndpointPercent,
            OptionalInt predictivePercent) {
        static final Connection NONE =
                new Connection(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());

        private record Preconnect(OptionalInt perEndpoint, OptionalInt predictive) {
            static Preconnect read(Fields f) {
                return new Preconnect(
                        optional(f.integer("perEndpointPercent", 100, 300)),
                        optional(f.integer("predictivePercent", 100, 300)));
            }
        }

        private static Connection read(Fields f) {
            Preconnect preconnect = f.object("preconnect", Preconnect::read)
                    .orElse(new Preconnect(OptionalInt.empty(), OptionalInt.empty()));
            return new Connection(
                    Sizes.read32(f, "bufferLimit", 1),
                    Sizes.read32(f, "socketBufferLimit", 1),
                    preconnect.perEndpoint(),
                    preconnect.predictive());
        }
    }

    /** How names of endpoints are resolved. */
    public record Dns(Optional<Duration> refreshRate, boolean respectTtl, Optional<LookupFamily> lookupFamily) {
        /** The kinds of addresses that are asked for. */
        public enum LookupFamily {
            IPv4,
            IPv6,
            IPv4Preferred,
            IPv6Preferred,
            IPv4AndIPv6
        }

        private static Dns read(Fields f) {
            Optional<Duration> rate = f.duration("dnsRefreshRate");
            if (rate.filter(each -> each.toMillis() < 1).isPresent()) {
                f.wrong("dnsRefreshRate", "is 0 (expected: at least 1ms)");
            }
            return new Dns(rate, f.bool("respectDnsTtl").orElse(true), f.choice("lookupFamily", LookupFamily.class));
        }
    }

    static OptionalInt optional(Optional<Integer> value) {
        return value.map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    public static BackendSettings read(Fields f) {
        BackendSettings settings = new BackendSettings(
                f.object("loadBalancer", LoadBalancer::read),
                f.object("retry", Retry::read),
                f.object("proxyProtocol", x -> x.requiredChoice("version", ProxyProtocol.class)),
                f.object("tcpKeepalive", TcpKeepalive::read),
                f.object("healthCheck", HealthCheck::read),
                f.object("circuitBreaker", CircuitBreaker::read),
                f.object("timeout", Timeouts::read).orElse(Timeouts.NONE),
                f.object("connection", Connection::read).orElse(Connection.NONE),
                f.object("dns", Dns::read),
                f.object("http2", Http2::read));
        boolean predictable = settings.loadBalancer
                .map(LoadBalancer::type)
                .filter(type -> type == LoadBalancer.Type.RoundRobin || type == LoadBalancer.Type.Random)
                .isPresent();
        if (settings.connection.predictivePercent().isPresent() && !predictable) {
            f.wrong(
                    "connection",
                    "has preconnect.predictivePercent, which works with loadBalancer.type RoundRobin or Random only"
                            + " (expected: one of them)");
        }
        return settings;
    }
}
