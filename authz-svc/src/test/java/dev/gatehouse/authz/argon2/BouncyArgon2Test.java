package dev.gatehouse.authz.argon2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.authz.basic.Argon2;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class BouncyArgon2Test {
    private static final Argon2 HASH = new Argon2("", Argon2.Type.ID, 1024, 1, 1, new byte[16], new byte[32]);

    @Test
    void theLargestHashIsComputedWhereTheHeapIsSmall() {
        BouncyArgon2 argon2 = new BouncyArgon2(1);
        assertThat(argon2.free()).isEqualTo(Argon2.MAX_MEMORY);
    }

    @Test
    void memoryIsGivenBackWhateverComesOfTheCheck() throws Exception {
        BouncyArgon2 argon2 = new BouncyArgon2(Argon2.MAX_MEMORY);
        CountDownLatch start = new CountDownLatch(1);
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Future<Boolean>> checks = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                checks.add(threads.submit(() -> {
                    start.await();
                    return argon2.matches("x".getBytes(StandardCharsets.UTF_8), HASH);
                }));
            }
            start.countDown();
            for (Future<Boolean> check : checks) {
                assertThat(check.get()).isFalse();
            }
        }
        assertThat(argon2.free()).isEqualTo(Argon2.MAX_MEMORY);
    }
}
