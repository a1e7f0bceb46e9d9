package dev.gatehouse.xds.stream;

import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.xds.snapshot.FleetSnapshot;
import dev.gatehouse.xds.snapshot.ResourceSet;
import dev.gatehouse.xds.stream.TypeSubscription.Scope;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which virtual hosts a subscriber can take: Envoy asks for all of them at once, and passes over those of a route table that it does not
 * have, for good. So a table's virtual hosts are sent when it has accepted the table, and again when it has asked for the table anew.
 * A table that is replaced serves requests until nothing refers to it: its virtual hosts stay for as long as the subscriber asks for it.
 *
 * <p>The name of a virtual host is "table/host", where the table's may have slashes, too (Envoy, VHDS).
 */
final class VirtualHostScope implements Scope {
    private final Map<String, TypeSubscription> subscriptions;
    private final RouteTables known;
    private ResourceSet tables = ResourceSet.EMPTY;

    /**
     * @param subscriptions those of the stream, by type URL
     * @param known what the subscriber has of the stream's route tables
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
