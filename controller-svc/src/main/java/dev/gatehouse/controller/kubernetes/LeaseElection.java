package dev.gatehouse.controller.kubernetes;

import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpecBuilder;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One candidate's part in an election by a Lease ({@code coordination.k8s.io/v1}). The holder renews the Lease. Another candidate takes it
 * when it has not seen it renewed for as long as the Lease says.
 *
 * <p>That time is measured here, from when a renewal was seen. {@code renewTime} was written by the holder's clock and is not compared
 * with this one: a holder whose clock is ahead would keep the Lease long after its end, and a candidate whose clock is ahead
 * would take it from a holder that is well.
 *
 * <p>Thread-safe.
 */
final class LeaseElection {
    /** Where the Lease is. Its methods throw {@code KubernetesClientException} where the API server does not answer, or refuses. */
    interface Store {
        /** The Lease; empty: there is none. */
        Optional<Found> read();

        /** Makes the Lease; empty: there is one already. */
        Optional<LeaseSpec> create(LeaseSpec spec);

        /** Replaces the Lease as it was found; empty: it has changed since. */
        Optional<LeaseSpec> replace(Found found, LeaseSpec spec);
    }

    /** @param version the Lease's resourceVersion */
    record Found(String version, LeaseSpec spec) {}

    private final Store store;
    private final String identity;
    private final Duration lease;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private @Nullable LeaseSpec seen;
    private long seenAt;
    private volatile Optional<String> holder = Optional.empty();

    /**
     * @param identity the candidate's unique name
     * @param lease how long others wait for a renewal
     * @param clock for the times in the Lease, which people read
     * @param nanoTime the passing of time, as {@link System#nanoTime()} tells it
     */
    LeaseElection(Store store, String identity, Duration lease, InstantSource clock, LongSupplier nanoTime) {
        this.store = store;
        this.identity = identity;
        this.lease = lease;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /** Renews the Lease, or takes it where nobody holds it; true: this candidate holds it now. Blocks for two requests at most. */
    synchronized boolean attempt() {
        Optional<Found> found = store.read();
        if (found.isEmpty()) {
            return take(store.create(wanted(new LeaseSpec())));
        }
        see(found.get().spec());
        return (isHeldBy(identity) || isFree())
                && take(store.replace(found.get(), wanted(found.get().spec())));
    }

    /** Gives the Lease back, so that others need not wait for its end. */
    synchronized void release() {
        Optional<Found> found = store.read();
        if (found.isPresent() && identity.equals(found.get().spec().getHolderIdentity())) {
            LeaseSpec free = found.get()
                    .spec()
                    .edit()
                    .withHolderIdentity("")
                    .withLeaseDurationSeconds(1)
                    .build();
            store.replace(found.get(), free).ifPresent(this::see);
        }
    }

    /** Who was last seen to hold the Lease. */
    Optional<String> holder() {
        return holder;
    }

    private boolean take(Optional<LeaseSpec> written) {
        written.ifPresent(this::see);
        return written.isPresent();
    }

    private void see(LeaseSpec spec) {
        if (!spec.equals(seen)) {
            seen = spec;
            seenAt = nanoTime.getAsLong();
            holder = Optional.ofNullable(spec.getHolderIdentity()).filter(name -> !name.isEmpty());
        }
    }

    private boolean isHeldBy(String name) {
        return holder.equals(Optional.of(name));
    }

    private boolean isFree() {
        Integer seconds = Objects.requireNonNull(seen).getLeaseDurationSeconds();
        Duration wait = seconds == null ? lease : Duration.ofSeconds(seconds);
        return holder.isEmpty() || nanoTime.getAsLong() - seenAt > wait.toNanos();
    }

    private LeaseSpec wanted(LeaseSpec before) {
        ZonedDateTime now = clock.instant().truncatedTo(ChronoUnit.MICROS).atZone(ZoneOffset.UTC);
        boolean renews = identity.equals(before.getHolderIdentity());
        Integer transitions = Objects.requireNonNullElse(before.getLeaseTransitions(), 0);
        return new LeaseSpecBuilder()
                .withHolderIdentity(identity)
                .withLeaseDurationSeconds(Math.toIntExact(Math.max(1, lease.toSeconds())))
                .withAcquireTime(renews ? before.getAcquireTime() : now)
                .withRenewTime(now)
                .withLeaseTransitions(renews || before.getHolderIdentity() == null ? transitions : transitions + 1)
                .build();
    }
}
