package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.route.ResolvedRoute.Rule;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;

/**
 * An HTTP filter: what it puts into the chain of a listener, and what it is told for a route. Its place among the others is its place in
 * {@link FilterChains}. Pure; stateless.
 *
 * <p>A chain has every filter from the beginning, switched off, so that a policy changes routes and no listener: what a filter is told for
 * a route switches it on there.
 */
public interface ChainFilter {
    /** What stands in the chain: mostly one filter; none where it is not wanted, several where each policy needs its own. */
    List<HttpFilter> onListener(ChainContext chain);

    /** What the filters are told for a route, by their names; empty: nothing, they stay switched off. */
    Map<String, Message> onRoute(RouteContext route);

    /** What the filters are told for one backend of a split, by their names, where a rule's backends are not alike. */
    default Map<String, Message> onBackend(String name, Rule.Http rule, ClusterSpec backend) {
        return Map.of();
    }

    /**
     * What the filters are told, by their names, for routes that want nothing of them, where they are switched on in the chain
     * ({@link ChainContext#routesChange}); empty: as they stand in the chain, they do nothing.
     */
    default Map<String, Message> switchedOff(FilterNeeds needs) {
        return Map.of();
    }
}
