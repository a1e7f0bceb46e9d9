package dev.gatehouse.controller.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatehouse.testkit.Await;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class LeadershipTest {
    private static final Leadership.Timing FAST =
            new Leadership.Timing(Duration.ofSeconds(1), Duration.ofMillis(500), Duration.ofMillis(20), true);

    private static final Duration LONG = Duration.ofSeconds(20);

    private final MemoryLease lease = new MemoryLease();

    private Leadership replica(String name) {
        return new Leadership(lease, "system/controller", name, FAST);
    }

    private static void startAndLead(Leadership one) {
        one.start();
        Await.until(one::leads, LONG, () -> "one does not lead");
    }

    @Test
    void whoCannotRenewStopsLeadingBeforeAnotherBegins() throws InterruptedException {
        Leadership one = replica("one");
        AtomicInteger begun = new AtomicInteger();
        one.onLead(begun::incrementAndGet);
        startAndLead(one);
        lease.hang(true);
        Await.until(() -> !one.leads(), LONG, () -> "one still leads, without an API server");
        assertTrue(one.serves(), "the last good configuration stays");
        lease.hang(false);
        Await.until(one::leads, LONG, () -> "one does not lead again");
        assertEquals(2, begun.get());
        one.close();
        assertFalse(one.leads());
    }

    @Test
    void anotherLeadsWhereTheFirstIsClosed() throws InterruptedException {
        Leadership one = replica("one");
        Leadership other = replica("other");
        startAndLead(one);
        other.start();
        one.close();
        // Nobody holds it, or the other one has it already.
        assertNotEquals("one", lease.spec().getHolderIdentity());
        Await.until(other::leads, LONG, () -> "the other does not lead");
        assertFalse(one.leads());
        other.close();
    }

    @Test
    void whoIsOvertakenFollows() throws InterruptedException {
        Leadership one = replica("one");
        AtomicInteger overtaken = new AtomicInteger();
        one.onOvertaken(overtaken::incrementAndGet);
        startAndLead(one);
        // Somebody writes over the Lease.
        LeaseElection.Found found = lease.read().orElseThrow();
        while (lease.replace(
                        found, found.spec().edit().withHolderIdentity("other").build())
                .isEmpty()) {
            found = lease.read().orElseThrow();
        }
        Await.until(() -> overtaken.get() == 1, LONG, () -> "one was not told");
        assertFalse(one.serves());
        one.close();
    }
}
