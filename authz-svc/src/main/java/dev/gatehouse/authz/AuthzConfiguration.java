package dev.gatehouse.authz;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
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

    Bcrypt bcrypt();

    interface Bcrypt {
        /** Threads that compute bcrypt; 0: as many as there are processors. */
        @WithDefault("0")
        int threads();

        /** Checks that may wait for them; more are answered with 503. */
        @WithDefault("256")
        int queue();

        /** How long a password that was right is not checked again. */
        @WithDefault("60s")
        Duration remembered();

        /** How many of them at most; the oldest go first. */
        @WithDefault("10000")
        int maxRemembered();
    }
}
