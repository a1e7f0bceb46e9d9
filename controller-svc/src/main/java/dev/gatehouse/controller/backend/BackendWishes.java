package dev.gatehouse.controller.backend;

import dev.gatehouse.gatewayapi.SessionPersistence;
import dev.gatehouse.gatewayapi.traffic.CircuitBreaker.RetryBudget;
import dev.gatehouse.gatewayapi.traffic.LoadBalancer.PreferLocal;
import java.util.Optional;

/**
 * Settings that belong to a backend, whichever route uses it. Settings of a route and of its policies override them.
 *
 * @param local how far requests stay in the proxy's zone
 * @param retryBudget how many requests may be retries
 * @param session session persistence: the requests of a session go to one endpoint
 */
public record BackendWishes(
        Optional<PreferLocal> local, Optional<RetryBudget> retryBudget, Optional<SessionPersistence> session) {
    /** A backend without settings of its own. */
    public static final BackendWishes NONE = new BackendWishes(Optional.empty(), Optional.empty(), Optional.empty());

    /** A copy with the zone preference {@code preferred}. */
    BackendWishes near(Optional<PreferLocal> preferred) {
        return new BackendWishes(preferred, retryBudget, session);
    }

    /** A copy of {@code settings} in which the backend's settings fill the fields that are absent. */
    ClusterSettings under(ClusterSettings settings) {
        ClusterSettings near = local.map(settings::preferring).orElse(settings);
        return retryBudget.map(near::within).orElse(near);
    }
}
