package dev.gatehouse.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * Holds the life of a process that a test starts to the life of the test's JVM: when the JVM is gone, however it went, the process is
 * killed. A shell reads the process's standard input, which is a pipe from the JVM, to its end; then the shell has become the command
 * itself, so the process id, signals and the exit code are the command's.
 *
 * <p>The command's own standard input is empty.
 */
public final class Leash {
    private static final String SCRIPT = """
            exec 3<&0 </dev/null
            held=$$
            (trap '' INT HUP TERM; read -r _ <&3; kill -KILL $held) >/dev/null 2>&1 &
            exec 3<&-
            exec "$@"
            """;

    private Leash() {}

    /** The command that runs {@code command} so; for a {@link ProcessBuilder} whose standard input is a pipe, as it is by default. */
    public static List<String> hold(List<String> command) {
        List<String> held = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "leash"));
        held.addAll(command);
        return held;
    }
}
