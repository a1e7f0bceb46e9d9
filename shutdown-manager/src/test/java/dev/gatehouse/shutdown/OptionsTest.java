package dev.gatehouse.shutdown;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void theDefaultsAreEnvoyGateways() {
        assertThat(DrainOptions.parse(List.of()))
                .isEqualTo(new DrainOptions(Duration.ZERO, Duration.ofSeconds(60), Duration.ofSeconds(10), 0));
        assertThat(ServeOptions.parse(List.of())).isEqualTo(new ServeOptions(Duration.ofSeconds(610)));
    }

    @Test
    void durationsHaveUnits() {
        assertThat(DrainOptions.parse(List.of(
                        "--drain-timeout=2m",
                        "--min-drain-duration=1500ms",
                        "--health-check-failure-delay=5s",
                        "--exit-at-connections=3")))
                .isEqualTo(new DrainOptions(Duration.ofSeconds(5), Duration.ofMinutes(2), Duration.ofMillis(1500), 3));
    }

    @Test
    void whatIsNotAnOptionIsRefusedWithWhatIs() {
        assertThatThrownBy(() -> DrainOptions.parse(List.of("--drain-timeut=2m")))
                .hasMessage(
                        "\"--drain-timeut=2m\" is not known (expected: --NAME=VALUE with one of [drain-timeout, exit-at-connections, health-check-failure-delay, min-drain-duration])");
        assertThatThrownBy(() -> DrainOptions.parse(List.of("--drain-timeout=soon")))
                .hasMessage("--drain-timeout: \"soon\" is not a duration (expected: for example 500ms, 60s, 2m or 1h)");
    }
}
