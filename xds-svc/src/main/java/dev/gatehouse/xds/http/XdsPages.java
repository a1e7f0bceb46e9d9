package dev.gatehouse.xds.http;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.envoyapi.Redaction;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.grpcserver.admin.AdminPages;
import dev.gatehouse.xds.snapshot.FleetSnapshot;
import dev.gatehouse.xds.snapshot.ResourceSet;
import dev.gatehouse.xds.snapshot.SnapshotStore;
import dev.gatehouse.xds.snapshot.VersionedResource;
import dev.gatehouse.xds.stream.TypeStatus;
import dev.gatehouse.xds.view.Subscriber;
import dev.gatehouse.xds.view.XdsView;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code /gatehouse/xds/subscribers}: every subscriber of this replica with each subscribed type. {@code
 * /gatehouse/xds/resources?fleet=NAME}: the resources that the fleet is served, each with its version and its bytes in
 * Base64, without secrets; without {@code fleet}: the names of the fleets. Thread-safe.
 */
@Singleton
public final class XdsPages {
    private final XdsView view;
    private final SnapshotStore snapshots;
    private final InstantSource clock = InstantSource.system();

    /** Of this replica. */
    public XdsPages(XdsView view, SnapshotStore snapshots) {
        this.view = view;
        this.snapshots = snapshots;
    }

    /** Registers the pages. */
    public void routes(@Observes Router router) {
        AdminPages.get(
                router,
                "/gatehouse/xds/subscribers",
                _ -> subscribers(clock.instant()).encode());
        AdminPages.get(
                router,
                "/gatehouse/xds/resources",
                context -> Optional.ofNullable(context.queryParams().get("fleet"))
                        .map(this::resources)
                        .orElseGet(this::fleets)
                        .encode());
    }

    JsonArray subscribers(Instant now) {
        JsonArray subscribers = new JsonArray();
        for (Subscriber subscriber : view.subscribers()) {
            JsonArray types = new JsonArray();
            subscriber.types().forEach(type -> types.add(type(type, now)));
            subscribers.add(new JsonObject()
                    .put("node", subscriber.nodeId())
                    .put("fleet", subscriber.fleet())
                    .put("version", subscriber.version())
                    .put("protocol", subscriber.protocol())
                    .put("connectedSince", subscriber.connectedAt().toString())
                    .put(
                            "applied",
                            subscriber
                                    .applied()
                                    .map(position -> position.offset())
                                    .orElse(0L))
                    .put(
                            "published",
                            snapshots
                                    .current(subscriber.fleet())
                                    .map(snapshot -> snapshot.position().offset())
                                    .orElse(0L))
                    .put("types", types));
        }
        return subscribers;
    }

    private static JsonObject type(TypeStatus type, Instant now) {
        JsonArray names = new JsonArray();
        if (type.wildcard()) {
            names.add("*");
        }
        type.names().stream().sorted().forEach(names::add);
        return new JsonObject()
                .put("type", type.typeUrl())
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

    JsonObject fleets() {
        JsonArray fleets = new JsonArray();
        new TreeMap<>(snapshots.resourcesByFleet())
                .forEach((fleet, count) -> snapshots
                        .current(fleet)
                        .ifPresent(snapshot -> fleets.add(head(snapshot).put("resources", count))));
        return new JsonObject().put("live", snapshots.live()).put("fleets", fleets);
    }

    JsonObject resources(String fleet) {
        FleetSnapshot snapshot = snapshots
                .current(fleet)
                .orElseThrow(() -> new IllegalArgumentException("Nothing is published for \"" + fleet
                        + "\" (expected: one of "
                        + snapshots.resourcesByFleet().keySet().stream()
                                .sorted()
                                .toList() + ")."));
        JsonArray resources = new JsonArray();
        new TreeMap<>(snapshot.types())
                .forEach(
                        (typeUrl, set) -> sorted(set).values().forEach(each -> resources.add(resource(typeUrl, each))));
        return head(snapshot).put("resources", resources);
    }

    private static TreeMap<String, VersionedResource> sorted(ResourceSet set) {
        return new TreeMap<>(set);
    }

    private static JsonObject head(FleetSnapshot snapshot) {
        return new JsonObject()
                .put("fleet", snapshot.fleet())
                .put("epoch", snapshot.position().epoch())
                .put("offset", snapshot.position().offset())
                .put("publishedAt", snapshot.publishedAt().toString());
    }

    private static JsonObject resource(String typeUrl, VersionedResource resource) {
        return new JsonObject()
                .put("type", typeUrl)
                .put("name", resource.name())
                .put("version", resource.version())
                .put("value", Base64.getEncoder().encodeToString(shown(typeUrl, resource.any())));
    }

    /** Without secrets; bytes of a type with secrets that cannot be read are not shown. */
    private static byte[] shown(String typeUrl, Any any) {
        try {
            return switch (typeUrl) {
                case TypeUrls.SECRET ->
                    Redaction.of(Secret.parseFrom(any.getValue())).toByteArray();
                case TypeUrls.ACCESS ->
                    Redaction.of(AccessPolicy.parseFrom(any.getValue())).toByteArray();
                default -> any.getValue().toByteArray();
            };
        } catch (InvalidProtocolBufferException e) {
            return new byte[0];
        }
    }
}
