package dev.gatehouse.authz.introspection;

import dev.gatehouse.authz.seal.KeyRing;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Nonces for proofs of possession (RFC 9449 section 9): the time at which a nonce was made, sealed with the keys that replicas share. No replica remembers one. Safe for
 * any thread.
 */
final class Nonces {
    private static final byte[] CONTEXT = "dpop-nonce".getBytes(StandardCharsets.US_ASCII);

    /** Clocks of replicas may be apart by that. */
    private static final Duration EARLY = Duration.ofSeconds(60);

    private final Supplier<KeyRing> keys;
    private final InstantSource clock;

    Nonces(Supplier<KeyRing> keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    String next() {
        byte[] time = ByteBuffer.allocate(Long.BYTES)
                .putLong(clock.instant().toEpochMilli())
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(keys.get().close(time, CONTEXT));
    }

    /** How old {@code nonce} is; empty: no replica has made it. */
    Optional<Duration> age(String nonce) {
        try {
            return keys.get()
                    .open(Base64.getUrlDecoder().decode(nonce), CONTEXT)
                    .filter(time -> time.length == Long.BYTES)
                    .map(time -> Duration.between(
                            Instant.ofEpochMilli(ByteBuffer.wrap(time).getLong()), clock.instant()))
                    .filter(age -> age.compareTo(EARLY.negated()) >= 0);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
