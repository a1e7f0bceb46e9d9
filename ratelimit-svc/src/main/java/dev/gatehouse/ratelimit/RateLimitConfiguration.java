package dev.gatehouse.ratelimit;

import dev.gatehouse.redis.RedisConfiguration;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** {@code gatehouse.ratelimit.*}. As environment variables: {@code GATEHOUSE_RATELIMIT_REDIS_URL} and so on. */
@ConfigMapping(prefix = "gatehouse.ratelimit")
interface RateLimitConfiguration {
    Xds xds();

    interface Xds {
        /** Host and port of xds-svc, or of any server of incremental ADS that has rate limit configurations. */
        @WithDefault("localhost:18000")
        String address();
    }

    /** This replica's name to the xDS server; default: the host name. */
    Optional<String> nodeId();

    Redis redis();

    /** Without a URL hits are counted in memory, by each replica for itself. */
    interface Redis extends RedisConfiguration {
        /** For the counting of one request; past it the request fails, and Envoy's failure mode decides. */
        @Override
        @WithDefault("50ms")
        Duration deadline();
    }

    Memory memory();

    interface Memory {
        /** At the bound new counters are refused, and Envoy's failure mode decides. */
        @WithDefault("1000000")
        int maxCounters();
    }

    /** How many exhausted counters are remembered until their window ends, to spare the store. */
    @WithDefault("100000")
    int maxSpentKeys();

    ResponseHeaders responseHeaders();

    interface ResponseHeaders {
        /** Adds {@code RateLimit-Limit}, {@code RateLimit-Remaining} and {@code RateLimit-Reset} to responses. */
        @WithDefault("false")
        boolean enabled();
    }
}
