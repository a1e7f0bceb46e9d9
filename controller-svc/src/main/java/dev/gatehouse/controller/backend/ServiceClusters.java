package dev.gatehouse.controller.backend;

import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The clusters of services that proxies themselves call for a policy: authorization servers, key sets, external processors. */
public final class ServiceClusters {
    /** The view of other objects that is needed to make the clusters. */
    public interface World {
        /** The target of a backend reference. */
        Target backend(ReferenceGrant.Origin origin, BackendReference reference, boolean grpc);

        /** A Backend of Envoy Gateway's API. */
        Optional<Backend> backendObject(ObjectKey key);
    }

    private ServiceClusters() {}

    /**
     * Makes one cluster of all {@code references}.
     *
     * @param place the path of the object that has the field {@code backendRefs}
     * @param problems receives the reasons if no cluster can be made
     */
    public static Optional<ClusterSpec> cluster(
            World world,
            ReferenceGrant.Origin origin,
            List<BackendReference> references,
            boolean grpc,
            String place,
            List<String> problems) {
        List<ClusterGroup.Member> members = new ArrayList<>();
        int before = problems.size();
        for (int i = 0; i < references.size(); i++) {
            BackendReference reference = references.get(i);
            switch (world.backend(origin, reference, grpc)) {
                case Target.Found found ->
                    members.add(new ClusterGroup.Member(found.cluster(), reference.weight(), found.standBy()));
                case Target.Unresolved unresolved ->
                    problems.add(place + ".backendRefs[" + i + "]: " + withoutDot(unresolved.message()));
            }
        }
        members.removeIf(member -> member.weight() == 0);
        if (problems.size() > before) {
            return Optional.empty();
        }
        Optional<String> obstacle = members.isEmpty()
                ? Optional.of("have no weight (expected: at least one with a weight above 0)")
                : ClusterGroup.obstacle(members);
        if (obstacle.isPresent()) {
            problems.add(place + ".backendRefs: the backends " + obstacle.get());
            return Optional.empty();
        }
        return Optional.of(members.size() == 1 ? members.getFirst().cluster() : ClusterGroup.of(members));
    }

    /** The authority of requests to a service: the name of its first backend, as seen from {@code namespace}. */
    public static String authority(World world, BackendReference reference, String namespace) {
        ObjectKey key = reference.key(namespace);
        if (reference.group().equals(Kinds.ENVOY_GATEWAY_GROUP)) {
            return world.backendObject(key).stream()
                    .flatMap(backend -> backend.endpoints().stream())
                    .map(Backend.Member::endpoint)
                    .flatMap(endpoint -> endpoint instanceof Backend.Endpoint.Fqdn fqdn
                            ? Optional.of(fqdn.hostname() + ":" + fqdn.port()).stream()
                            : Optional.<String>empty().stream())
                    .findFirst()
                    .orElse(key.name() + "." + key.namespace());
        }
        return key.name() + "." + key.namespace()
                + reference.port().map(port -> ":" + port).orElse("");
    }

    /** An authority without its port. */
    public static String hostname(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon < 0 ? authority : authority.substring(0, colon);
    }

    private static String withoutDot(String message) {
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }
}
