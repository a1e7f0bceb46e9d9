package dev.gatehouse.waf.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static CompletableFuture<Admission.Outcome> enterElsewhere(Admission admission) {
        CompletableFuture<Admission.Outcome> outcome = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                outcome.complete(admission.enter());
            } catch (InterruptedException e) {
                outcome.completeExceptionally(e);
            }
        });
        return outcome;
    }

    private static void awaitWaiting(Admission admission, int count) {
        while (admission.waiting() != count) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whoWaitsGetsItsTurnWhenAnotherLeaves() throws InterruptedException, ExecutionException {
        Admission admission = new Admission(1, 1, Duration.ofMinutes(1));
        assertThat(admission.enter()).isEqualTo(Admission.Outcome.ADMITTED);
        CompletableFuture<Admission.Outcome> second = enterElsewhere(admission);
        awaitWaiting(admission, 1);
        assertThat(admission.enter()).as("the queue has one place").isEqualTo(Admission.Outcome.FULL);
        admission.leave();
        assertThat(second.get()).isEqualTo(Admission.Outcome.ADMITTED);
        awaitWaiting(admission, 0);
    }

    @Test
    void whoseTurnDoesNotComeInTimeGoes() throws InterruptedException {
        Admission admission = new Admission(1, 5, Duration.ofMillis(1));
        assertThat(admission.enter()).isEqualTo(Admission.Outcome.ADMITTED);
        assertThat(admission.enter()).isEqualTo(Admission.Outcome.LATE);
        admission.leave();
        assertThat(admission.enter()).isEqualTo(Admission.Outcome.ADMITTED);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> new Admission(0, 1, Duration.ZERO)).hasMessageContaining("expected: at least 1");
    }
}
