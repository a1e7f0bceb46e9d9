package dev.gatehouse.redis;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Certificates for a Redis by {@code rediss://}, PEM files that are read again with each connection, so that renewed ones count.
 *
 * @param ca whom to trust; without it, the authorities of the JVM
 * @param certificate what this service shows; with its {@code key}, or neither
 */
public record RedisTls(Optional<Path> ca, Optional<Path> certificate, Optional<Path> key) {
    /** The authorities of the JVM, and no certificate of ours. */
    public static final RedisTls DEFAULT = new RedisTls(Optional.empty(), Optional.empty(), Optional.empty());

    public RedisTls {
        ca.ifPresent(file -> readable("ca", file));
        certificate.ifPresent(file -> readable("certificate", file));
        key.ifPresent(file -> readable("key", file));
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException("redis.tls: has "
                    + (key.isPresent() ? "a key and no certificate" : "a certificate and no key")
                    + " (expected: both, or neither)");
        }
    }

    private static void readable(String name, Path file) {
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException(
                    "redis.tls." + name + ": " + file + " cannot be read (expected: a file in PEM)");
        }
    }
}
