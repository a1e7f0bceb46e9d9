package dev.gatehouse.controller.gateway;

import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.Comparator;

/**
 * Names a listener.
 *
 * @param gateway the Gateway that serves it
 * @param owner the Gateway itself, or the ListenerSet that adds it
 * @param name the listener's name within its owner
 */
public record ListenerKey(ObjectKey gateway, ObjectRef owner, String name) implements Comparable<ListenerKey> {
    private static final Comparator<ListenerKey> ORDER = Comparator.comparing(ListenerKey::gateway)
            .thenComparing(ListenerKey::owner)
            .thenComparing(ListenerKey::name);

    @Override
    public int compareTo(ListenerKey other) {
        return ORDER.compare(this, other);
    }

    /** "namespace/gateway/listener", or "namespace/gateway/listenersetNamespace/listenerset/listener". */
    @Override
    public String toString() {
        return owner.kind().equals("Gateway") ? gateway + "/" + name : gateway + "/" + owner.key() + "/" + name;
    }
}
