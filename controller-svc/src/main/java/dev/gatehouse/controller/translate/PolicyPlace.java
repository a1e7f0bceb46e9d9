package dev.gatehouse.controller.translate;

import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.Comparator;
import java.util.Optional;

/**
 * A place where a policy is effective.
 *
 * @param route the route with the rule; empty: the listener's clients
 * @param rule the rule's name; empty: the rule has no name
 */
record PolicyPlace(ListenerKey listener, Optional<ObjectRef> route, Optional<String> rule)
        implements Comparable<PolicyPlace> {
    private static final Comparator<PolicyPlace> ORDER = Comparator.comparing(PolicyPlace::listener)
            .thenComparing(each -> each.route().map(ObjectRef::toString).orElse(""))
            .thenComparing(each -> each.rule().orElse(""));

    /** A listener as a whole. */
    static PolicyPlace of(ListenerKey listener) {
        return new PolicyPlace(listener, Optional.empty(), Optional.empty());
    }

    @Override
    public int compareTo(PolicyPlace other) {
        return ORDER.compare(this, other);
    }
}
