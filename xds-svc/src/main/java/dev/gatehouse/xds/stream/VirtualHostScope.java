package dev.gatehouse.xds.stream;

import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.xds.snapshot.FleetSnapshot;
import dev.gatehouse.xds.snapshot.ResourceSet;
import dev.gatehouse.xds.stream.TypeSubscription.Scope;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides which virtual hosts a subscriber can take. Envoy subscribes to all virtual hosts at once, and permanently
 * ignores virtual hosts of a route table that it does not have. So a table's virtual hosts are sent after it has
 * accepted the table, and again after it has requested the table again. A replaced table serves requests until no
 * listener refers to it, so its virtual hosts stay while the subscriber subscribes to the table.
 *
 * <p>The name of a virtual host is "table/host", where the table's may have slashes, too (Envoy, VHDS).
 */
final class VirtualHostScope implements Scope {
    private final Map<String, TypeSubscription> subscriptions;
    private final RouteTables known;
    private ResourceSet tables = ResourceSet.EMPTY;

    /**
     * @param subscriptions the stream's subscriptions, by type URL
     * @param known the route tables that the subscriber has
     */
    VirtualHostScope(Map<String, TypeSubscription> subscriptions, RouteTables known) {
        this.subscriptions = subscriptions;
        this.known = known;
    }

    /** True: which tables there are has changed. */
    boolean follow(FleetSnapshot target) {
        ResourceSet now = target.ofType(TypeUrls.ROUTES);
        boolean changed = now != tables;
        tables = now;
        return changed;
    }

    static String table(String virtualHost) {
        return virtualHost.substring(0, Math.max(0, virtualHost.lastIndexOf('/')));
    }

    private @Nullable TypeSubscription routes() {
        return subscriptions.get(TypeUrls.ROUTES);
    }

    @Override
    public boolean takes(String name) {
        return known.isEstablished(table(name));
    }

    @Override
    public boolean drops(String name) {
        TypeSubscription routes = routes();
        return routes != null && !routes.subscribesTo(table(name));
    }

    @Override
    public boolean keeps(String name) {
        return !drops(name) && !tables.containsKey(table(name));
    }
}
