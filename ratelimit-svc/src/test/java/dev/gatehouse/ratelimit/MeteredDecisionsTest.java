package dev.gatehouse.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.ratelimit.decision.Code;
import dev.gatehouse.ratelimit.decision.Decision;
import dev.gatehouse.ratelimit.decision.Request;
import dev.gatehouse.ratelimit.decision.Status;
import dev.gatehouse.ratelimit.descriptor.Descriptor;
import dev.gatehouse.ratelimit.descriptor.Entry;
import dev.gatehouse.ratelimit.limit.Limit;
import dev.gatehouse.ratelimit.limit.Unit;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MeteredDecisionsTest {
    private static final Limit LIMIT = new Limit(10, Unit.MINUTE, "");
    private static final String HITS = "gatehouse.ratelimit.rule.hits";

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MeteredDecisions decisions = new MeteredDecisions(meters);

    @Test
    void aLimitIsNearWithLessThanAFifthLeft() {
        decided("rule", Code.OK, 5, false);
        decided("rule", Code.OK, 1, false);
        decided("rule", Code.OVER_LIMIT, 0, false);
        decided("rule", Code.OK, 0, true);
        for (String result : List.of("ok", "near", "over", "shadowed")) {
            assertThat(meters.get(HITS)
                            .tags("domain", "d", "rule", "rule", "limit", "10/minute", "result", result)
                            .counter()
                            .count())
                    .as(result)
                    .isEqualTo(1);
        }
    }

    @Test
    void limitsPastTheBoundCountTogether() {
        for (int i = 0; i < MeteredDecisions.MAX_RULES + 50; i++) {
            decided("rule-" + i, Code.OK, 9, false);
        }
        decided("rule-0", Code.OK, 8, false);
        assertThat(meters.find(HITS).counters()).hasSize(MeteredDecisions.MAX_RULES + 1);
        assertThat(meters.get(HITS).tag("rule", "other").counter().count()).isEqualTo(50);
        assertThat(meters.get(HITS).tag("rule", "rule-0").counter().count()).isEqualTo(2);
    }

    private void decided(String rule, Code code, long remaining, boolean shadowed) {
        Descriptor descriptor = new Descriptor(List.of(new Entry(rule, "value of a client")), Optional.empty(), 1);
        decisions.decided(
                new Request("d", List.of(descriptor)),
                new Decision(
                        code,
                        List.of(new Status.Counted(code, LIMIT, remaining, Duration.ofSeconds(9), false, shadowed)),
                        true));
    }
}
