package dev.gatehouse.redis;

import java.time.Duration;
import java.util.Optional;

/**
 * The settings of connections to Redis.
 *
 * @param url one server, the master that Sentinels know, or a cluster: {@code
 * redis://[[user]:password@]host[:port][/database]}, {@code redis+sentinel://…host,host/master[/database]}, {@code
 * redis+cluster://…host,host}, and {@code rediss} for TLS; may hold passwords
 * @param deadline of what one request asks
 * @param connections that stay open; each pipelines
 * @param tls for {@code rediss}
 */
public record RedisSettings(String url, Duration deadline, int connections, RedisTls tls) {
    public RedisSettings {
        RedisAddress address = RedisAddress.parse(url);
        if (!address.tls() && !tls.equals(RedisTls.DEFAULT)) {
            throw new IllegalArgumentException("redis.tls: has files, and redis.url is not TLS (expected: rediss://)");
        }
        if (!deadline.isPositive()) {
            throw new IllegalArgumentException("redis.deadline: " + deadline + " (expected: more than 0)");
        }
        if (connections < 1) {
            throw new IllegalArgumentException("redis.connections: " + connections + " (expected: 1 or more)");
        }
    }

    /** By the JVM's own authorities, where the URL is TLS. */
    public RedisSettings(String url, Duration deadline, int connections) {
        this(url, deadline, connections, RedisTls.DEFAULT);
    }

    /** The settings; empty if there is no URL. */
    public static Optional<RedisSettings> of(RedisConfiguration config) {
        RedisTls tls = new RedisTls(
                config.tls().ca(), config.tls().certificate(), config.tls().key());
        return config.url().map(url -> new RedisSettings(url, config.deadline(), config.connections(), tls));
    }

    RedisAddress address() {
        return RedisAddress.parse(url);
    }

    @Override
    public String toString() {
        return "RedisSettings[deadline=" + deadline + ", connections=" + connections + "]";
    }
}
