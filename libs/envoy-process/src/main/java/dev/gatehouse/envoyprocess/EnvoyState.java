package dev.gatehouse.envoyprocess;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;

/** Where a supervised Envoy is in its life. */
public sealed interface EnvoyState {
    /** @param attempt 1 for the first start, counted up by each restart */
    record Starting(int attempt) implements EnvoyState {}

    /** Runs, and its admin page answers; it does not have its first configuration yet. */
    record Live(long pid, SocketAddress admin) implements EnvoyState {}

    /** Runs with a configuration: {@code /ready} answered 200. */
    record Ready(long pid, SocketAddress admin) implements EnvoyState {}

    /**
     * Ended without being asked to; starts again after {@code restartIn}.
     *
     * @param exit exit code; 128 + n for the signal n
     * @param lastLine the last line it logged: usually why
     */
    record Crashed(int exit, String lastLine, Duration restartIn) implements EnvoyState {}

    /** Answers the last requests. */
    record Draining(long pid, SocketAddress admin) implements EnvoyState {}

    /** Ended as it was asked to, and does not start again. */
    record Stopped() implements EnvoyState {}

    /** Where the admin page answers; empty while there is none. */
    default Optional<SocketAddress> adminAddress() {
        return switch (this) {
            case Live live -> Optional.of(live.admin());
            case Ready ready -> Optional.of(ready.admin());
            case Draining draining -> Optional.of(draining.admin());
            case Starting _, Crashed _, Stopped _ -> Optional.empty();
        };
    }
}
