package dev.gatehouse.controller.envoy.filter;

import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.policy.EffectivePolicies;
import dev.gatehouse.controller.route.ResolvedRoute.Match;
import dev.gatehouse.controller.route.ResolvedRoute.Rule;
import dev.gatehouse.gatewayapi.RouteFilter;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The context of a filter's configuration for a route.
 *
 * @param name the rule's name in metrics, logs and rate limits
 * @param match the match of the rule that the route is for
 * @param cors the CORS filter of the rule, or of its only backend
 * @param hasBackend false if the route redirects or answers itself
 * @param connectionBytes the buffer of a client's connection, in bytes
 * @param rateLimitHeaders true if the listener tells its clients how much is left of a limit, unless the limit says otherwise
 */
public record RouteContext(
        ListenerKey listener,
        String name,
        Rule.Http rule,
        Match match,
        Optional<RouteFilter.Cors> cors,
        boolean hasBackend,
        LongSupplier connectionBytes,
        BooleanSupplier rateLimitHeaders,
        EffectivePolicies policies) {}
