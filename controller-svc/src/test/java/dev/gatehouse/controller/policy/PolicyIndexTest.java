package dev.gatehouse.controller.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.Metadata;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.Resource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PolicyIndexTest {
    private static final Optional<Instant> EARLY = Optional.of(Instant.parse("2026-01-01T00:00:00Z"));
    private static final Optional<Instant> LATE = Optional.of(Instant.parse("2026-02-01T00:00:00Z"));

    @Test
    void theOldestPolicyCounts() {
        assertThat(PolicyIndex.winner(List.of(policy("a", LATE), policy("b", EARLY)))
                        .map(Resource::name))
                .contains("b");
    }

    @Test
    void amongPoliciesOfOneAgeTheFirstByNameCounts() {
        assertThat(PolicyIndex.winner(List.of(policy("b", EARLY), policy("a", EARLY)))
                        .map(Resource::name))
                .contains("a");
        assertThat(PolicyIndex.winner(List.of(policy("b", Optional.empty()), policy("a", Optional.empty())))
                        .map(Resource::name))
                .contains("a");
    }

    @Test
    void ofNoneNoneCounts() {
        assertThat(PolicyIndex.winner(List.<Resource<String>>of())).isEmpty();
    }

    @Test
    void theWinnerDoesNotDependOnTheOrderEvenWhereSomeHaveNoAge() {
        List<Resource<String>> policies = new ArrayList<>(
                List.of(policy("c", EARLY), policy("a", LATE), policy("b", Optional.empty()), policy("d", EARLY)));
        for (int seed = 0; seed < 50; seed++) {
            Collections.shuffle(policies, new Random(seed));
            assertThat(PolicyIndex.winner(policies).map(Resource::name)).contains("b");
        }
    }

    private static Resource<String> policy(String name, Optional<Instant> createdAt) {
        return new Resource<>(
                new Metadata(new ObjectKey("default", name), Map.of(), Map.of(), 1, Optional.empty(), createdAt), name);
    }
}
