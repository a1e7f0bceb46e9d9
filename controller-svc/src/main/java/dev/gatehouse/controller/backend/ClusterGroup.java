package dev.gatehouse.controller.backend;

import dev.gatehouse.controller.backend.ClusterSpec.Endpoints;
import dev.gatehouse.gatewayapi.Backend;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Several backends as one cluster. Envoy's weighted routes could split requests too, but Envoy keeps sessions and falls
 * back to a stand-by backend only within one cluster.
 */
public final class ClusterGroup {
    /** A backend of the group. */
    public record Member(ClusterSpec cluster, int weight, boolean standBy) {}

    private ClusterGroup() {}

    /** Why {@code members} cannot be one cluster for HTTP; empty: they can be one cluster. */
    public static Optional<String> obstacle(List<Member> members) {
        List<ClusterSpec.Protocol> protocols = members.stream()
                .map(member -> member.cluster().protocol())
                .distinct()
                .toList();
        if (protocols.size() > 1) {
            return Optional.of("speak different protocols (expected: HTTP/1.1 or HTTP/2 for all of them)");
        }
        if (members.stream().anyMatch(member -> member.cluster().resolved().isPresent())) {
            return Optional.of("have one of type DynamicResolver (expected: Endpoints for all of them)");
        }
        if (mixesNames(
                members.stream().flatMap(member -> member.cluster().endpoints().transports()))) {
            return Optional.of("are called by the host of requests, and by names of their own (expected: tls.sni in the"
                    + " Backends)");
        }
        boolean dns =
                members.stream().anyMatch(member -> member.cluster().endpoints().dns());
        boolean sockets = members.stream()
                .map(member -> member.cluster().endpoints())
                .anyMatch(endpoints -> endpoints instanceof Endpoints.Listed listed
                        && listed.places().stream()
                                .anyMatch(place -> place.member().endpoint() instanceof Backend.Endpoint.Unix));
        return dns && sockets
                ? Optional.of("have DNS names and Unix sockets (expected: one or the other for all of them)")
                : Optional.empty();
    }

    /**
     * True if some endpoints use the request's host as SNI and others a fixed name. Envoy cannot mix the two in one
     * cluster: the host would be used for all endpoints.
     */
    static boolean mixesNames(Stream<Optional<ClusterSpec.Tls>> transports) {
        List<Boolean> byRequest = transports
                .flatMap(Optional::stream)
                .map(tls -> tls.sni() instanceof ClusterSpec.Sni.OfRequest)
                .distinct()
                .toList();
        return byRequest.size() > 1;
    }

    /** Makes the cluster of {@code members} (at least one), with a name made from the members' names. */
    public static ClusterSpec of(List<Member> members) {
        return named(
                members.stream()
                        .map(member -> member.cluster().name() + "*" + member.weight()
                                + (member.standBy() ? "(stand-by)" : ""))
                        .collect(Collectors.joining(",", "group/", "")),
                members);
    }

    /** Makes the cluster of {@code members} (at least one) under the given name. */
    static ClusterSpec named(String name, List<Member> members) {
        boolean allStandBy = members.stream().allMatch(Member::standBy);
        return new ClusterSpec(
                        name,
                        new Endpoints.Weighted(members.stream()
                                .map(member -> new ClusterSpec.Share(
                                        member.cluster().endpoints(), member.weight(), member.standBy() && !allStandBy))
                                .toList()),
                        members.getFirst().cluster().protocol())
                .wishing(new BackendWishes(
                        Optional.empty(),
                        members.stream()
                                .flatMap(member -> member.cluster().wishes().retryBudget().stream())
                                .findFirst(),
                        Optional.empty()));
    }
}
