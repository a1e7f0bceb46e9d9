package dev.gatehouse.authz.argon2;

import dev.gatehouse.authz.basic.Argon2;
import dev.gatehouse.authz.basic.Argon2Check;
import java.security.MessageDigest;
import java.util.concurrent.Semaphore;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Argon2 by Bouncy Castle's lightweight API, which needs no security provider. The memory of the hashes that are computed at the
 * same time is bounded: a thread waits for its turn, first come, first served.
 */
public final class BouncyArgon2 implements Argon2Check {
    private static final long BYTES_PER_KIBIBYTE = 1024;
    /** Of the heap, for hashes: the rest is for everything else. */
    private static final long SHARE = 3;

    private final int kibibytes;
    private final Semaphore memory;

    /** @param kibibytes for all hashes together; at least {@link Argon2#MAX_MEMORY}, or the largest would wait for ever */
    BouncyArgon2(int kibibytes) {
        this.kibibytes = Math.max(kibibytes, Argon2.MAX_MEMORY);
        this.memory = new Semaphore(this.kibibytes, true);
    }

    /** Takes a third of the heap at most, or the memory of one hash where that is more. */
    public static BouncyArgon2 ofHeap() {
        long share = Runtime.getRuntime().maxMemory() / SHARE / BYTES_PER_KIBIBYTE;
        return new BouncyArgon2((int) Math.min(share, Integer.MAX_VALUE));
    }

    @Override
    public boolean matches(byte[] password, Argon2 hash) {
        memory.acquireUninterruptibly(hash.memory());
        try {
            return MessageDigest.isEqual(digest(password, hash), hash.digest());
        } finally {
            memory.release(hash.memory());
        }
    }

    /** What no hash uses at the moment, in KiB. */
    int free() {
        return memory.availablePermits();
    }

    private static byte[] digest(byte[] password, Argon2 hash) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(
                        switch (hash.type()) {
                            case ID -> Argon2Parameters.ARGON2_id;
                            case I -> Argon2Parameters.ARGON2_i;
                        })
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(hash.memory())
                .withIterations(hash.passes())
                .withParallelism(hash.lanes())
                .withSalt(hash.salt())
                .build());
        byte[] digest = new byte[hash.digest().length];
        generator.generateBytes(password, digest);
        return digest;
    }

    @Override
    public String toString() {
        return "BouncyArgon2[" + kibibytes + " KiB]";
    }
}
