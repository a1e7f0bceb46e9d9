package dev.gatehouse.controller.translate;

import com.google.protobuf.Message;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.Map;
import java.util.Set;

/**
 * A resource to be published.
 *
 * @param secret it holds a private key or a client secret
 * @param owners the objects that it was made from: to whom a rejection is told
 * @param parts of a route table: what each route contributes to it, by a fingerprint; empty for resources of one piece
 * @param heldBack of a route table: the routes whose contribution is held back ({@link Hold})
 */
public record Output(
        Message message,
        boolean secret,
        Set<ObjectRef> owners,
        Map<BindingKey, Integer> parts,
        Set<BindingKey> heldBack) {
    public Output {
        owners = Set.copyOf(owners);
        parts = Map.copyOf(parts);
        heldBack = Set.copyOf(heldBack);
    }

    /** A resource of one piece. */
    public Output(Message message, boolean secret, Set<ObjectRef> owners) {
        this(message, secret, owners, Map.of(), Set.of());
    }
}
