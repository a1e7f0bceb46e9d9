package dev.gatehouse.standalone.run;

import dev.gatehouse.controller.text.ResourceText;
import dev.gatehouse.envoyprocess.EnvoyAdmin;
import dev.gatehouse.standalone.fleet.EnvoyFleet;
import dev.gatehouse.xds.snapshot.FleetSnapshot;
import dev.gatehouse.xds.snapshot.SnapshotStore;
import dev.gatehouse.xds.stream.TypeStatus;
import dev.gatehouse.xds.view.Subscriber;
import dev.gatehouse.xds.view.XdsView;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the subscribers of xds-svc were sent and answered, and what a proxy has, for 'gatehouse xds'. Thread-safe. */
@Singleton
public final class XdsPages {
    private final XdsView xds;
    private final SnapshotStore snapshots;
    private final Instance instance;

    XdsPages(XdsView xds, SnapshotStore snapshots, Instance instance) {
        this.xds = xds;
        this.snapshots = snapshots;
        this.instance = instance;
    }

    /** Every subscriber, with each type that it asks for. */
    JsonArray proxies(Instant now) {
        JsonArray proxies = new JsonArray();
        for (Subscriber subscriber : xds.subscribers()) {
            JsonArray types = new JsonArray();
            subscriber.types().forEach(type -> types.add(type(type, now)));
            proxies.add(new JsonObject()
                    .put("node", subscriber.nodeId())
                    .put("gateway", subscriber.fleet())
                    .put("version", subscriber.version())
                    .put("protocol", subscriber.protocol())
                    .put("connectedSince", subscriber.connectedAt().toString())
                    .put("types", types));
        }
        return proxies;
    }

    private static JsonObject type(TypeStatus type, Instant now) {
        JsonArray names = new JsonArray();
        if (type.wildcard()) {
            names.add("*");
        }
        type.names().stream().sorted().forEach(names::add);
        return new JsonObject()
                .put("type", ResourceText.typeName(type.typeUrl()))
                .put("sent", type.sentVersion())
                .put("acknowledged", type.ackedVersion())
                .put(
                        "lastAckAgeMillis",
                        type.ackedAt()
                                .map(at -> Duration.between(at, now).toMillis())
                                .orElse(null))
                .put("resources", type.resources())
                .put("subscribed", names)
                .put("refused", new JsonArray(type.refused().stream().sorted().toList()))
                .put("error", type.lastRejection().orElse(null));
    }

    /**
     * What a proxy should have against what it has.
     *
     * @param proxy node id, or the Gateway's name where it has one proxy
     * @throws IllegalArgumentException with the reason why that cannot be told
     * @throws IOException if the proxy's admin page does not answer
     */
    JsonObject difference(String proxy) throws IOException {
        Subscriber subscriber = subscriber(proxy);
        FleetSnapshot wanted = snapshots
                .current(subscriber.fleet())
                .orElseThrow(() -> new IllegalArgumentException(
                        "Nothing is published for " + subscriber.fleet() + " yet, so there is nothing to compare."));
        String dump = new EnvoyAdmin(admin(subscriber)).get("/config_dump?include_eds");
        ProxyDifference.Result result =
                ProxyDifference.of(wanted, (typeUrl, name) -> asks(subscriber, typeUrl, name), dump);
        JsonArray differences = new JsonArray();
        result.differences()
                .forEach(each -> differences.add(new JsonObject()
                        .put("type", ResourceText.typeName(each.typeUrl()))
                        .put("name", each.name())
                        .put("what", each.what().name())
                        .put("detail", each.detail())
                        .put("fields", new JsonArray(each.fields()))));
        return new JsonObject()
                .put("node", subscriber.nodeId())
                .put("gateway", subscriber.fleet())
                .put("compared", result.compared())
                .put("differences", differences);
    }

    private Subscriber subscriber(String proxy) {
        List<Subscriber> all = xds.subscribers();
        List<Subscriber> found = all.stream()
                .filter(each -> each.nodeId().equals(proxy) || each.fleet().equals(proxy))
                .toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("No proxy \"" + proxy + "\" is connected (expected: one of "
                    + all.stream().map(Subscriber::nodeId).distinct().sorted().collect(Collectors.joining(", "))
                    + ", or a Gateway's namespace/name).");
        }
        if (found.size() > 1) {
            throw new IllegalArgumentException("\"" + proxy + "\" are several (expected: one of "
                    + found.stream().map(Subscriber::nodeId).collect(Collectors.joining(", ")) + ").");
        }
        return found.getFirst();
    }

    private SocketAddress admin(Subscriber subscriber) {
        Optional<SocketAddress> address = instance.fleet()
                .map(EnvoyFleet::states)
                .map(states -> states.get(subscriber.fleet()))
                .flatMap(state -> state.adminAddress());
        return address.orElseThrow(() -> new IllegalArgumentException("\"" + subscriber.nodeId() + "\" is no Envoy that"
                + " this instance runs, so that its admin page is not known here: a callout service has none; of a proxy"
                + " elsewhere compare GET /config_dump?include_eds of its own admin page."));
    }

    private static boolean asks(Subscriber subscriber, String typeUrl, String name) {
        return subscriber.types().stream()
                .filter(type -> type.typeUrl().equals(typeUrl))
                .anyMatch(type -> type.wildcard() || type.names().contains(name));
    }
}
