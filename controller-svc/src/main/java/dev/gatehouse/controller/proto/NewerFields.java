package dev.gatehouse.controller.proto;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;

/**
 * Sets fields that Envoy has and the classes of its API here do not have yet: a message of {@code gatehouse.envoy.v1} has them under
 * Envoy's numbers. They are on the wire; Java sees them as unknown fields.
 */
public final class NewerFields {
    private NewerFields() {}

    /** {@code message} with the fields of {@code newer} too. */
    @SuppressWarnings("unchecked")
    public static <M extends Message> M with(M message, Message newer) {
        try {
            return (M) message.toBuilder().mergeFrom(newer.toByteString()).build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message that was made here cannot be read: " + newer, e);
        }
    }
}
