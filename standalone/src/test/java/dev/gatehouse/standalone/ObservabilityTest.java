package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The folder observability/. What needs traffic is shown by observability/try, which CI runs. */
final class ObservabilityTest {
    private static final Path CHECK = Path.of("..", "observability", "check");

    @Test
    void dashboardsRulesRunbooksAndTheCatalogueOfMetricsFitTogether() throws IOException, InterruptedException {
        Process check = new ProcessBuilder("python3", CHECK.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(check.waitFor()).as(said).isZero();
    }
}
