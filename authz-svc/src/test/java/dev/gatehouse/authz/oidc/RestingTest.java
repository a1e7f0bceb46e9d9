package dev.gatehouse.authz.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RestingTest {
    private static final Duration A_MOMENT = Duration.ofMillis(500);

    private final TestClock clock = new TestClock();
    private final Resting resting = new Resting(clock);

    @Test
    void aProviderThatStaysAwayIsLeftAloneForLongerEachTime() {
        for (int seconds : new int[] {2, 4, 8, 10, 10}) {
            resting.begin("one");
            // The answers to other requests of the same moment.
            resting.begin("one");
            clock.move(Duration.ofSeconds(seconds).minus(A_MOMENT));
            assertThat(resting.has("one")).as("before %s s", seconds).isTrue();
            clock.move(A_MOMENT.multipliedBy(2));
            assertThat(resting.has("one")).as("after %s s", seconds).isFalse();
        }
        assertThat(resting.has("another")).isFalse();
    }

    @Test
    void aProviderThatAnswersAgainIsAskedAgain() {
        resting.begin("one");
        clock.move(Duration.ofSeconds(3));
        resting.begin("one");
        resting.end("one");
        assertThat(resting.has("one")).isFalse();
        resting.begin("one");
        clock.move(Duration.ofSeconds(3));
        assertThat(resting.has("one")).isFalse();
    }
}
