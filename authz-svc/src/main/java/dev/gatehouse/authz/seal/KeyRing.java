package dev.gatehouse.authz.seal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Keys that replicas share. The first seals, and each of them opens: a new key is put in front, and an old one is taken out when nothing
 * that it sealed is in use any more. Sealed bytes begin with four bytes of their key's SHA-256, so that one key is tried, not all.
 */
public final class KeyRing {
    private static final int ID_BYTES = 4;

    private final List<Key> keys;
    private final RandomGenerator random;

    private record Key(byte[] id, byte[] bytes) {}

    /**
     * @param keys of 32 bytes each, at least one
     * @param random has to be cryptographically strong
     */
    public KeyRing(List<byte[]> keys, RandomGenerator random) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("session keys: none (expected: at least one)");
        }
        List<Key> read = new ArrayList<>();
        for (byte[] key : keys) {
            if (key.length != Seal.KEY_BYTES) {
                throw new IllegalArgumentException(
                        "session key: " + key.length + " bytes (expected: " + Seal.KEY_BYTES + ")");
            }
            read.add(new Key(Arrays.copyOf(Hash.of("key-id", key), ID_BYTES), key.clone()));
        }
        this.keys = List.copyOf(read);
        this.random = random;
    }

    /** A ring with one new key. */
    public static KeyRing random(RandomGenerator random) {
        byte[] key = new byte[Seal.KEY_BYTES];
        random.nextBytes(key);
        return new KeyRing(List.of(key), random);
    }

    /** @param context what the bytes are for; opening needs the same */
    public byte[] close(byte[] plain, byte[] context) {
        Key first = keys.getFirst();
        byte[] sealed = Seal.close(first.bytes(), plain, context, random);
        byte[] all = Arrays.copyOf(first.id(), ID_BYTES + sealed.length);
        System.arraycopy(sealed, 0, all, ID_BYTES, sealed.length);
        return all;
    }

    /** Empty: no key of this ring sealed these bytes in this context. */
    public Optional<byte[]> open(byte[] sealed, byte[] context) {
        if (sealed.length < ID_BYTES) {
            return Optional.empty();
        }
        byte[] rest = Arrays.copyOfRange(sealed, ID_BYTES, sealed.length);
        for (Key key : keys) {
            if (Arrays.equals(key.id(), 0, ID_BYTES, sealed, 0, ID_BYTES)) {
                Optional<byte[]> plain = Seal.open(key.bytes(), rest, context);
                if (plain.isPresent()) {
                    return plain;
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "KeyRing[" + keys.size() + " keys]";
    }
}
