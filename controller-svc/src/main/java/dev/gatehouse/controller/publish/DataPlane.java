package dev.gatehouse.controller.publish;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.controller.status.FleetState;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The state of each fleet, from the reports of its subscribers. Not thread-safe.
 *
 * <p>A generation of an object is in force once every connected proxy has applied the transaction that it came with; it
 * stays so while newer ones are under way, and while proxies are not connected: they go on serving.
 */
public final class DataPlane {
    private static final class Node {
        private Optional<Position> applied = Optional.empty();
        /** The rejections by resource. A rejection without a resource name is under the empty name of its type. */
        private final Map<DataPlaneReport.Resource, DataPlaneReport.Rejected> rejected = new LinkedHashMap<>();

        boolean has(Optional<Position> wanted) {
            return applied.isPresent()
                    && wanted.map(each -> each.isWithin(applied.get())).orElse(true);
        }

        void reject(DataPlaneReport.Rejected rejection) {
            List<String> names = rejection.getResourcesCount() == 0 ? List.of("") : rejection.getResourcesList();
            for (String name : names) {
                DataPlaneReport.Resource resource = DataPlaneReport.Resource.newBuilder()
                        .setTypeUrl(rejection.getTypeUrl())
                        .setName(name)
                        .build();
                rejected.remove(resource);
                rejected.put(resource, rejection);
            }
        }

        /**
         * The subscriber has answered everything up to a position. Of its rejections up to there, only the resources
         * {@code still} remain rejected.
         */
        void settle(Position position, Collection<DataPlaneReport.Resource> still) {
            rejected.entrySet().removeIf(each -> {
                boolean later = each.getValue().getEpoch().equals(position.epoch())
                        && each.getValue().getOffset() > position.offset();
                return !later && !still.contains(each.getKey());
            });
        }
    }

    /** A generation and the transaction that it came with; absent: the fleet had no transaction yet. */
    private record Milestone(long generation, Optional<Position> position) {}

    private static final class Fleet {
        private final Map<String, Node> nodes = new TreeMap<>();
        private final Map<ObjectRef, List<Milestone>> awaited = new HashMap<>();
        private final Map<ObjectRef, Long> reached = new HashMap<>();
    }

    private final Function<ResourceId, Set<ObjectRef>> owners;
    private final Quarantine quarantine;
    private final Map<String, Fleet> fleets = new HashMap<>();

    /**
     * @param owners gives the objects that a resource was made from
     * @param quarantine the parts that are held back; for fleets with quarantine only their owners are reported as
     * rejected
     */
    public DataPlane(Function<ResourceId, Set<ObjectRef>> owners, Quarantine quarantine) {
        this.owners = owners;
        this.quarantine = quarantine;
    }

    /** Takes a report; returns the state of its fleet after it. */
    public FleetState take(DataPlaneReport report) {
        Fleet fleet = fleets.computeIfAbsent(report.getFleet(), _ -> new Fleet());
        if (report.getWhatCase() == DataPlaneReport.WhatCase.DISCONNECTED) {
            fleet.nodes.remove(report.getNodeId());
        } else {
            Node node = fleet.nodes.computeIfAbsent(report.getNodeId(), _ -> new Node());
            switch (report.getWhatCase()) {
                case APPLIED -> {
                    Position position = new Position(
                            report.getApplied().getEpoch(), report.getApplied().getOffset());
                    node.applied = Optional.of(position);
                    node.settle(position, Set.of());
                }
                case SETTLED -> {
                    Position position = new Position(
                            report.getSettled().getEpoch(), report.getSettled().getOffset());
                    node.settle(position, report.getSettled().getRefusedList());
                    // Only the owners of held-back parts are reported as rejected. Everything else is in force.
                    if (quarantine.isFor(report.getFleet())) {
                        node.applied = Optional.of(position);
                    }
                }
                case REJECTED -> node.reject(report.getRejected());
                case CONNECTED, DISCONNECTED, WHAT_NOT_SET -> {
                    // A connected subscriber is known from now on. A report that is not set comes from a newer xds-svc
                    // and is unknown to this controller.
                }
            }
        }
        return state(report.getFleet());
    }

    /**
     * Records that a generation of an object has been published.
     *
     * @param position the position of the fleet's last transaction; absent: the fleet had none yet
     */
    public FleetState published(String fleet, ObjectRef object, long generation, Optional<Position> position) {
        List<Milestone> milestones =
                fleets.computeIfAbsent(fleet, _ -> new Fleet()).awaited.computeIfAbsent(object, _ -> new ArrayList<>());
        if (milestones.stream().noneMatch(milestone -> milestone.generation() == generation)) {
            milestones.add(new Milestone(generation, position));
        }
        return state(fleet);
    }

    /** Records that the fleet no longer serves the object. */
    public FleetState withdrawn(String name, ObjectRef object) {
        Fleet fleet = fleets.get(name);
        if (fleet != null) {
            fleet.awaited.remove(object);
            fleet.reached.remove(object);
            if (fleet.awaited.isEmpty() && fleet.reached.isEmpty() && fleet.nodes.isEmpty()) {
                fleets.remove(name);
            }
        }
        return state(name);
    }

    /** The state of a fleet. */
    public FleetState state(String name) {
        Fleet fleet = fleets.get(name);
        if (fleet == null) {
            return FleetState.UNKNOWN;
        }
        fleet.awaited.values().removeIf(List::isEmpty);
        fleet.awaited.forEach((object, milestones) -> {
            for (Milestone milestone : List.copyOf(milestones)) {
                boolean everywhere = !fleet.nodes.isEmpty()
                        && fleet.nodes.values().stream().allMatch(node -> node.has(milestone.position()));
                if (everywhere) {
                    fleet.reached.put(object, milestone.generation());
                    milestones.removeIf(each -> each.generation() <= milestone.generation());
                }
            }
        });
        Map<ObjectRef, String> rejections = new HashMap<>();
        List<String> refusing = new ArrayList<>();
        List<String> waiting = new ArrayList<>();
        boolean isolated = quarantine.isFor(name);
        if (isolated) {
            rejections.putAll(quarantine.rejections(name));
        }
        fleet.nodes.forEach((id, node) -> {
            if (!isolated && !node.rejected.isEmpty()) {
                refusing.add(id);
                node.rejected.forEach((resource, rejected) -> reject(name, id, resource, rejected, rejections));
            }
            if (node.applied.isEmpty()) {
                waiting.add(id);
            }
        });
        return new FleetState(fleet.nodes.size(), waiting, refusing, rejections, fleet.reached);
    }

    private void reject(
            String fleet,
            String nodeId,
            DataPlaneReport.Resource resource,
            DataPlaneReport.Rejected rejected,
            Map<ObjectRef, String> rejections) {
        if (resource.getName().isEmpty()) {
            return;
        }
        String message =
                about(resource.getName(), rejected.getMessage()) + " (" + nodeId + ", " + resource.getName() + ")";
        for (ObjectRef owner : owners.apply(new ResourceId(fleet, resource.getTypeUrl(), resource.getName()))) {
            rejections.putIfAbsent(owner, message);
        }
    }

    /** The lines of {@code message} that begin with the resource's name; the whole message if no line does. */
    static String about(String name, String message) {
        String own =
                message.lines().filter(line -> line.startsWith(name + ": ")).collect(Collectors.joining("\n"));
        return own.isEmpty() ? message.strip() : own;
    }
}
