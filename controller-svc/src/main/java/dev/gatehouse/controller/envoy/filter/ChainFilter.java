package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.route.ResolvedRoute.Rule;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;

/**
 * An HTTP filter: makes the filter's part of a listener's chain, and its configuration for a route. Its position in the
 * chain is its position in {@link FilterChains}. Pure; stateless.
 *
 * <p>A chain contains every filter from the beginning, disabled. A filter's configuration for a route enables the
 * filter on that route. So a new policy changes routes and no listener.
 */
public interface ChainFilter {
    /** The filters in the chain: mostly one; none if the listener does not need it, several if each policy needs its own. */
    List<HttpFilter> onListener(ChainContext chain);

    /** The configuration of the filters for a route, by filter name; empty: the filters stay disabled. */
    Map<String, Message> onRoute(RouteContext route);

    /** The configuration of the filters for one backend of a split, by filter name, if a rule's backends differ. */
    default Map<String, Message> onBackend(String name, Rule.Http rule, ClusterSpec backend) {
        return Map.of();
    }

    /**
     * The configuration, by filter name, that makes filters do nothing on routes without a policy if the filters are
     * enabled in the chain ({@link ChainContext#routesChange}); empty: the filters do nothing without configuration.
     */
    default Map<String, Message> switchedOff(FilterNeeds needs) {
        return Map.of();
    }
}
