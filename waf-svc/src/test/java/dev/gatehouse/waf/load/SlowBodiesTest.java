package dev.gatehouse.waf.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class SlowBodiesTest {
    private final AtomicLong now = new AtomicLong();
    private final SlowBodies slow = new SlowBodies(Duration.ofSeconds(20), 500, now::get);

    private static final class Upload implements SlowBodies.Body {
        private long received;
        private int refusals;

        @Override
        public long received() {
            return received;
        }

        @Override
        public void refuse() {
            refusals++;
        }
    }

    private void after(int seconds) {
        now.addAndGet(Duration.ofSeconds(seconds).toNanos());
        slow.sweep();
    }

    @Test
    void aBodyThatStopsIsRefusedOnceHoweverMuchItBroughtBefore() {
        Upload upload = new Upload();
        upload.received = 12_000_000;
        slow.watch(upload);
        after(19);
        assertThat(upload.refusals).isZero();
        after(1);
        assertThat(upload.refusals).isEqualTo(1);
        after(20);
        assertThat(upload.refusals).isEqualTo(1);
    }

    @Test
    void oneThatTricklesIsRefused() {
        Upload upload = new Upload();
        slow.watch(upload);
        for (int i = 0; i < 20; i++) {
            upload.received += 499;
            after(1);
        }
        assertThat(upload.refusals).isEqualTo(1);
    }

    @Test
    void oneThatGoesOnIsNot() {
        Upload upload = new Upload();
        slow.watch(upload);
        for (int i = 0; i < 200; i++) {
            upload.received += 500;
            after(1);
        }
        assertThat(upload.refusals).isZero();
        slow.forget(upload);
        after(60);
        assertThat(upload.refusals).isZero();
    }

    @Test
    void oneThatCannotBeRefusedKeepsNoOtherFromIt() {
        slow.watch(new SlowBodies.Body() {
            @Override
            public long received() {
                return 0;
            }

            @Override
            public void refuse() {
                throw new IllegalStateException("its loop has ended");
            }
        });
        Upload upload = new Upload();
        slow.watch(upload);
        after(20);
        assertThat(upload.refusals).isEqualTo(1);
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new SlowBodies(Duration.ZERO, 1, now::get)).hasMessageContaining("a positive time");
        assertThatThrownBy(() -> new SlowBodies(Duration.ofSeconds(1), 0, now::get))
                .hasMessageContaining("at least 1 byte");
    }
}
