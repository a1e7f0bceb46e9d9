package dev.gatehouse.envoyprocess;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** An Envoy that was seen to run and to be new enough. */
public record EnvoyBinary(Path path, EnvoyVersion version) {
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(20);

    /**
     * Checks that {@code path} is an Envoy that Gatehouse can use, by asking it for its version.
     *
     * @throws EnvoyUnavailable naming the path, what was found there and what was expected
     */
    public static EnvoyBinary check(Path path) throws EnvoyUnavailable {
        String expected = "expected the Envoy executable, version " + EnvoyVersion.OLDEST + " or newer";
        if (!Files.exists(path)) {
            throw new EnvoyUnavailable("Envoy " + path + ": no such file; " + expected);
        }
        if (!Files.isRegularFile(path)) {
            throw new EnvoyUnavailable("Envoy " + path + ": "
                    + (Files.isDirectory(path) ? "a folder" : "not a regular file") + "; " + expected);
        }
        if (!Files.isExecutable(path)) {
            throw new EnvoyUnavailable(
                    "Envoy " + path + ": not executable; " + expected + " (chmod +x makes it executable)");
        }
        Command.Result result;
        try {
            result = Command.run(List.of(path.toAbsolutePath().toString(), "--version"), ANSWERS_WITHIN);
        } catch (IOException e) {
            throw new EnvoyUnavailable(
                    "Envoy " + path + ": does not run (" + e.getMessage() + "); " + expected + " for this machine", e);
        }
        EnvoyVersion version = EnvoyVersion.fromOutput(result.output())
                .orElseThrow(() -> new EnvoyUnavailable("Envoy " + path + ": '--version' answered \""
                        + Command.firstLine(result.output()) + "\" (exit " + result.exit() + "); " + expected));
        if (version.compareTo(EnvoyVersion.OLDEST) < 0) {
            throw new EnvoyUnavailable("Envoy " + path + ": version " + version + " is too old; " + expected);
        }
        return new EnvoyBinary(path.toAbsolutePath().normalize(), version);
    }
}
