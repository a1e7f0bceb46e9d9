package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;

/** Sends the request to its backend. It is always the last filter. */
final class RouterFilter implements ChainFilter {
    /** Envoy's name of the filter. */
    static final String NAME = "envoy.filters.http.router";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        Router.Builder router = Router.newBuilder()
                .setSuppressEnvoyHeaders(!chain.client().headers().envoyHeaders())
                .addAllUpstreamLog(chain.upstreamLog());
        if (router.getUpstreamLogCount() > 0) {
            // Each try is logged when it ends, not all of them with the last one.
            router.setUpstreamLogOptions(
                    Router.UpstreamAccessLogOptions.newBuilder().setFlushUpstreamLogOnUpstreamStream(true));
        }
        return List.of(ChainContext.always(NAME, router.build()));
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return Map.of();
    }
}
