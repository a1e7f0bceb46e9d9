package dev.gatehouse.events;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.List;

/** Transactions for tests. */
public final class Changes {
    private static final String TYPE = "type.googleapis.com/t";

    private Changes() {}

    public static ResourceId id(String fleet, String name) {
        return new ResourceId(fleet, TYPE, name);
    }

    public static Put put(String fleet, String name, int version, boolean secret) {
        ByteString bytes = ByteString.copyFromUtf8("bytes of " + name);
        return new Put(id(fleet, name), Integer.toString(version), bytes, secret);
    }

    public static Transaction set(String fleet, String name, int version) {
        return new Transaction(fleet, List.of(put(fleet, name, version, false)), List.of(), Instant.EPOCH, false);
    }

    public static Transaction secret(String fleet, String name, int version) {
        return new Transaction(fleet, List.of(put(fleet, name, version, true)), List.of(), Instant.EPOCH, false);
    }

    public static Transaction delete(String fleet, String name) {
        return new Transaction(fleet, List.of(), List.of(id(fleet, name)), Instant.EPOCH, false);
    }

    public static Transaction removed(String fleet) {
        return new Transaction(fleet, List.of(), List.of(), Instant.EPOCH, true);
    }
}
