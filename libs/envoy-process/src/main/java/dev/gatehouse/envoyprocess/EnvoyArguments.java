package dev.gatehouse.envoyprocess;

import java.time.Duration;
import java.util.List;

/**
 * The command line of an Envoy, without the files that a run has.
 *
 * @param logLevel Envoy's: trace, debug, info, warning, error, critical or off
 * @param componentLogLevels levels of some of its components, as {@code misc:error,http:debug}
 * @param concurrency worker threads; 0 is one for each processor
 * @param drainTime over which Envoy spreads the closing of its connections when it drains
 * @param extra further arguments, after all others
 */
public record EnvoyArguments(
        String logLevel, String componentLogLevels, int concurrency, Duration drainTime, List<String> extra) {
    public static final EnvoyArguments DEFAULT =
            new EnvoyArguments("warning", "misc:error", 0, Duration.ofSeconds(10), List.of());

    public EnvoyArguments {
        if (concurrency < 0) {
            throw new IllegalArgumentException("concurrency " + concurrency + " is negative");
        }
        extra = List.copyOf(extra);
    }
}
