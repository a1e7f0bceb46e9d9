package dev.gatehouse.controller.translate;

import com.google.protobuf.Message;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.Set;

/**
 * A resource to be published.
 *
 * @param secret it holds a private key or a client secret
 * @param owners the objects that it was made from: to whom a rejection is told
 */
public record Output(Message message, boolean secret, Set<ObjectRef> owners) {
    public Output {
        owners = Set.copyOf(owners);
    }
}
