package dev.gatehouse.controller.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.testkit.Await;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ControllerStandsByTest {
    private static Controller controller() {
        CalloutAddress nowhere = new CalloutAddress("127.0.0.1", 1);
        return new Controller(
                new Settings(
                        List.of(Settings.CONTROLLER_NAME),
                        port -> port,
                        new Settings.Callouts(nowhere, nowhere, nowhere)),
                new MemoryConfigLog("test"),
                InstantSource.system());
    }

    private static long submit(Controller controller, String name) {
        try {
            return controller.submit(List.of(new Change.Remove(Kinds.HTTP_ROUTE, new ObjectKey("shop", name))));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void changesAreTakenTogetherUntilThisReplicaLeads() {
        try (Controller controller = controller()) {
            AtomicInteger looks = new AtomicInteger();
            AtomicLong last = new AtomicLong();
            controller.standsBy(() -> {
                if (looks.incrementAndGet() == 1) {
                    // The first change has been taken out of the queue.
                    last.set(submit(controller, "second"));
                }
                return looks.get() < 4;
            });
            submit(controller, "first");
            Await.until(
                    () -> last.get() > 0 && controller.view().taken() >= last.get(),
                    Duration.ofSeconds(30),
                    () -> "taken: " + controller.view().taken());
            assertThat(controller.tally().batches()).isEqualTo(1);
        }
    }

    @Test
    void aQuestionIsAnsweredAfterTheChangesBeforeIt() throws InterruptedException {
        try (Controller controller = controller()) {
            controller.standsBy(() -> true);
            long ticket = submit(controller, "first");
            long taken = controller.ask(_ -> controller.view().taken());
            assertThat(taken).isEqualTo(ticket);
        }
    }
}
