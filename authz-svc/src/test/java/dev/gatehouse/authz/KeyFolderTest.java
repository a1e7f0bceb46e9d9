package dev.gatehouse.authz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.authz.seal.KeyRing;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFolderTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final byte[] CONTEXT = {1};
    private static final byte[] PLAIN = {2};

    private final SecureRandom random = new SecureRandom();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @AfterAll
    static void close() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    private byte[] key() {
        byte[] key = new byte[32];
        random.nextBytes(key);
        return key;
    }

    private KeyRing ring(byte[] key) {
        return new KeyRing(List.of(key), random);
    }

    @Test
    void hashesOfSubjectsStayTheSameWhileKeysAreAddedAndAreTheSameOnEveryReplica() throws IOException {
        byte[] first = key();
        Files.write(folder.resolve("2026-01"), first);
        try (KeyFolder keys = new KeyFolder(Optional.of(folder), VERTX, random);
                KeyFolder replica = new KeyFolder(Optional.of(folder), VERTX, random)) {
            byte[] before = keys.subjects();
            assertThat(replica.subjects()).isEqualTo(before).isNotEqualTo(first);
            Files.write(folder.resolve("2026-02"), key());
            keys.read();
            assertThat(keys.subjects()).isEqualTo(before);
            Files.delete(folder.resolve("2026-01"));
            keys.read();
            assertThat(keys.subjects()).isNotEqualTo(before);
        }
    }

    @Test
    void aKeyThatIsAskedForByNameHasToBeOne() throws IOException {
        byte[] key = key();
        Path file = folder.resolve("subjects");
        Files.writeString(file, Base64.getEncoder().encodeToString(key));
        assertThat(KeyFolder.required(file)).isEqualTo(key);
        Files.writeString(file, "short");
        assertThatThrownBy(() -> KeyFolder.required(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("32 bytes");
        assertThatThrownBy(() -> KeyFolder.required(folder.resolve("absent")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void theLastByNameSealsAndAllOpenAsTheyAreAndAsBase64() throws IOException {
        byte[] old = key();
        byte[] next = key();
        Files.write(folder.resolve("2026-01"), old);
        Files.writeString(folder.resolve("2026-02"), Base64.getEncoder().encodeToString(next) + "\n");
        Files.writeString(folder.resolve(".hidden"), "no key");
        Files.writeString(folder.resolve("2026-03"), "no key");
        try (KeyFolder keys = new KeyFolder(Optional.of(folder), VERTX, random)) {
            assertThat(ring(next).open(keys.get().close(PLAIN, CONTEXT), CONTEXT))
                    .isPresent();
            assertThat(keys.get().open(ring(old).close(PLAIN, CONTEXT), CONTEXT))
                    .isPresent();
            assertThat(keys.get().open(ring(key()).close(PLAIN, CONTEXT), CONTEXT))
                    .isEmpty();
        }
    }

    @Test
    void keysThatComeLaterAreTakenAndTheRandomOneGoesOnOpening() throws IOException {
        Path later = folder.resolve("later");
        try (KeyFolder keys = new KeyFolder(Optional.of(later), VERTX, random)) {
            byte[] before = keys.get().close(PLAIN, CONTEXT);
            byte[] key = key();
            Files.createDirectory(later);
            Files.write(later.resolve("1"), key);
            keys.read();
            assertThat(ring(key).open(keys.get().close(PLAIN, CONTEXT), CONTEXT))
                    .isPresent();
            assertThat(keys.get().open(before, CONTEXT)).isPresent();
            Files.delete(later.resolve("1"));
            keys.read();
            assertThat(ring(key).open(keys.get().close(PLAIN, CONTEXT), CONTEXT))
                    .isPresent();
        }
    }
}
