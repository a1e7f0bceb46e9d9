package dev.gatehouse.authz;

import dev.gatehouse.redis.RedisConfiguration;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** {@code gatehouse.authz.*}. As environment variables: {@code GATEHOUSE_AUTHZ_XDS_ADDRESS} and so on. */
@ConfigMapping(prefix = "gatehouse.authz")
interface AuthzConfiguration {
    Xds xds();

    interface Xds {
        /** Host and port of xds-svc. */
        @WithDefault("localhost:18000")
        String address();
    }

    /** This replica's name to the xDS server; default: the host name. */
    Optional<String> nodeId();

    Redis redis();

    /** Without a URL sessions are in memory, for one replica. */
    interface Redis extends RedisConfiguration {
        /** For one question about a session; past it the answer is 503. */
        @Override
        @WithDefault("500ms")
        Duration deadline();

        /** In front of every key: installations that share a Redis need different ones. */
        @WithDefault("gatehouse:authz:")
        String prefix();
    }

    Session session();

    interface Session {
        /** A folder of keys that seal logins, and sessions in cookies: each file 32 bytes, as they are or as Base64. Replicas need the same. */
        Optional<Path> keys();

        /** Sessions that are kept near for at most five seconds. */
        @WithDefault("10000")
        int near();

        /** Sessions in memory, where there is no Redis. */
        @WithDefault("100000")
        int maxInMemory();
    }

    Bcrypt bcrypt();

    interface Bcrypt {
        /** Threads that compute bcrypt; 0: as many as there are processors. */
        @WithDefault("0")
        int threads();

        /** Checks that may wait for them; more are answered with 503. */
        @WithDefault("256")
        int queue();

        /** How long a password that was right is not checked again; by argon2, too. */
        @WithDefault("60s")
        Duration remembered();

        /** How many of them at most; the oldest go first. */
        @WithDefault("10000")
        int maxRemembered();
    }

    Argon2 argon2();

    interface Argon2 {
        /** Threads that compute argon2, while there is memory for their hashes; 0: as many as there are processors. */
        @WithDefault("0")
        int threads();

        /** Checks that may wait for them; more are answered with 503. */
        @WithDefault("256")
        int queue();
    }
}
