package dev.gatehouse.controller.kubernetes;

import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.util.Optional;

/** A Lease that candidates of one test stand for. */
final class MemoryLease implements LeaseElection.Store {
    private int version;
    private Optional<LeaseSpec> spec = Optional.empty();
    private boolean hangs;

    @Override
    public synchronized Optional<LeaseElection.Found> read() {
        while (hangs) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted");
            }
        }
        return spec.map(each -> new LeaseElection.Found(String.valueOf(version), each));
    }

    @Override
    public synchronized Optional<LeaseSpec> create(LeaseSpec wanted) {
        return spec.isPresent() ? Optional.empty() : write(wanted);
    }

    @Override
    public synchronized Optional<LeaseSpec> replace(LeaseElection.Found found, LeaseSpec wanted) {
        return found.version().equals(String.valueOf(version)) ? write(wanted) : Optional.empty();
    }

    private Optional<LeaseSpec> write(LeaseSpec wanted) {
        version++;
        spec = Optional.of(wanted);
        return spec;
    }

    /** From now on no call is answered, as where the API server is stopped; or every call is. */
    synchronized void hang(boolean now) {
        hangs = now;
        notifyAll();
    }

    synchronized LeaseSpec spec() {
        return spec.orElseThrow();
    }
}
