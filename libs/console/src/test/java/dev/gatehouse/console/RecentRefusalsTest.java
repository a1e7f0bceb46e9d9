package dev.gatehouse.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.console.model.RefusedRequest;
import dev.gatehouse.console.model.RefusedRequest.Kind;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RecentRefusalsTest {
    private static RefusedRequest request(Kind kind, int second) {
        return new RefusedRequest(
                kind,
                "2026-11-28T18:%02d:%02dZ".formatted(second / 60, second % 60),
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "");
    }

    @Test
    void aFloodOfOneKindLeavesTheOthersInPlaceAndTheLatestComesFirst() {
        RecentRefusals requests = new RecentRefusals();
        requests.add(request(Kind.BLOCKED, 0));
        for (int i = 1; i <= 500; i++) {
            requests.add(request(Kind.LIMITED, i));
        }
        assertThat(requests.latest(EnumSet.allOf(Kind.class)))
                .hasSize(RefusedRequests.KEPT + 1)
                .startsWith(request(Kind.LIMITED, 500))
                .endsWith(request(Kind.BLOCKED, 0));
        assertThat(requests.latest(Set.of(Kind.BLOCKED))).containsExactly(request(Kind.BLOCKED, 0));
        assertThat(requests.latest(Set.of(Kind.DENIED))).isEmpty();
    }
}
