package dev.gatehouse.waf;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

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
}
