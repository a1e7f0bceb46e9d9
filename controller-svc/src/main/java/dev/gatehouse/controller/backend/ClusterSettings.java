package dev.gatehouse.controller.backend;

import dev.gatehouse.gatewayapi.traffic.AdmissionControl;
import dev.gatehouse.gatewayapi.traffic.BackendSettings;
import dev.gatehouse.gatewayapi.traffic.CircuitBreaker;
import dev.gatehouse.gatewayapi.traffic.HealthCheck;
import dev.gatehouse.gatewayapi.traffic.LoadBalancer;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings.RoutingType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The settings of a cluster beside its backend. Routes with equal settings for a backend share a cluster; routes with
 * different settings have different clusters.
 *
 * @param routingType absent: the fleet's routing type
 * @param statName the cluster's name in Envoy's statistics ({@code alt_stat_name}); absent: the cluster's own name
 * @param http1 what the listener's clients may use of HTTP/1, and the backend therefore too
 * @param breakerOf the rule whose requests alone the circuit breaker counts; absent: all requests that share the cluster
 */
public record ClusterSettings(
        BackendSettings backend,
        boolean useClientProtocol,
        Optional<RoutingType> routingType,
        Optional<AdmissionControl> admission,
        Optional<String> statName,
        Http1 http1,
        Optional<String> breakerOf) {
    /** None. */
    public static final ClusterSettings NONE = new ClusterSettings(
            BackendSettings.NONE,
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Http1.NONE,
            Optional.empty());

    /**
     * HTTP/1 with the backend. Envoy forwards these between client and backend only if both connections have them.
     *
     * @param trailers whether trailers are sent to the backend and read from it
     * @param preserveHeaderCase whether the case of the backend's header names is preserved
     */
    public record Http1(boolean trailers, boolean preserveHeaderCase) {
        /** Envoy's defaults: no trailers, and header names in lower case. */
        public static final Http1 NONE = new Http1(false, false);
    }

    /**
     * The settings of a backend reference of an object other than a route.
     *
     * @param hostname the Host header of health checks that do not set one
     */
    public static ClusterSettings of(BackendSettings settings, String hostname) {
        return new ClusterSettings(
                settings.ofCallout().checkedAs(hostname),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Http1.NONE,
                Optional.empty());
    }

    /**
     * The settings of a route.
     *
     * @param hostname the Host header of health checks that do not set one
     */
    public static ClusterSettings of(TrafficSettings settings, String hostname) {
        return new ClusterSettings(
                settings.backend().ofBackend().checkedAs(hostname),
                settings.useClientProtocol(),
                settings.routingType(),
                settings.admission(),
                Optional.empty(),
                Http1.NONE,
                Optional.empty());
    }

    /** A copy whose cluster has the given name in Envoy's statistics. */
    public ClusterSettings countedAs(String name) {
        return new ClusterSettings(
                backend, useClientProtocol, routingType, admission, Optional.of(name), http1, breakerOf);
    }

    /** A copy for {@code rule}: a circuit breaker counts the requests of this rule alone. */
    public ClusterSettings of(String rule) {
        return backend.circuitBreaker().isEmpty()
                ? this
                : new ClusterSettings(
                        backend, useClientProtocol, routingType, admission, statName, http1, Optional.of(rule));
    }

    /** A copy for a listener whose clients may use {@code http1}. */
    public ClusterSettings speaking(Http1 http1) {
        return new ClusterSettings(backend, useClientProtocol, routingType, admission, statName, http1, breakerOf);
    }

    /** A copy with the zone preference {@code local}, unless the settings already have one. */
    ClusterSettings preferring(LoadBalancer.PreferLocal local) {
        return new ClusterSettings(
                backend.preferring(local), useClientProtocol, routingType, admission, statName, http1, breakerOf);
    }

    /** A copy with the retry budget {@code budget}, unless the settings already have one. */
    ClusterSettings within(CircuitBreaker.RetryBudget budget) {
        return new ClusterSettings(
                backend.within(budget), useClientProtocol, routingType, admission, statName, http1, breakerOf);
    }

    /** A copy with only the settings that apply to UDP: load balancing and name resolution. */
    public ClusterSettings forDatagrams() {
        return new ClusterSettings(
                backend.forDatagrams(), false, routingType, Optional.empty(), statName, Http1.NONE, breakerOf);
    }

    /** The settings that change the cluster's endpoints resource (ClusterLoadAssignment). */
    private record OfEndpoints(
            Optional<LoadBalancer.PreferLocal> preferLocal,
            String weightedZones,
            OptionalInt healthPort,
            boolean healthHosts,
            Optional<RoutingType> routingType) {}

    /** The port of health checks; empty: health checks use the port of requests. */
    public OptionalInt healthPort() {
        return backend.healthCheck()
                .flatMap(HealthCheck::active)
                .map(HealthCheck.Active::port)
                .orElse(OptionalInt.empty());
    }

    /** True if health checks ask each endpoint by its own hostname: the settings have none for all of them. */
    public boolean checksByHostname() {
        return backend.healthCheck()
                .flatMap(HealthCheck::active)
                .filter(check -> switch (check.checker()) {
                    case HealthCheck.Checker.Http http -> http.hostname().isEmpty();
                    case HealthCheck.Checker.Grpc _ -> true;
                    case HealthCheck.Checker.Tcp _ -> false;
                })
                .isPresent();
    }

    /** True if the endpoints are grouped into localities by their zones. */
    public boolean byZone() {
        return backend.loadBalancer()
                .filter(balancer -> balancer.preferLocal().isPresent()
                        || !balancer.weightedZones().isEmpty())
                .isPresent();
    }

    /** A short text for cluster names, equal for equal settings. */
    String digest() {
        // Clusters without newer settings keep the names that they had before there were any.
        return digest(
                toString().replace(", breakerOf=Optional.empty]", "]").replace(", http1=" + Http1.NONE + "]", "]"));
    }

    /**
     * The {@link #digest} of the settings that change the endpoints resource; empty: no setting changes it.
     *
     * @param named whether endpoints have hostnames
     */
    Optional<String> endpointsDigest(boolean named) {
        OfEndpoints shown = new OfEndpoints(
                backend.loadBalancer().flatMap(LoadBalancer::preferLocal),
                backend.loadBalancer()
                        .map(balancer -> balancer.weightedZones().toString())
                        .orElse("{}"),
                healthPort(),
                named && checksByHostname(),
                routingType);
        return !byZone() && shown.healthPort.isEmpty() && !shown.healthHosts && shown.routingType.isEmpty()
                ? Optional.empty()
                : Optional.of(digest(shown.toString()));
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
