package dev.gatehouse.authz;

import dev.gatehouse.authz.seal.Hash;
import dev.gatehouse.authz.seal.KeyRing;
import dev.gatehouse.authz.seal.Seal;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The keys of {@code gatehouse.authz.session.keys}: each file of the folder is one, 32 bytes as they are or as Base64. The last by name seals, all open. The folder
 * is read every five seconds, and while it cannot be read the keys stay as they are. Until there is a key, a random one is used, which other replicas do
 * not have; it goes on opening what it sealed.
 */
final class KeyFolder implements Supplier<KeyRing>, AutoCloseable {
    private static final Logger LOG = System.getLogger(KeyFolder.class.getName());
    private static final long READ_MILLIS = 5_000;

    private final Optional<Path> folder;
    private final RandomGenerator random;
    private final byte[] own = new byte[Seal.KEY_BYTES];
    private final Vertx vertx;
    private final long timer;
    private List<byte[]> keys = List.of();
    private volatile KeyRing ring;
    private volatile byte[] subjects;

    /** @param random has to be cryptographically strong */
    KeyFolder(Optional<Path> folder, Vertx vertx, RandomGenerator random) {
        this.folder = folder;
        this.random = random;
        this.vertx = vertx;
        random.nextBytes(own);
        ring = new KeyRing(List.of(own), random);
        subjects = Hash.of("subjects", own);
        read();
        if (keys.isEmpty()) {
            LOG.log(
                    Level.INFO,
                    "Logins are sealed with a random key{0}. Several replicas need the same keys: gatehouse.authz.session.keys.",
                    folder.map(path -> ", as " + path + " has none").orElse(""));
        }
        timer = folder.isEmpty()
                ? -1
                : vertx.setPeriodic(
                        READ_MILLIS,
                        tick -> vertx.executeBlocking(() -> {
                            read();
                            return null;
                        }));
    }

    @Override
    public KeyRing get() {
        return ring;
    }

    /** A key for hashes of subjects, made of the oldest key: it stays the same while keys are added. */
    byte[] subjects() {
        return subjects.clone();
    }

    /**
     * The key in a file.
     *
     * @throws IllegalArgumentException where there is none
     */
    static byte[] required(Path file) {
        try {
            return key(file)
                    .orElseThrow(() -> new IllegalArgumentException(
                            file + " is no key (expected: 32 bytes, as they are or as Base64)"));
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read (expected: a key of 32 bytes)", e);
        }
    }

    /** Reads the folder now. */
    synchronized void read() {
        if (folder.isEmpty() || !Files.isDirectory(folder.get())) {
            return;
        }
        List<byte[]> next = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder.get())) {
            List<Path> sorted = files.filter(
                            file -> !file.getFileName().toString().startsWith("."))
                    .filter(Files::isRegularFile)
                    .sorted(Comparator.comparing(file -> file.getFileName().toString(), Comparator.reverseOrder()))
                    .toList();
            for (Path file : sorted) {
                key(file)
                        .ifPresentOrElse(
                                next::add,
                                () -> LOG.log(
                                        Level.WARNING,
                                        "{0} is no session key (expected: 32 bytes, as they are or as Base64).",
                                        file));
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Session keys stay as they are: {0} cannot be read: {1}.", folder.get(), e);
            return;
        }
        if (next.isEmpty() || same(next, keys)) {
            return;
        }
        keys = List.copyOf(next);
        next.add(own);
        ring = new KeyRing(next, random);
        subjects = Hash.of("subjects", keys.getLast());
        LOG.log(Level.INFO, "Logins are sealed with keys of {0}: {1}.", folder.get(), keys.size());
    }

    private static Optional<byte[]> key(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length != Seal.KEY_BYTES) {
            try {
                bytes = Base64.getDecoder().decode(new String(bytes, StandardCharsets.US_ASCII).strip());
            } catch (IllegalArgumentException e) {
                bytes = new byte[0];
            }
        }
        return bytes.length == Seal.KEY_BYTES ? Optional.of(bytes) : Optional.empty();
    }

    private static boolean same(List<byte[]> a, List<byte[]> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!Arrays.equals(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        vertx.cancelTimer(timer);
    }
}
