package dev.gatehouse.waf.grpc;

/**
 * What a stream's initial metadata says.
 *
 * @param policy {@code namespace/name}; empty: none is named
 * @param grpc the route is gRPC's: messages may go on without end, and their bodies are not asked for
 */
record StreamMetadata(String policy, boolean grpc) {
    static final StreamMetadata NONE = new StreamMetadata("", false);
}
