package dev.gatehouse.envoyprocess;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BackoffTest {
    private static final Backoff BACKOFF =
            new Backoff(Duration.ofMillis(100), Duration.ofMillis(350), Duration.ofSeconds(5));

    @Test
    void doublesWithEachCrashUpToTheLongest() {
        Duration first = BACKOFF.afterCrash(Duration.ZERO, Duration.ofMillis(1));
        Duration second = BACKOFF.afterCrash(first, Duration.ofMillis(1));
        Duration third = BACKOFF.afterCrash(second, Duration.ofMillis(1));

        assertThat(first).hasMillis(100);
        assertThat(second).hasMillis(200);
        assertThat(third).hasMillis(350);
    }

    @Test
    void startsOverAfterAHealthyRun() {
        assertThat(BACKOFF.afterCrash(Duration.ofMillis(350), Duration.ofSeconds(5)))
                .hasMillis(100);
    }
}
