package dev.gatehouse.events;

import dev.gatehouse.time.SteadyTime;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The seal in force, which may be exchanged while it is used: by {@link #use}, or by a file that is read again when it is asked
 * for and was not read for five seconds. A ring that cannot be read leaves the last good one in force. Thread-safe.
 */
public final class SealRing implements Supplier<Optional<Seal>> {
    private static final Logger LOG = System.getLogger(SealRing.class.getName());
    private static final Duration READ_AGAIN = Duration.ofSeconds(5);

    private final Optional<Path> file;
    private final InstantSource clock;
    private Optional<Seal> seal = Optional.empty();
    private String text = "";
    private long readAtMillis;

    /**
     * @param file a ring that may change, as a mounted Secret has it; it goes before {@code keys}
     * @param keys a ring; without it and a file there are no keys until {@link #use} brings some
     * @throws IllegalArgumentException where {@code keys} is not a ring
     */
    public SealRing(Optional<Path> file, Optional<String> keys, InstantSource clock) {
        this.file = file;
        this.clock = SteadyTime.beside(clock);
        if (file.isPresent()) {
            read();
        } else {
            keys.ifPresent(this::use);
        }
    }

    /**
     * Exchanges the keys.
     *
     * @param ring as {@link Seal#ofRing} reads it
     * @throws IllegalArgumentException where it is not a ring; the last good one stays
     */
    public synchronized void use(String ring) {
        if (!ring.equals(text)) {
            seal = Optional.of(Seal.ofRing(ring, new SecureRandom()));
            text = ring;
        }
    }

    @Override
    public synchronized Optional<Seal> get() {
        if (file.isPresent() && clock.millis() - readAtMillis > READ_AGAIN.toMillis()) {
            read();
        }
        return seal;
    }

    private synchronized void read() {
        readAtMillis = clock.millis();
        Path from = file.orElseThrow();
        try {
            use(Files.readString(from).strip());
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(Level.ERROR, "sealing keys in {0}: {1}; the last good ones stay in force", from, e.getMessage());
        }
    }
}
