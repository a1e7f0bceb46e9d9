package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import dev.gatehouse.controller.gateway.LimitCalls;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.GeoDatabases;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.client.ClientSettings;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Optional;

/**
 * What a filter may know of the chain that it stands in.
 *
 * @param listeners those whose requests the chain gets
 * @param client what counts for their clients
 * @param telemetry the fleet's
 * @param geo by which the fleet finds out where clients are
 * @param upstreamLog what logs the requests to backends
 * @param needs what the policies of the routes need to be in the chain
 * @param limits how ratelimit-svc is called
 * @param routesChange filters may change the route: Envoy decides by the first which of the filters that are switched off it
 *     makes, so those of policies are switched on
 */
public record ChainContext(
        List<ListenerState> listeners,
        ClientSettings client,
        ProxyTelemetry telemetry,
        Optional<GeoDatabases> geo,
        List<AccessLog> upstreamLog,
        FilterNeeds needs,
        LimitCalls limits,
        boolean routesChange) {
    /** What a connection of a client buffers, and a route whose limit Envoy does not regard. */
    public static final int CONNECTION_BUFFER_BYTES = 32 * 1024;

    public ChainContext {
        listeners = List.copyOf(listeners);
        upstreamLog = List.copyOf(upstreamLog);
    }

    /** A filter that a route switches on. */
    HttpFilter forPolicies(String name, Message config) {
        return HttpFilter.newBuilder()
                .setName(name)
                .setDisabled(!routesChange)
                .setTypedConfig(Protos.any(config))
                .build();
    }

    /** A filter that is always on. */
    static HttpFilter always(String name, Message config) {
        return HttpFilter.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.any(config))
                .build();
    }
}
