package dev.gatehouse.events;

import dev.gatehouse.api.configlog.v1.Commit;
import dev.gatehouse.api.configlog.v1.Record;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The config log's records as they leave a process, whatever carries them: secrets only sealed. */
public final class LogRecords {
    private static final Logger LOG = System.getLogger(LogRecords.class.getName());

    private LogRecords() {}

    /** An empty record at {@code position}. */
    public static Record.Builder at(Position position) {
        return Record.newBuilder().setEpoch(position.epoch()).setOffset(position.offset());
    }

    /** Where {@code entry} stands. */
    public static Position position(Record entry) {
        return new Position(entry.getEpoch(), entry.getOffset());
    }

    public static dev.gatehouse.api.configlog.v1.ResourceId message(ResourceId id) {
        return dev.gatehouse.api.configlog.v1.ResourceId.newBuilder()
                .setFleet(id.fleet())
                .setTypeUrl(id.typeUrl())
                .setName(id.name())
                .build();
    }

    public static ResourceId id(dev.gatehouse.api.configlog.v1.ResourceId message) {
        return new ResourceId(message.getFleet(), message.getTypeUrl(), message.getName());
    }

    /** The record of {@code put}; a secret without a seal is withheld. */
    public static dev.gatehouse.api.configlog.v1.Put message(Put put, Optional<Seal> seal) {
        dev.gatehouse.api.configlog.v1.Put.Builder message = dev.gatehouse.api.configlog.v1.Put.newBuilder()
                .setId(message(put.id()))
                .setVersion(put.version());
        if (!put.secret()) {
            return message.setResource(put.resource()).build();
        }
        message.setSealed(true);
        seal.ifPresent(key -> message.setSealKeyId(key.sealingKeyId()).setResource(key.seal(put)));
        return message.build();
    }

    /** The end of {@code transaction}. */
    public static Commit commit(Transaction transaction) {
        return Commit.newBuilder()
                .setFleet(transaction.fleet())
                .setPublishedAtMillis(transaction.publishedAt().toEpochMilli())
                .setFleetRemoved(transaction.fleetRemoved())
                .setTraceparent(transaction.trace())
                .build();
    }

    /** The transaction that {@code commit} ends. */
    public static Transaction transaction(Commit commit, List<Put> puts, List<ResourceId> deletes) {
        return new Transaction(
                commit.getFleet(),
                puts,
                deletes,
                Instant.ofEpochMilli(commit.getPublishedAtMillis()),
                commit.getFleetRemoved(),
                commit.getTraceparent());
    }

    /** What {@code message} puts; empty: it is a secret that cannot be opened, which is logged. */
    public static Optional<Put> open(dev.gatehouse.api.configlog.v1.Put message, Optional<Seal> seal) {
        ResourceId id = id(message.getId());
        if (!message.getSealed()) {
            return Optional.of(new Put(id, message.getVersion(), message.getResource(), false));
        }
        String refusal;
        if (message.getSealKeyId().isEmpty()) {
            refusal =
                    "withheld by the controller, which has no sealing key (expected: the same key ring on both sides)";
        } else if (seal.isEmpty()) {
            refusal = "sealed with key \"" + message.getSealKeyId() + "\", and no sealing key is configured here";
        } else {
            switch (seal.get().open(id, message.getVersion(), message.getSealKeyId(), message.getResource())) {
                case Seal.Opening.Opened opened -> {
                    return Optional.of(new Put(id, message.getVersion(), opened.resource(), true));
                }
                case Seal.Opening.Refused refused -> refusal = refused.reason();
            }
        }
        LOG.log(Level.ERROR, "Secret {0} of fleet {1} is left out: {2}", id.name(), id.fleet(), refusal);
        return Optional.empty();
    }
}
