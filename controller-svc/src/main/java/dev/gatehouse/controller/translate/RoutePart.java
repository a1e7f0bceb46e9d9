package dev.gatehouse.controller.translate;

import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.Comparator;

/**
 * The contribution of a route on a listener to a whole table, or to one host of it. Proxies accept or refuse a host
 * independently of other hosts.
 *
 * @param host the served hostname, which may be narrower than the route's own; empty: the whole table
 */
public record RoutePart(BindingKey binding, String host) implements OutputPart, Comparable<RoutePart> {
    private static final Comparator<RoutePart> ORDER =
            Comparator.comparing(RoutePart::binding).thenComparing(RoutePart::host);

    /** The contribution of a route to a whole table. */
    public static RoutePart whole(BindingKey binding) {
        return new RoutePart(binding, "");
    }

    @Override
    public ObjectRef owner() {
        return binding.route();
    }

    @Override
    public int compareTo(RoutePart other) {
        return ORDER.compare(this, other);
    }
}
