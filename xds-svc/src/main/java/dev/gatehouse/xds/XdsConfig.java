package dev.gatehouse.xds;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** {@code gatehouse.xds.*}. As environment variables: {@code GATEHOUSE_XDS_CONFIG_LOG_ADDRESS} and so on. */
@ConfigMapping(prefix = "gatehouse.xds")
interface XdsConfig {
    ConfigLogConfig configLog();

    interface ConfigLogConfig {
        /** Host and port of the controller's config log, if it is in another process. */
        @WithDefault("localhost:18010")
        String address();
    }

    Seal seal();

    interface Seal {
        /**
         * Keys that open sealed secrets: {@code id:base64} of 32 bytes, separated by commas. Without them secrets from another
         * process are refused.
         */
        Optional<String> keys();

        /** A file with such keys, read again as it changes; a mounted Secret. Takes the place of {@code keys}. */
        Optional<Path> file();
    }

    /** The time between the acceptance of routes without a cluster and the cluster's removal. */
    @WithDefault("5s")
    Duration removalGrace();

    /** How long an unanswered push of one type holds back the types after it. */
    @WithDefault("10s")
    Duration orderTimeout();

    /** How long an answer of a proxy, or a pending push to it, may be outstanding before it is reported. */
    @WithDefault("30s")
    Duration overdueAfter();

    /** This replica's name in its reports; default: the host name. */
    Optional<String> reporter();
}
