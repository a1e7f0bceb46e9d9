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
 * What a cluster is asked for beside its backend. Two routes with different settings for one backend have two clusters, and equal
 * settings share one.
 *
 * @param routingType absent: the fleet's
 * @param statName under which the cluster is counted; absent: its name
 */
public record ClusterSettings(
        BackendSettings backend,
        boolean useClientProtocol,
        Optional<RoutingType> routingType,
        Optional<AdmissionControl> admission,
        Optional<String> statName) {
    /** None. */
    public static final ClusterSettings NONE =
            new ClusterSettings(BackendSettings.NONE, false, Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * Those of a reference to a backend that is no route's.
     *
     * @param hostname what health checks ask for that do not say it
     */
    public static ClusterSettings of(BackendSettings settings, String hostname) {
        return new ClusterSettings(
                settings.ofBackend().checkedAs(hostname), false, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * Those of a route.
     *
     * @param hostname what health checks ask for that do not say it
     */
    public static ClusterSettings of(TrafficSettings settings, String hostname) {
        return new ClusterSettings(
                settings.backend().ofBackend().checkedAs(hostname),
                settings.useClientProtocol(),
                settings.routingType(),
                settings.admission(),
                Optional.empty());
    }

    /** The same, counted under a name of its own. */
    public ClusterSettings countedAs(String name) {
        return new ClusterSettings(backend, useClientProtocol, routingType, admission, Optional.of(name));
    }

    /** The same, where requests stay in the proxy's zone as far as {@code local} says, unless the settings say otherwise. */
    ClusterSettings preferring(LoadBalancer.PreferLocal local) {
        return new ClusterSettings(backend.preferring(local), useClientProtocol, routingType, admission, statName);
    }

    /** The same, where as many requests as {@code budget} says may be retries, unless the settings say otherwise. */
    ClusterSettings within(CircuitBreaker.RetryBudget budget) {
        return new ClusterSettings(backend.within(budget), useClientProtocol, routingType, admission, statName);
    }

    /** What of them counts for UDP: how an endpoint is selected, and how names are resolved. */
    public ClusterSettings forDatagrams() {
        return new ClusterSettings(backend.forDatagrams(), false, routingType, Optional.empty(), statName);
    }

    /** What of the settings shows in the endpoints of a cluster. */
    private record OfEndpoints(
            Optional<LoadBalancer.PreferLocal> preferLocal,
            String weightedZones,
            OptionalInt healthPort,
            Optional<RoutingType> routingType) {}

    /** The port of health checks, where it is another than that of requests. */
    public OptionalInt healthPort() {
        return backend.healthCheck()
                .flatMap(HealthCheck::active)
                .map(HealthCheck.Active::port)
                .orElse(OptionalInt.empty());
    }

    /** True if endpoints are told apart by their zones. */
    public boolean byZone() {
        return backend.loadBalancer()
                .filter(balancer -> balancer.preferLocal().isPresent()
                        || !balancer.weightedZones().isEmpty())
                .isPresent();
    }

    /** A short text that is equal for equal settings. */
    String digest() {
        return digest(toString());
    }

    /** As {@link #digest}, of what shows in endpoints; empty: nothing does. */
    Optional<String> endpointsDigest() {
        OfEndpoints shown = new OfEndpoints(
                backend.loadBalancer().flatMap(LoadBalancer::preferLocal),
                backend.loadBalancer()
                        .map(balancer -> balancer.weightedZones().toString())
                        .orElse("{}"),
                healthPort(),
                routingType);
        return !byZone() && shown.healthPort.isEmpty() && shown.routingType.isEmpty()
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
