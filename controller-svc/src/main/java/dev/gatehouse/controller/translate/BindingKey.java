package dev.gatehouse.controller.translate;

import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.Comparator;

/** A route on a listener. */
public record BindingKey(ListenerKey listener, ObjectRef route) implements Comparable<BindingKey> {
    private static final Comparator<BindingKey> ORDER =
            Comparator.comparing(BindingKey::listener).thenComparing(BindingKey::route);

    @Override
    public int compareTo(BindingKey other) {
        return ORDER.compare(this, other);
    }
}
