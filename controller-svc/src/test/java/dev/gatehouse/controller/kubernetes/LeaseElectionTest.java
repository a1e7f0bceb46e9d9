package dev.gatehouse.controller.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LeaseElectionTest {
    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final MemoryLease lease = new MemoryLease();
    private long nanos = -5_000_000_000L;

    private LeaseElection candidate(LeaseElection.Store store, String name, Duration ahead) {
        return new LeaseElection(
                store, name, LEASE, () -> Instant.EPOCH.plusNanos(nanos).plus(ahead), () -> nanos);
    }

    private LeaseElection candidate(String name, Duration ahead) {
        return candidate(lease, name, ahead);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    @Test
    void aLeaseThatIsRenewedStaysAndOneThatIsNotIsTaken() {
        LeaseElection one = candidate("one", Duration.ZERO);
        LeaseElection other = candidate("other", Duration.ZERO);
        assertTrue(one.attempt());
        for (int i = 0; i < 20; i++) {
            pass(RETRY);
            assertTrue(one.attempt());
            assertFalse(other.attempt());
        }
        assertEquals(Optional.of("one"), other.holder());
        pass(LEASE);
        assertFalse(other.attempt(), "the end of the lease is not over yet");
        pass(Duration.ofMillis(1));
        assertTrue(other.attempt());
        assertFalse(one.attempt());
        assertEquals(Optional.of("other"), one.holder());
        assertEquals(1, lease.spec().getLeaseTransitions());
    }

    @Test
    void aHolderWithAClockAheadIsReplacedInTime() {
        LeaseElection ahead = candidate("ahead", Duration.ofHours(2));
        LeaseElection other = candidate("other", Duration.ZERO);
        assertTrue(ahead.attempt());
        assertFalse(other.attempt());
        pass(LEASE.plusMillis(1));
        assertTrue(other.attempt());
    }

    @Test
    void aCandidateWithAClockAheadDoesNotTakeWhatIsRenewed() {
        LeaseElection one = candidate("one", Duration.ZERO);
        LeaseElection ahead = candidate("ahead", Duration.ofHours(2));
        assertTrue(one.attempt());
        for (int i = 0; i < 20; i++) {
            assertFalse(ahead.attempt());
            pass(RETRY);
            assertTrue(one.attempt());
        }
    }

    @Test
    void aLeaseThatIsGivenBackIsTakenAtOnce() {
        LeaseElection one = candidate("one", Duration.ZERO);
        LeaseElection other = candidate("other", Duration.ZERO);
        assertTrue(one.attempt());
        assertFalse(other.attempt());
        other.release();
        assertEquals("one", lease.spec().getHolderIdentity(), "what another holds is not given back");
        one.release();
        assertEquals(Optional.empty(), one.holder());
        assertTrue(other.attempt());
    }

    @Test
    void ofTwoThatTakeItAtOnceOneHasIt() {
        LeaseElection one = candidate("one", Duration.ZERO);
        LeaseElection.Store overtaken = new LeaseElection.Store() {
            @Override
            public Optional<LeaseElection.Found> read() {
                Optional<LeaseElection.Found> found = lease.read();
                one.attempt();
                return found;
            }

            @Override
            public Optional<LeaseSpec> create(LeaseSpec spec) {
                return lease.create(spec);
            }

            @Override
            public Optional<LeaseSpec> replace(LeaseElection.Found found, LeaseSpec spec) {
                return lease.replace(found, spec);
            }
        };
        LeaseElection other = candidate(overtaken, "other", Duration.ZERO);
        assertFalse(other.attempt(), "where there was none");
        one.release();
        assertFalse(other.attempt(), "where it was free");
        assertEquals("one", lease.spec().getHolderIdentity());
    }
}
