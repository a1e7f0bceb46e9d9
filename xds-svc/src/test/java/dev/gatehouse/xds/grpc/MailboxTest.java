package dev.gatehouse.xds.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MailboxTest {
    @Test
    void aTaskThatFailsIsReportedAndThoseAfterItRun() {
        List<String> done = new ArrayList<>();
        Mailbox mailbox = new Mailbox(Runnable::run, failure -> done.add("failed: " + failure.getMessage()));
        mailbox.submit(() -> {
            mailbox.submit(() -> done.add("second"));
            throw new IllegalStateException("first");
        });
        mailbox.submit(() -> {
            throw new AssertionError("third");
        });
        mailbox.submit(() -> done.add("fourth"));
        assertThat(done).containsExactly("failed: first", "second", "failed: third", "fourth");
    }
}
