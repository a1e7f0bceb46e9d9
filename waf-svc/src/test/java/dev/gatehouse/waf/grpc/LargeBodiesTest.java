package dev.gatehouse.waf.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LargeBodiesTest {
    @ParameterizedTest
    @CsvSource({"131072, 3", "1048576, 3", "1048577, 4", "12582912, 14", "67108864, 60"})
    void theTimeGrowsWithTheBodyUpToWhatEnvoyGrants(long bytes, long seconds) {
        assertThat(LargeBodies.time(bytes)).isEqualTo(Duration.ofSeconds(seconds));
    }
}
