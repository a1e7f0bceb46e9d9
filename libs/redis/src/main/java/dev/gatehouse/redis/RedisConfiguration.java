package dev.gatehouse.redis;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What each service can be told of its Redis: {@code gatehouse.SERVICE.redis.*}. */
public interface RedisConfiguration {
    /** One server, the master that Sentinels know, or a cluster, as {@link RedisSettings} has them. */
    Optional<String> url();

    /** The time limit of the commands of one request. */
    Duration deadline();

    /** Connections that stay open; each pipelines. */
    @WithDefault("2")
    int connections();

    Tls tls();

    /** For {@code rediss://}: PEM files. */
    interface Tls {
        /** Whom to trust, instead of the authorities of the JVM. */
        Optional<Path> ca();

        /** What this service shows. */
        Optional<Path> certificate();

        /** Of the certificate. */
        Optional<Path> key();
    }
}
