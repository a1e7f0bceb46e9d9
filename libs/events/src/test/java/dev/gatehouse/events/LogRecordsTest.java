package dev.gatehouse.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.configlog.v1.Commit;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogRecordsTest {
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @Test
    void theCommitThatEndsATransactionCarriesItsTrace() {
        Transaction traced =
                new Transaction("shop/front", List.of(), List.of(), Instant.ofEpochMilli(1234), false, TRACE);
        Commit commit = LogRecords.commit(traced);
        assertThat(LogRecords.transaction(commit, List.of(), List.of())).isEqualTo(traced);
    }

    @Test
    void aCommitOfAControllerThatKnowsNoTracesHasNone() {
        Commit old = Commit.newBuilder().setFleet("shop/front").build();
        assertThat(LogRecords.transaction(old, List.of(), List.of()).trace()).isEmpty();
    }
}
