package dev.gatehouse.events.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gatehouse.events.LogRecords;
import dev.gatehouse.events.ResourceId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The key of a record: of all records with a key, Kafka keeps the last. The first letter is the type of the record, the
 * rest its identity.
 */
sealed interface LogKey {
    /** A resource: its last Put; a tombstone when it is deleted. */
    record Resource(ResourceId id) implements LogKey {}

    /** The last Commit of a fleet. */
    record Fleet(String name) implements LogKey {}

    /** The beginning of the epoch: what stands before it is of the past. */
    record Started() implements LogKey {}

    /** Marks the end of the content that existed when the epoch began. */
    record CaughtUp() implements LogKey {}

    /** Of a newer version. */
    record Unknown() implements LogKey {}

    default byte[] bytes() {
        return switch (this) {
            case Resource resource ->
                join('r', LogRecords.message(resource.id()).toByteArray());
            case Fleet fleet -> join('f', fleet.name().getBytes(StandardCharsets.UTF_8));
            case Started _ -> join('s', new byte[0]);
            case CaughtUp _ -> join('u', new byte[0]);
            case Unknown _ -> throw new IllegalArgumentException("a key that is not known cannot be written");
        };
    }

    static LogKey of(byte[] bytes) {
        if (bytes.length == 0) {
            return new Unknown();
        }
        byte[] rest = Arrays.copyOfRange(bytes, 1, bytes.length);
        return switch (bytes[0]) {
            case 'r' -> {
                try {
                    yield new Resource(LogRecords.id(dev.gatehouse.api.configlog.v1.ResourceId.parseFrom(rest)));
                } catch (InvalidProtocolBufferException e) {
                    yield new Unknown();
                }
            }
            case 'f' -> new Fleet(new String(rest, StandardCharsets.UTF_8));
            case 's' -> new Started();
            case 'u' -> new CaughtUp();
            default -> new Unknown();
        };
    }

    private static byte[] join(char kind, byte[] rest) {
        byte[] bytes = new byte[rest.length + 1];
        bytes[0] = (byte) kind;
        System.arraycopy(rest, 0, bytes, 1, rest.length);
        return bytes;
    }
}
