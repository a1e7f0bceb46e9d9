package dev.gatehouse.waf;

import dev.gatehouse.redis.RedisConfiguration;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** {@code gatehouse.waf.*}. As environment variables: {@code GATEHOUSE_WAF_XDS_ADDRESS} and so on. */
@ConfigMapping(prefix = "gatehouse.waf")
interface WafConfig {
    Xds xds();

    interface Xds {
        /** Host and port of xds-svc. */
        @WithDefault("localhost:18000")
        String address();
    }

    /** This replica's name in its subscription; default: the host name. */
    Optional<String> replica();

    /** A Unix socket that the service listens on besides its port: for proxies in the same pod. */
    Optional<Path> socket();

    /** A folder with versions of the Core Rule Set, each a folder of its release: 4.28.0/rules and so on. */
    @WithName("crs.directory")
    Optional<Path> coreRuleSets();

    /** Whether the Core Rule Set that is brought is compiled at the start, and how long that takes is logged. */
    @WithDefault("false")
    boolean rehearse();

    Redis redis();

    /** Where persistent collections are kept for all replicas. Without a URL they are in memory, of each replica for itself. */
    interface Redis extends RedisConfiguration {
        /** How long a request waits for Redis. After that the client is treated as new. */
        @Override
        @WithDefault("50ms")
        Duration deadline();

        /** Begins every key. */
        @WithDefault("gatehouse:waf:")
        String prefix();
    }

    Log log();

    /** How much one request may write to the logs. */
    interface Log {
        /** Matched rules: lines of the error log, and rules (or files) of an audit record. */
        @WithDefault("100")
        int rules();

        /** Bytes of a message or a matched value in an audit record. */
        @WithDefault("1024")
        int valueBytes();

        /** Bytes of an audit record, before they are escaped. */
        @WithDefault("131072")
        int recordBytes();
    }

    Load load();

    /** How much is taken on before requests are answered by their policy's failure mode. */
    interface Load {
        /** Messages that are worked on at a time; default: twice the processors. */
        OptionalInt concurrency();

        /** Messages that may wait for that. */
        @WithDefault("1024")
        int queue();

        /** How long one waits. Envoy gives up after its own timeout, two seconds. */
        @WithDefault("1s")
        Duration patience();

        /** Bytes of bodies that are held at a time; default: a quarter of the heap. */
        OptionalLong bodyBytes();

        /** A request's body that is held here and brings less than {@link #bodyRate()} in such a time is refused with 408. */
        @WithDefault("20s")
        Duration bodyPeriod();

        /** Bytes a second. */
        @WithDefault("500")
        long bodyRate();
    }
}
