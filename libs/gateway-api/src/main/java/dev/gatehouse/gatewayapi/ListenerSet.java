package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;

/** ListenerSet (GEP-1713): adds listeners to a Gateway, possibly of another owner. */
public record ListenerSet(ParentReference parent, List<Listener> listeners) {
    public ListenerSet {
        listeners = List.copyOf(listeners);
    }

    static ListenerSet read(Fields f) {
        return new ListenerSet(f.requiredObject("parentRef", ParentReference::read), Listener.readAll(f));
    }
}
