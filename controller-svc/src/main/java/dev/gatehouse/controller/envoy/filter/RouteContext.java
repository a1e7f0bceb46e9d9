package dev.gatehouse.controller.envoy.filter;

import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.policy.EffectivePolicies;
import dev.gatehouse.controller.route.ResolvedRoute.Match;
import dev.gatehouse.controller.route.ResolvedRoute.Rule;
import dev.gatehouse.gatewayapi.RouteFilter;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What a filter may know of the route that it is told for.
 *
 * @param name the rule's, by which it is known in metrics, logs and rate limits
 * @param match the one of the rule's matches that the route is for
 * @param cors the filter of the rule, or of its only backend
 * @param hasBackend false: the route redirects, or answers itself
 * @param rateLimitHeaders clients of the listener are told how much is left of a limit, where the limit does not say otherwise
 */
public record RouteContext(
        ListenerKey listener,
        String name,
        Rule.Http rule,
        Match match,
        Optional<RouteFilter.Cors> cors,
        boolean hasBackend,
        BooleanSupplier rateLimitHeaders,
        EffectivePolicies policies) {}
