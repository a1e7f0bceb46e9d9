package dev.gatehouse.controller.translate;

import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.Comparator;

/**
 * What a route on a listener contributes to a resource: to a whole table, or to one of its hosts, which is refused and accepted by
 * itself.
 *
 * @param host the hostname that is served, which the route's own may cover; empty: the whole table
 */
public record RoutePart(BindingKey binding, String host) implements OutputPart, Comparable<RoutePart> {
    private static final Comparator<RoutePart> ORDER =
            Comparator.comparing(RoutePart::binding).thenComparing(RoutePart::host);

    /** What a route contributes to a whole table. */
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
