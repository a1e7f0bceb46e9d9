package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.Buffer;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.BufferPerRoute;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Buffers a request until it is complete. Answers 413 to a request that is larger than the limit. */
final class BufferFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.buffer";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(chain.forPolicies(NAME, limit(ChainContext.CONNECTION_BUFFER_BYTES)));
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        OptionalInt bytes = route.policies().settings().requestBufferBytes();
        return bytes.isEmpty()
                ? Map.of()
                : Map.of(
                        NAME,
                        BufferPerRoute.newBuilder()
                                .setBuffer(limit(bytes.getAsInt()))
                                .build());
    }

    @Override
    public Map<String, Message> switchedOff(FilterNeeds needs) {
        return Map.of(NAME, BufferPerRoute.newBuilder().setDisabled(true).build());
    }

    private static Buffer limit(int bytes) {
        return Buffer.newBuilder().setMaxRequestBytes(UInt32Value.of(bytes)).build();
    }
}
