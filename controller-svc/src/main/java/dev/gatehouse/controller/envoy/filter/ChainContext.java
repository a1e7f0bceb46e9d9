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
 * The context of a filter in a listener's chain.
 *
 * @param listeners the listeners whose requests the chain gets
 * @param client the settings for their clients
 * @param telemetry the fleet's telemetry settings
 * @param geo the databases by which the fleet locates clients
 * @param upstreamLog the access logs of requests to backends
 * @param needs the filters that the routes' policies need in the chain
 * @param limits how proxies call ratelimit-svc
 * @param routesChange true if filters may change the route; Envoy decides by the first route which disabled filters it
 * creates, so the policies' filters are enabled in the chain
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
    /** The buffer of a client's connection, and of a route whose own limit Envoy ignores, in bytes. */
    public static final int CONNECTION_BUFFER_BYTES = 32 * 1024;

    /** The buffer of the connections of {@code client}, in bytes; 0: it has no limit. */
    public static long connectionBytes(ClientSettings client) {
        return client.connection().bufferLimit().orElse((long) CONNECTION_BUFFER_BYTES);
    }

    public ChainContext {
        listeners = List.copyOf(listeners);
        upstreamLog = List.copyOf(upstreamLog);
    }

    /** A filter that is disabled unless a route enables it. */
    HttpFilter forPolicies(String name, Message config) {
        return HttpFilter.newBuilder()
                .setName(name)
                .setDisabled(!routesChange)
                .setTypedConfig(Protos.any(config))
                .build();
    }

    /** A filter that is always enabled. */
    static HttpFilter always(String name, Message config) {
        return HttpFilter.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.any(config))
                .build();
    }
}
