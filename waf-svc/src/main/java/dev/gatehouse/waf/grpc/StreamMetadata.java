package dev.gatehouse.waf.grpc;

/**
 * The settings in a stream's initial metadata.
 *
 * @param policy {@code namespace/name}; empty: no policy is named
 * @param grpc true for a gRPC route: its streams may be endless, so bodies are not requested
 * @param bufferBytes the most bytes of a body that Envoy can buffer on the route; 0: not specified
 */
record StreamMetadata(String policy, boolean grpc, long bufferBytes) {
    static final StreamMetadata NONE = new StreamMetadata("", false, 0);
}
