package dev.gatehouse.grpcserver;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** {@code gatehouse.grpc.drain.*}. As an environment variable: {@code GATEHOUSE_GRPC_DRAIN_LIMIT}. */
@ConfigMapping(prefix = "gatehouse.grpc.drain")
interface DrainConfig {
    /** How long a service that ends waits for the calls that it is answering; 0: not at all. */
    @WithDefault("15s")
    Duration limit();
}
