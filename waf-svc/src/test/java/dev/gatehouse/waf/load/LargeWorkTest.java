package dev.gatehouse.waf.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LargeWorkTest {
    private final LargeWork large = new LargeWork(1, 0, Duration.ZERO);

    @AfterEach
    void close() {
        large.close();
    }

    @Test
    void itIsDoneByAThreadThatTheSystemInterruptsForOthers() throws InterruptedException {
        boolean virtual = large.run(() -> Thread.currentThread().isVirtual());
        assertThat(virtual).isFalse();
    }

    @Test
    void whatItThrowsIsThrownToWhoWaits() {
        assertThatThrownBy(() -> large.run(() -> {
                    throw new IllegalArgumentException("bad");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bad");
    }

    @Test
    void noMoreThanSoMuchIsDoneAtATime() throws InterruptedException {
        assertThat(large.enter()).isEqualTo(Admission.Outcome.ADMITTED);
        assertThat(large.enter()).isEqualTo(Admission.Outcome.FULL);
        large.leave();
        assertThat(large.enter()).isEqualTo(Admission.Outcome.ADMITTED);
    }
}
