package dev.gatehouse.controller.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.Follower;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PublisherTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    /** Remembers what is appended. */
    private static final class RecordingLog implements ConfigLog {
        private final List<Transaction> transactions = new ArrayList<>();

        @Override
        public Position append(Transaction transaction) {
            transactions.add(transaction);
            return new Position("e", transactions.size());
        }

        @Override
        public Subscription follow(Optional<Position> after, Follower follower) {
            throw new UnsupportedOperationException("the publisher only writes");
        }
    }

    private final RecordingLog log = new RecordingLog();
    private final Publisher publisher = new Publisher(log, Set.of(), () -> NOW);

    private Map<String, Position> publish(Map<ResourceId, Optional<Output>> changes) {
        return publisher.publish(changes, "");
    }

    @Test
    void aChangeOfSeveralFleetsIsOneTransactionEach() {
        Map<String, Position> positions =
                publish(Map.of(id("a", "1"), output("x"), id("a", "2"), output("x"), id("b", "1"), output("x")));
        assertThat(positions).containsOnlyKeys("a", "b");
        assertThat(log.transactions)
                .extracting(Transaction::fleet, each -> each.puts().size(), Transaction::publishedAt)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("a", 2, NOW),
                        org.assertj.core.groups.Tuple.tuple("b", 1, NOW));
    }

    @Test
    void whatDidNotReallyChangeIsNotPublished() {
        publish(Map.of(id("a", "1"), output("x"), id("a", "2"), output("x")));
        assertThat(publish(Map.of(id("a", "1"), output("x")))).isEmpty();
        publish(Map.of(id("a", "1"), output("x"), id("a", "2"), output("y")));
        assertThat(log.transactions).hasSize(2);
        assertThat(log.transactions.getLast().puts()).extracting(Put::id).containsExactly(id("a", "2"));
    }

    @Test
    void theVersionFollowsTheContentAndNothingElse() {
        publish(Map.of(id("a", "1"), output("x"), id("a", "2"), output("y")));
        publish(Map.of(id("a", "1"), output("y")));
        Map<String, String> first = new HashMap<>();
        log.transactions.getFirst().puts().forEach(put -> first.put(put.id().name(), put.version()));
        assertThat(first.get("1")).isNotEqualTo(first.get("2"));
        assertThat(log.transactions.getLast().puts().getFirst().version()).isEqualTo(first.get("2"));
    }

    @Test
    void equalMessagesHaveOneVersionHoweverTheirMapsWereFilled() {
        Struct.Builder forth = Struct.newBuilder();
        Struct.Builder back = Struct.newBuilder();
        for (int i = 0; i < 100; i++) {
            forth.putFields("k" + i, Value.getDefaultInstance());
            back.putFields("k" + (99 - i), Value.getDefaultInstance());
        }
        publish(Map.of(id("a", "1"), Optional.of(new Output(forth.build(), false, Set.of()))));
        assertThat(publish(Map.of(id("a", "1"), Optional.of(new Output(back.build(), false, Set.of())))))
                .isEmpty();
    }

    @Test
    void aResourceThatIsGoneIsDeletedOnce() {
        publish(Map.of(id("a", "1"), output("x"), id("a", "2"), output("x")));
        publish(Map.of(id("a", "1"), Optional.empty()));
        assertThat(publish(Map.of(id("a", "1"), Optional.empty()))).isEmpty();
        assertThat(log.transactions.getLast().deletes()).containsExactly(id("a", "1"));
        assertThat(log.transactions.getLast().fleetRemoved()).isFalse();
    }

    @Test
    void aFleetWhoseLastResourceIsGoneIsRemovedAndCanComeBack() {
        publish(Map.of(id("a", "1"), output("x")));
        publish(Map.of(id("a", "1"), Optional.empty()));
        assertThat(log.transactions.getLast().fleetRemoved()).isTrue();
        publish(Map.of(id("a", "1"), output("x")));
        assertThat(log.transactions.getLast().puts()).hasSize(1);
        assertThat(log.transactions.getLast().fleetRemoved()).isFalse();
    }

    @Test
    void whatWasNeverThereIsNotDeleted() {
        assertThat(publish(Map.of(id("a", "1"), Optional.empty()))).isEmpty();
        assertThat(log.transactions).isEmpty();
    }

    @Test
    void aSecretIsMarked() {
        publish(Map.of(id("a", "1"), Optional.of(new Output(StringValue.of("key"), true, Set.of()))));
        assertThat(log.transactions.getFirst().puts().getFirst().secret()).isTrue();
    }

    private static ResourceId id(String fleet, String name) {
        return new ResourceId(fleet, "type.googleapis.com/x", name);
    }

    private static Optional<Output> output(String value) {
        return Optional.of(new Output(StringValue.of(value), false, Set.of()));
    }

    @Test
    void aStandingFleetIsThereFromTheFirstPublicationAndIsNeverRemoved() {
        Publisher standing = new Publisher(log, Set.of("gatehouse/waf"), () -> NOW);
        standing.publish(Map.of(), "");
        assertThat(log.transactions).hasSize(1);
        assertThat(log.transactions.getFirst().fleet()).isEqualTo("gatehouse/waf");
        assertThat(log.transactions.getFirst().fleetRemoved()).isFalse();

        standing.publish(Map.of(), "");
        assertThat(log.transactions).hasSize(1);
    }
}
