package dev.gatehouse.shutdown;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How to drain.
 *
 * @param healthCheckFailureDelay the delay before health checks fail, during which listeners already drain
 * @param drainTimeout how long connections may stay open
 * @param minDrainDuration the shortest duration of the drain, since load balancers keep sending for a while
 * @param exitAtConnections the drain ends at this number of open connections or fewer
 */
record DrainOptions(
        Duration healthCheckFailureDelay, Duration drainTimeout, Duration minDrainDuration, int exitAtConnections) {
    private static final String HEALTH_CHECK_FAILURE_DELAY = "health-check-failure-delay";
    private static final String DRAIN_TIMEOUT = "drain-timeout";
    private static final String MIN_DRAIN_DURATION = "min-drain-duration";
    private static final String EXIT_AT_CONNECTIONS = "exit-at-connections";

    static DrainOptions parse(List<String> arguments) {
        Options options = new Options(
                arguments, Set.of(HEALTH_CHECK_FAILURE_DELAY, DRAIN_TIMEOUT, MIN_DRAIN_DURATION, EXIT_AT_CONNECTIONS));
        return new DrainOptions(
                options.duration(HEALTH_CHECK_FAILURE_DELAY, Duration.ZERO),
                options.duration(DRAIN_TIMEOUT, Duration.ofSeconds(60)),
                options.duration(MIN_DRAIN_DURATION, Duration.ofSeconds(10)),
                options.count(EXIT_AT_CONNECTIONS, 0));
    }
}
