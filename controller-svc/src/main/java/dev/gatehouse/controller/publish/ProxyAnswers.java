package dev.gatehouse.controller.publish;

import dev.gatehouse.events.Position;
import dev.gatehouse.events.ResourceId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a connected proxy has said of what it was sent. Not thread-safe. */
final class ProxyAnswers {
    private Optional<Position> answered = Optional.empty();
    /** What it refuses, with the transaction of the version that it refused last. */
    private final Map<ResourceId, Position> refused = new HashMap<>();

    /** It refused the version of a transaction. */
    void refuse(ResourceId id, Position version) {
        refused.put(id, version);
    }

    /** It has answered everything up to {@code position}, and refuses {@code still} of it. */
    void settle(Position position, Set<ResourceId> still) {
        answered = Optional.of(position);
        refused.entrySet().removeIf(each -> each.getValue().isWithin(position) && !still.contains(each.getKey()));
        still.forEach(id -> refused.putIfAbsent(id, position));
    }

    /** Whether it accepted the version of a transaction. */
    boolean accepts(ResourceId id, Position version) {
        return answered.filter(version::isWithin).isPresent() && !refused.containsKey(id);
    }

    /** Whether it refuses the version of a transaction, or a later one. */
    boolean refuses(ResourceId id, Position version) {
        return Optional.ofNullable(refused.get(id)).filter(version::isWithin).isPresent();
    }

    /** Whether it refuses some version. */
    boolean refuses(ResourceId id) {
        return refused.containsKey(id);
    }

    /** Whether it refuses a resource of a type. */
    boolean refuses(String typeUrl) {
        return refused.keySet().stream().anyMatch(id -> id.typeUrl().equals(typeUrl));
    }

    /** It has answered everything up to this transaction; empty: it has not said so yet. */
    Optional<Position> answered() {
        return answered;
    }
}
