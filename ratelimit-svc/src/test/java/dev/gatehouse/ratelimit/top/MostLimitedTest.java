package dev.gatehouse.ratelimit.top;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.ratelimit.decision.Code;
import dev.gatehouse.ratelimit.decision.Decision;
import dev.gatehouse.ratelimit.decision.Request;
import dev.gatehouse.ratelimit.decision.Status;
import dev.gatehouse.ratelimit.descriptor.Descriptor;
import dev.gatehouse.ratelimit.descriptor.Entry;
import dev.gatehouse.ratelimit.limit.Limit;
import dev.gatehouse.ratelimit.limit.Unit;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class MostLimitedTest {
    private final AtomicReference<Instant> time = new AtomicReference<>(Instant.parse("2026-11-28T21:00:00Z"));
    private final MostLimited limited = new MostLimited((InstantSource) time::get);

    private void request(String client, Code code, boolean shadowed) {
        limited.decided(
                new Request("shop", List.of(new Descriptor(List.of(new Entry("client", client)), Optional.empty(), 1))),
                new Decision(
                        code,
                        List.of(new Status.Counted(
                                code, new Limit(10, Unit.MINUTE, ""), 0, Duration.ofSeconds(30), false, shadowed)),
                        true));
    }

    private List<String> top() {
        return limited.report(10).counts().stream()
                .map(count -> count.limited().descriptor().getFirst().value() + "=" + count.requests())
                .toList();
    }

    @Test
    void whatIsRefusedMostIsFirstAndWhatPassesIsNotCounted() {
        for (int i = 0; i < 3; i++) {
            request("10.0.0.1", Code.OVER_LIMIT, false);
            request("10.0.0.3", Code.OK, false);
        }
        request("10.0.0.2", Code.OK, true);
        assertThat(top()).containsExactly("10.0.0.1=3", "10.0.0.2=1");
        assertThat(limited.report(1).counts()).hasSize(1);
        assertThat(limited.report(2).counts().get(1).limited().shadow()).isTrue();
        assertThat(limited.report(1).counts().getFirst().limited().limit()).isEqualTo("10/minute");
    }

    @Test
    void anOldRefusalIsForgottenAfterTenMinutes() {
        request("a", Code.OVER_LIMIT, false);
        time.updateAndGet(now -> now.plus(Duration.ofMinutes(6)));
        request("b", Code.OVER_LIMIT, false);
        assertThat(top()).containsExactly("a=1", "b=1");
        time.updateAndGet(now -> now.plus(Duration.ofMinutes(6)));
        request("c", Code.OVER_LIMIT, false);
        assertThat(top()).containsExactly("b=1", "c=1");
        time.updateAndGet(now -> now.plus(Duration.ofMinutes(60)));
        assertThat(top()).isEmpty();
    }

    @Test
    void aFloodOfNewDescriptorsHidesNoneThatIsRefusedOften() {
        for (int i = 0; i < 20_000; i++) {
            request("attacker-" + i, Code.OVER_LIMIT, false);
            if (i % 10 == 0) {
                request("greedy", Code.OVER_LIMIT, false);
            }
        }
        assertThat(top().getFirst()).isEqualTo("greedy=2000");
        assertThat(limited.report(Integer.MAX_VALUE).counts()).hasSizeLessThanOrEqualTo(MostLimited.MOST);
        assertThat(limited.report(1).forgotten()).isTrue();
    }
}
