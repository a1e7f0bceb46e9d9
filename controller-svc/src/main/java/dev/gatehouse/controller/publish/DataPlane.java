package dev.gatehouse.controller.publish;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.status.FleetState;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What the subscribers of each fleet say of their configuration. Not thread-safe.
 *
 * <p>A fleet is programmed once every connected proxy has acknowledged a configuration, and stays so while newer ones are under
 * way: the proxies go on serving. It is not any more when a proxy refuses one.
 */
public final class DataPlane {
    private static final class Node {
        private boolean connected;
        private Optional<Position> applied = Optional.empty();
        private Optional<DataPlaneReport> rejected = Optional.empty();
    }

    private final Function<ResourceId, Set<ObjectRef>> owners;
    private final Map<String, Map<String, Node>> fleets = new HashMap<>();

    /** @param owners the objects that a resource was made from */
    public DataPlane(Function<ResourceId, Set<ObjectRef>> owners) {
        this.owners = owners;
    }

    /** Takes a report; returns the state of its fleet after it. */
    public FleetState take(DataPlaneReport report) {
        Map<String, Node> nodes = fleets.computeIfAbsent(report.getFleet(), _ -> new TreeMap<>());
        Node node = nodes.computeIfAbsent(report.getNodeId(), _ -> new Node());
        switch (report.getWhatCase()) {
            case CONNECTED -> node.connected = true;
            case DISCONNECTED -> nodes.remove(report.getNodeId());
            case APPLIED -> {
                Position position = new Position(
                        report.getApplied().getEpoch(), report.getApplied().getOffset());
                node.connected = true;
                node.applied = Optional.of(position);
                node.rejected = node.rejected.filter(
                        rejection -> rejection.getRejected().getEpoch().equals(position.epoch())
                                && rejection.getRejected().getOffset() > position.offset());
            }
            case REJECTED -> {
                node.connected = true;
                node.rejected = Optional.of(report);
            }
            case WHAT_NOT_SET -> {
                // A newer xds-svc reports something that this controller does not know.
            }
        }
        return state(report.getFleet());
    }

    /** The state of a fleet. */
    public FleetState state(String fleet) {
        Map<String, Node> nodes = fleets.getOrDefault(fleet, Map.of());
        if (nodes.isEmpty()) {
            return FleetState.UNKNOWN;
        }
        Map<ObjectRef, String> rejections = new HashMap<>();
        for (Map.Entry<String, Node> entry : nodes.entrySet()) {
            entry.getValue()
                    .rejected
                    .ifPresent(report -> reject(fleet, entry.getKey(), report.getRejected(), rejections));
        }
        List<String> refusing = nodes.entrySet().stream()
                .filter(entry -> entry.getValue().rejected.isPresent())
                .map(Map.Entry::getKey)
                .toList();
        if (!refusing.isEmpty()) {
            return new FleetState(
                    Condition.isFalse(
                            Conditions.PROGRAMMED,
                            "Invalid",
                            "Refused by " + String.join(", ", refusing) + ", which serve the last good configuration."),
                    rejections);
        }
        long waiting =
                nodes.values().stream().filter(node -> node.applied.isEmpty()).count();
        return new FleetState(
                waiting == 0
                        ? Condition.isTrue(
                                Conditions.PROGRAMMED, "Programmed", "Every connected proxy has the configuration.")
                        : new Condition(
                                Conditions.PROGRAMMED,
                                Condition.Status.False,
                                "Pending",
                                waiting + " of " + nodes.size() + " connected proxies have no configuration yet."),
                Map.of());
    }

    private void reject(
            String fleet, String nodeId, DataPlaneReport.Rejected rejected, Map<ObjectRef, String> rejections) {
        for (String name : rejected.getResourcesList()) {
            if (name.isEmpty()) {
                continue;
            }
            for (ObjectRef owner : owners.apply(new ResourceId(fleet, rejected.getTypeUrl(), name))) {
                rejections.putIfAbsent(owner, rejected.getMessage() + " (" + nodeId + ", " + name + ")");
            }
        }
    }
}
