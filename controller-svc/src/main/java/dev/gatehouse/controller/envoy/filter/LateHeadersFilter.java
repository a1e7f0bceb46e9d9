package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.controller.proto.HeaderMutations;
import dev.gatehouse.gatewayapi.client.ClientSettings;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.Mutations;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Changes the headers of all responses, as a ClientTrafficPolicy says. The filter is early in the chain, since
 * responses pass the chain from its end.
 */
final class LateHeadersFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.header_mutation";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return of(chain.client()).stream().toList();
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return Map.of();
    }

    static Optional<HttpFilter> of(ClientSettings client) {
        return client.headers()
                .late()
                .map(edits -> ChainContext.always(
                        NAME,
                        HeaderMutation.newBuilder()
                                .setMutations(Mutations.newBuilder().addAllResponseMutations(HeaderMutations.of(edits)))
                                .build()));
    }
}
