package dev.gatehouse.shutdown;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** @param readyTimeout the longest time that Envoy's end waits for the drain */
record ServeOptions(Duration readyTimeout) {
    private static final String READY_TIMEOUT = "ready-timeout";

    static ServeOptions parse(List<String> arguments) {
        return new ServeOptions(
                new Options(arguments, Set.of(READY_TIMEOUT)).duration(READY_TIMEOUT, Duration.ofSeconds(610)));
    }
}
