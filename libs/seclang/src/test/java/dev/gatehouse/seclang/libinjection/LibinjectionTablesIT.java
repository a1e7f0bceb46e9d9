package dev.gatehouse.seclang.libinjection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibinjectionTablesIT {
    /** Longer than a download takes on a busy machine, and shorter than compiling a tool to build the package with. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @Test
    void theTablesAreWhatThePackagesHave(@TempDir Path folder) throws IOException, InterruptedException {
        Path made = folder.resolve("tables");
        Path errors = folder.resolve("errors");
        Process script;
        try {
            script = new ProcessBuilder(Path.of("src/main/scripts/libinjection-tables")
                            .toAbsolutePath()
                            .toString())
                    .redirectOutput(made.toFile())
                    .redirectError(errors.toFile())
                    .start();
        } catch (IOException e) {
            absent("python3 is not here: " + e.getMessage());
            return;
        }
        try {
            if (!script.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || script.exitValue() != 0) {
                absent("pip or go has not found the packages within " + LIMIT + ": " + Files.readString(errors));
            }
        } finally {
            script.descendants().forEach(ProcessHandle::destroyForcibly);
            script.destroyForcibly();
        }
        try (InputStream tables = Objects.requireNonNull(Tables.class.getResourceAsStream("tables.txt"))) {
            assertThat(new String(tables.readAllBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo(Files.readString(made, StandardCharsets.ISO_8859_1));
        }
    }

    /** On a developer's machine there may be no network; in CI a test that shows nothing is a failure. */
    private static void absent(String reason) {
        if (Boolean.parseBoolean(System.getenv("CI"))) {
            throw new AssertionError(reason);
        }
        Assumptions.abort(reason);
    }
}
