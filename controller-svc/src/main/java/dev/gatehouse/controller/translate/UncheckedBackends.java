package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.policy.Effective;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Policy;
import dev.gatehouse.gatewayapi.traffic.HealthCheck;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** Finds HTTP/1.1 backends of BackendTrafficPolicies with gRPC health checks. These backends are not checked, since gRPC needs HTTP/2. */
final class UncheckedBackends {
    private record Unchecked(ObjectKey policy, ObjectRef route, String backend) implements Comparable<Unchecked> {
        private static final Comparator<Unchecked> ORDER = Comparator.comparing(Unchecked::policy)
                .thenComparing(Unchecked::route)
                .thenComparing(Unchecked::backend);

        @Override
        public int compareTo(Unchecked other) {
            return ORDER.compare(this, other);
        }
    }

    private final Collection<ObjectKey, SortedMap<Unchecked, Boolean>> byPolicy;

    UncheckedBackends(
            Graph graph,
            Collection<BindingKey, Attachments.Binding> bindings,
            Collection<ObjectRef, ResolvedRoute> routes,
            Attached<Policy<TrafficSettings>> traffic) {
        Collection<Unchecked, Boolean> all = graph.expand("unchecked", bindings, (reads, key, _) -> {
            Map<Unchecked, Boolean> found = new HashMap<>();
            if (key.route().kind().equals(Kinds.UDP_ROUTE.name())) {
                return found;
            }
            for (ResolvedRoute.Rule rule :
                    reads.get(routes, key.route()).map(ResolvedRoute::rules).orElse(List.of())) {
                traffic.effective(reads, key.listener(), key.route(), rule.name())
                        .filter(UncheckedBackends::checksByGrpc)
                        .ifPresent(policy -> rule.targets().stream()
                                .flatMap(target -> name(target).stream())
                                .forEach(backend -> found.put(
                                        new Unchecked(policy.owner("healthCheck"), key.route(), backend), true)));
            }
            return found;
        });
        byPolicy = graph.group("uncheckedByPolicy", all, (key, _) -> Set.of(key.policy()));
    }

    private static boolean checksByGrpc(Effective<Policy<TrafficSettings>> policy) {
        TrafficSettings settings = policy.spec().settings();
        return !settings.useClientProtocol()
                && settings.backend()
                        .healthCheck()
                        .flatMap(HealthCheck::active)
                        .filter(check -> check.checker() instanceof HealthCheck.Checker.Grpc)
                        .isPresent();
    }

    private static Optional<String> name(WeightedTarget target) {
        return target.target() instanceof Target.Found found && found.cluster().protocol() == ClusterSpec.Protocol.HTTP1
                ? Optional.of(found.reference().kind() + " " + found.reference().name())
                : Optional.empty();
    }

    /** The warnings in the status of {@code policy} about its unchecked backends. */
    List<String> warnings(Reads reads, ObjectKey policy) {
        return reads.get(byPolicy, policy).stream()
                .flatMap(unchecked -> unchecked.keySet().stream())
                .map(each -> "spec.healthCheck.active: " + each.backend() + " of " + each.route()
                        + " speaks HTTP/1.1 and is not checked: gRPC needs HTTP/2 (appProtocol kubernetes.io/h2c,"
                        + " or useClientProtocol)")
                .toList();
    }
}
