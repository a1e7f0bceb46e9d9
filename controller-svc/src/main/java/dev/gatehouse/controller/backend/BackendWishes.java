package dev.gatehouse.controller.backend;

import dev.gatehouse.gatewayapi.SessionPersistence;
import dev.gatehouse.gatewayapi.traffic.CircuitBreaker.RetryBudget;
import dev.gatehouse.gatewayapi.traffic.LoadBalancer.PreferLocal;
import java.util.Optional;

/**
 * What a backend itself wants, whichever route uses it; what a route or its policies say counts before it.
 *
 * @param local how far requests stay in the proxy's zone
 * @param retryBudget how many requests may be retries
 * @param session that the requests of a session go to one endpoint
 */
public record BackendWishes(
        Optional<PreferLocal> local, Optional<RetryBudget> retryBudget, Optional<SessionPersistence> session) {
    /** Nothing. */
    public static final BackendWishes NONE = new BackendWishes(Optional.empty(), Optional.empty(), Optional.empty());

    /** The same, in the proxy's zone as far as {@code preferred} says. */
    BackendWishes near(Optional<PreferLocal> preferred) {
        return new BackendWishes(preferred, retryBudget, session);
    }

    /** {@code settings} with what the backend wants where they say nothing. */
    ClusterSettings under(ClusterSettings settings) {
        ClusterSettings near = local.map(settings::preferring).orElse(settings);
        return retryBudget.map(near::within).orElse(near);
    }
}
