package dev.gatehouse.controller.proto;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;

/**
 * Sets fields that Envoy supports and the generated classes of its API do not have yet. A message of {@code
 * gatehouse.envoy.v1} has these fields under Envoy's numbers. They are sent on the wire; Java sees them as unknown
 * fields.
 */
public final class NewerFields {
    private NewerFields() {}

    /** A copy of {@code message} that also has the fields of {@code newer}. */
    @SuppressWarnings("unchecked")
    public static <M extends Message> M with(M message, Message newer) {
        try {
            return (M) message.toBuilder().mergeFrom(newer.toByteString()).build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message that was made here cannot be read: " + newer, e);
        }
    }
}
