package dev.gatehouse.controller.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.HttpRoute.PathType;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RouteRankTest {
    private static final Instant EARLY = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATE = Instant.parse("2026-02-01T00:00:00Z");

    @Test
    void matchesAreOrderedAsGatewayApiSays() {
        List<RouteRank> inOrder = List.of(
                rank(PathType.Exact, 9, false, 0, 0, LATE, "z", 9, 9),
                rank(PathType.Exact, 5, true, 9, 9, EARLY, "a", 0, 0),
                rank(PathType.RegularExpression, 1, false, 0, 0, LATE, "z", 0, 0),
                rank(PathType.PathPrefix, 9, false, 0, 0, LATE, "z", 0, 0),
                rank(PathType.PathPrefix, 5, true, 0, 0, LATE, "z", 0, 0),
                rank(PathType.PathPrefix, 5, false, 2, 0, LATE, "z", 0, 0),
                rank(PathType.PathPrefix, 5, false, 1, 2, LATE, "z", 0, 0),
                rank(PathType.PathPrefix, 5, false, 1, 1, EARLY, "z", 0, 0),
                rank(PathType.PathPrefix, 5, false, 1, 1, LATE, "a", 1, 0),
                rank(PathType.PathPrefix, 5, false, 1, 1, LATE, "b", 0, 0),
                rank(PathType.PathPrefix, 5, false, 1, 1, LATE, "b", 0, 1),
                rank(PathType.PathPrefix, 5, false, 1, 1, LATE, "b", 1, 0));
        for (int seed = 0; seed < 20; seed++) {
            List<RouteRank> shuffled = new ArrayList<>(inOrder);
            Collections.shuffle(shuffled, new Random(seed));
            Collections.sort(shuffled);
            assertThat(shuffled).isEqualTo(inOrder);
        }
    }

    private static RouteRank rank(
            PathType type,
            int length,
            boolean method,
            int headers,
            int queryParams,
            Instant createdAt,
            String name,
            int rule,
            int match) {
        return new RouteRank(
                type,
                length,
                method,
                headers,
                0,
                queryParams,
                Optional.of(createdAt),
                new ObjectRef("HTTPRoute", "default", name),
                rule,
                match);
    }
}
