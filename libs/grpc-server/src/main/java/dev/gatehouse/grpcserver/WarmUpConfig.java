package dev.gatehouse.grpcserver;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** {@code gatehouse.warm-up.*}. As environment variables: {@code GATEHOUSE_WARM_UP_ENABLED} and so on. */
@ConfigMapping(prefix = "gatehouse.warm-up")
public interface WarmUpConfig {
    /** Whether a callout service answers calls of its own before it is ready. */
    @WithDefault("true")
    boolean enabled();

    /** How long that takes at most. */
    @WithDefault("20s")
    Duration limit();
}
