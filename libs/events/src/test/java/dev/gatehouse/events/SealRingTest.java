package dev.gatehouse.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealRingTest {
    private final AtomicLong now = new AtomicLong(1_000_000);

    private static String key(String id) {
        return id + ":" + Base64.getEncoder().encodeToString(new byte[32]);
    }

    private String sealingKey(SealRing ring) {
        return ring.get().map(Seal::sealingKeyId).orElse("none");
    }

    @Test
    void aFileThatChangesIsTheRingAfterFiveSeconds(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("keys");
        Files.writeString(file, key("one") + "\n");
        SealRing ring =
                new SealRing(Optional.of(file), Optional.of(key("kept out")), () -> Instant.ofEpochMilli(now.get()));
        assertThat(sealingKey(ring)).isEqualTo("one");

        Files.writeString(file, key("two") + "," + key("one"));
        assertThat(sealingKey(ring)).isEqualTo("one");
        now.addAndGet(5001);
        assertThat(sealingKey(ring)).isEqualTo("two");
    }

    @Test
    void whatIsNoRingLeavesTheLastGoodOneInForce(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("keys");
        SealRing ring =
                new SealRing(Optional.of(file), Optional.of(key("kept out")), () -> Instant.ofEpochMilli(now.get()));
        assertThat(sealingKey(ring)).isEqualTo("none");

        Files.writeString(file, key("one"));
        now.addAndGet(5001);
        assertThat(sealingKey(ring)).isEqualTo("one");
        Files.writeString(file, "nonsense");
        now.addAndGet(5001);
        assertThat(sealingKey(ring)).isEqualTo("one");
    }
}
