package dev.gatehouse.envoyprocess;

import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * How one Envoy is run.
 *
 * @param name stands before its log lines and in messages: the Gateway's name
 * @param bootstrap makes, of the folder that a run has for its files, JSON or YAML of {@code
 *     envoy.config.bootstrap.v3.Bootstrap}, with an admin address
 * @param log gets each line that Envoy prints, without the line's end; called on one thread, which Envoy waits for
 * @param onState called after each change of state, on the thread that made it; must not block
 */
public record EnvoyLaunch(
        String name,
        Function<Path, String> bootstrap,
        EnvoyArguments arguments,
        Backoff backoff,
        Consumer<String> log,
        Consumer<EnvoyState> onState) {

    public static EnvoyLaunch of(String name, Function<Path, String> bootstrap, Consumer<String> log) {
        return new EnvoyLaunch(name, bootstrap, EnvoyArguments.DEFAULT, Backoff.DEFAULT, log, state -> {});
    }

    public EnvoyLaunch withArguments(EnvoyArguments other) {
        return new EnvoyLaunch(name, bootstrap, other, backoff, log, onState);
    }

    public EnvoyLaunch withConcurrency(int threads) {
        return withArguments(new EnvoyArguments(
                arguments.logLevel(),
                arguments.componentLogLevels(),
                threads,
                arguments.drainTime(),
                arguments.extra()));
    }

    public EnvoyLaunch withBackoff(Backoff other) {
        return new EnvoyLaunch(name, bootstrap, arguments, other, log, onState);
    }

    public EnvoyLaunch withOnState(Consumer<EnvoyState> listener) {
        return new EnvoyLaunch(name, bootstrap, arguments, backoff, log, listener);
    }
}
