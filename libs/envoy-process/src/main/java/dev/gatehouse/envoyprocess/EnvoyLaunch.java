package dev.gatehouse.envoyprocess;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * How one Envoy is run.
 *
 * @param name stands before its log lines and in messages: the Gateway's name
 * @param bootstrap makes, of the folder that a run has for its files, JSON or YAML of {@code
 *     envoy.config.bootstrap.v3.Bootstrap}, with an admin address
 * @param logLevel Envoy's: trace, debug, info, warning, error, critical or off
 * @param componentLogLevels levels of some of its components, as {@code misc:error,http:debug}
 * @param concurrency worker threads; 0 is one for each processor
 * @param drainTime over which Envoy spreads the closing of its connections when it drains
 * @param extraArguments further arguments of Envoy's command line, after all others
 * @param log gets each line that Envoy prints, without the line's end; called on one thread, which Envoy waits for
 * @param onState called after each change of state, on the thread that made it; must not block
 */
public record EnvoyLaunch(
        String name,
        Function<Path, String> bootstrap,
        String logLevel,
        String componentLogLevels,
        int concurrency,
        Duration drainTime,
        List<String> extraArguments,
        Backoff backoff,
        Consumer<String> log,
        Consumer<EnvoyState> onState) {

    public EnvoyLaunch {
        if (concurrency < 0) {
            throw new IllegalArgumentException("concurrency " + concurrency + " is negative");
        }
        extraArguments = List.copyOf(extraArguments);
    }

    public static EnvoyLaunch of(String name, Function<Path, String> bootstrap, Consumer<String> log) {
        return new EnvoyLaunch(
                name,
                bootstrap,
                "warning",
                "misc:error",
                0,
                Duration.ofSeconds(10),
                List.of(),
                Backoff.DEFAULT,
                log,
                state -> {});
    }

    public EnvoyLaunch withLogLevel(String level) {
        return new EnvoyLaunch(
                name,
                bootstrap,
                level,
                componentLogLevels,
                concurrency,
                drainTime,
                extraArguments,
                backoff,
                log,
                onState);
    }

    /** @param levels as {@code misc:error,http:debug} */
    public EnvoyLaunch withComponentLogLevels(String levels) {
        return new EnvoyLaunch(
                name, bootstrap, logLevel, levels, concurrency, drainTime, extraArguments, backoff, log, onState);
    }

    public EnvoyLaunch withExtraArguments(List<String> arguments) {
        return new EnvoyLaunch(
                name,
                bootstrap,
                logLevel,
                componentLogLevels,
                concurrency,
                drainTime,
                arguments,
                backoff,
                log,
                onState);
    }

    public EnvoyLaunch withConcurrency(int threads) {
        return new EnvoyLaunch(
                name,
                bootstrap,
                logLevel,
                componentLogLevels,
                threads,
                drainTime,
                extraArguments,
                backoff,
                log,
                onState);
    }

    public EnvoyLaunch withDrainTime(Duration time) {
        return new EnvoyLaunch(
                name,
                bootstrap,
                logLevel,
                componentLogLevels,
                concurrency,
                time,
                extraArguments,
                backoff,
                log,
                onState);
    }

    public EnvoyLaunch withBackoff(Backoff other) {
        return new EnvoyLaunch(
                name,
                bootstrap,
                logLevel,
                componentLogLevels,
                concurrency,
                drainTime,
                extraArguments,
                other,
                log,
                onState);
    }

    public EnvoyLaunch withOnState(Consumer<EnvoyState> listener) {
        return new EnvoyLaunch(
                name,
                bootstrap,
                logLevel,
                componentLogLevels,
                concurrency,
                drainTime,
                extraArguments,
                backoff,
                log,
                listener);
    }
}
