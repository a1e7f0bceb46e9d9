package dev.gatehouse.redis;

import java.time.Duration;

/**
 * How to reach Redis.
 *
 * @param url {@code redis://[[user]:password@]host:port[/db]}, or {@code rediss://} for TLS; may hold a password
 * @param deadline of what one request asks
 * @param connections that stay open; each pipelines
 */
public record RedisSettings(String url, Duration deadline, int connections) {
    public RedisSettings {
        if (!url.startsWith("redis://") && !url.startsWith("rediss://")) {
            throw new IllegalArgumentException("redis.url: begins \"" + url.split("[:/@]", 2)[0]
                    + "\" (expected: redis://host:port or rediss://host:port)");
        }
        if (!deadline.isPositive()) {
            throw new IllegalArgumentException("redis.deadline: " + deadline + " (expected: more than 0)");
        }
        if (connections < 1) {
            throw new IllegalArgumentException("redis.connections: " + connections + " (expected: 1 or more)");
        }
    }

    @Override
    public String toString() {
        return "RedisSettings[deadline=" + deadline + ", connections=" + connections + "]";
    }
}
