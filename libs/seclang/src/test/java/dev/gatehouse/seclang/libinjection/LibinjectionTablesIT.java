package dev.gatehouse.seclang.libinjection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class LibinjectionTablesIT {
    @Test
    void theTablesAreWhatThePackagesHave() throws IOException, InterruptedException {
        Process script;
        try {
            script = new ProcessBuilder(Path.of("src/main/scripts/libinjection-tables")
                            .toAbsolutePath()
                            .toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            Assumptions.abort("python3 is not here: " + e.getMessage());
            return;
        }
        String made = new String(script.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        Assumptions.assumeTrue(
                script.waitFor(2, TimeUnit.MINUTES) && script.exitValue() == 0, "pip or go has not found the packages");
        try (InputStream tables = Objects.requireNonNull(Tables.class.getResourceAsStream("tables.txt"))) {
            assertThat(new String(tables.readAllBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo(made);
        }
    }
}
