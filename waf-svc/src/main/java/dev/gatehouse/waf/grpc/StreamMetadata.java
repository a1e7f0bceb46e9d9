package dev.gatehouse.waf.grpc;

/**
 * What a stream's initial metadata says.
 *
 * @param policy {@code namespace/name}; empty: none is named
 * @param grpc the route is gRPC's: messages may go on without end, and their bodies are not asked for
 * @param bufferBytes how much of a body Envoy can hold on the route; 0: not said
 */
record StreamMetadata(String policy, boolean grpc, long bufferBytes) {
    static final StreamMetadata NONE = new StreamMetadata("", false, 0);
}
