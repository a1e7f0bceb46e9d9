package dev.gatehouse.authz.basic;

import dev.gatehouse.time.SteadyTime;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks passwords for every policy: SHA-1 at once, bcrypt and argon2 on executors of their own. A password that was right is remembered for a
 * short time, by an HMAC under a key that only this process has, so that a user's next requests cost no such hash; one that was wrong is
 * not. Changing the user's hash makes what is remembered worthless, as the hash is part of it.
 *
 * <p>Bounded: an executor refuses when it is full ({@link Outcome#REFUSED}), and of the remembered the oldest go first.
 */
public final class PasswordChecks {
    private static final System.Logger LOG = System.getLogger(PasswordChecks.class.getName());

    private final SlowHashes hashes;
    private final SecretKeySpec key;
    private final Duration remembered;
    private final InstantSource clock;
    private final Map<String, Instant> right;

    /** What came of a check. */
    enum Outcome {
        RIGHT,
        WRONG,
        /** Not checked: too many others are waiting. */
        REFUSED
    }

    /**
     * @param key 32 random bytes
     * @param remembered how long a right password is not checked again
     * @param maxRemembered how many of them at most
     */
    public PasswordChecks(SlowHashes hashes, byte[] key, Duration remembered, int maxRemembered, InstantSource clock) {
        this.hashes = hashes;
        this.key = new SecretKeySpec(key, "HmacSHA256");
        this.remembered = remembered;
        this.clock = SteadyTime.beside(clock);
        this.right = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
                return size() > maxRemembered;
            }
        };
    }

    /** Never fails. */
    CompletionStage<Outcome> check(String user, byte[] password, PasswordHash hash) {
        return switch (hash) {
            case PasswordHash.Sha1 sha1 ->
                CompletableFuture.completedFuture(outcome(MessageDigest.isEqual(sha1(password), sha1.digest())));
            case PasswordHash.Bcrypt stored ->
                slowly(
                        hmac(user, stored.text(), password),
                        () -> hashes.bcrypt().matches(password, stored.text()),
                        hashes.bcryptThreads());
            case Argon2 stored ->
                slowly(
                        hmac(user, stored.text(), password),
                        () -> hashes.argon2().matches(password, stored),
                        hashes.argon2Threads());
        };
    }

    private CompletionStage<Outcome> slowly(String memory, Supplier<Boolean> check, Executor threads) {
        if (isRemembered(memory)) {
            return CompletableFuture.completedFuture(Outcome.RIGHT);
        }
        try {
            return CompletableFuture.supplyAsync(check, threads)
                    .thenApply(matches -> {
                        if (matches) {
                            remember(memory);
                        }
                        return outcome(matches);
                    })
                    .exceptionally(failure -> {
                        LOG.log(System.Logger.Level.ERROR, "A password could not be checked.", failure);
                        return Outcome.WRONG;
                    });
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(Outcome.REFUSED);
        }
    }

    private static Outcome outcome(boolean right) {
        return right ? Outcome.RIGHT : Outcome.WRONG;
    }

    private boolean isRemembered(String memory) {
        synchronized (right) {
            Instant until = right.get(memory);
            if (until == null) {
                return false;
            }
            if (until.isAfter(clock.instant())) {
                return true;
            }
            right.remove(memory);
            return false;
        }
    }

    private void remember(String memory) {
        synchronized (right) {
            right.remove(memory);
            right.put(memory, clock.instant().plus(remembered));
        }
    }

    /** A number that this process alone can compute, evenly spread: {@code text} cannot be chosen to get a certain one. */
    int spread(String text, int bound) {
        byte[] mac = mac(text.getBytes(StandardCharsets.UTF_8));
        return Math.floorMod(ByteBuffer.wrap(mac).getInt(), bound);
    }

    private String hmac(String user, String stored, byte[] password) {
        byte[] name = user.getBytes(StandardCharsets.UTF_8);
        byte[] hash = stored.getBytes(StandardCharsets.UTF_8);
        ByteBuffer text = ByteBuffer.allocate(12 + name.length + hash.length + password.length);
        text.putInt(name.length)
                .put(name)
                .putInt(hash.length)
                .put(hash)
                .putInt(password.length)
                .put(password);
        return HexFormat.of().formatHex(mac(text.array()));
    }

    private byte[] mac(byte[] text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(text);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("the JDK has no HMAC-SHA-256", e);
        }
    }

    private static byte[] sha1(byte[] password) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(password);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no SHA-1", e);
        }
    }
}
