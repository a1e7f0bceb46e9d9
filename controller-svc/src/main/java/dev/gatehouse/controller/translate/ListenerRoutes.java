package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.ClusterSettings;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.envoy.RouteResources;
import dev.gatehouse.controller.gateway.ServingGateway;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.traffic.BackendSettings;
import dev.gatehouse.gatewayapi.traffic.LoadBalancer;
import dev.gatehouse.gatewayapi.traffic.StatNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Routes as listeners serve them: with the clusters that the Gateway and the policies make of their backends. */
final class ListenerRoutes {
    private final Model model;

    ListenerRoutes(Model model) {
        this.model = model;
    }

    /** The name of the fleet that serves a Gateway. */
    String fleet(Reads reads, ObjectKey gateway) {
        return reads.get(model.serving, gateway).map(ServingGateway::fleet).orElse(gateway.toString());
    }

    /** The EnvoyProxy of a fleet. */
    EnvoyProxySpec settings(Reads reads, String fleet) {
        return reads.get(model.fleetSettings, fleet).orElse(EnvoyProxySpec.DEFAULT);
    }

    /**
     * A route as a listener serves it. Its clusters have the Gateway's client certificate and the settings of each
     * rule's BackendTrafficPolicy.
     */
    Optional<ResolvedRoute> route(Reads reads, BindingKey key, Attachments.Binding binding) {
        Optional<ResolvedRoute> route = reads.get(model.routes, key.route());
        if (route.isEmpty()) {
            return Optional.empty();
        }
        // Names of statistics may have the names of all backends of a rule.
        List<ResolvedRoute.Rule> rules = route.get().rules();
        ResolvedRoute served = route.get().together(rule -> triesOthers(reads, key, rule));
        Optional<ObjectKey> certificate =
                reads.get(model.serving, key.listener().gateway()).flatMap(ServingGateway::backendClientCertificate);
        return Optional.of(certificate
                .map(served::presenting)
                .orElse(served)
                .with(rule -> clusterSettings(reads, key, binding, rules.get(rule.index()))));
    }

    /**
     * Whether another backend of a rule is to get what one does not answer: there are retries or health checks. Within
     * one cluster zones, and the loads that endpoints report, would count for more than the backends' weights.
     */
    private boolean triesOthers(Reads reads, BindingKey key, ResolvedRoute.Rule.Http rule) {
        BackendSettings settings = model.traffic
                .settings(reads, key.listener(), key.route(), rule.name())
                .backend();
        return (rule.retry().isPresent()
                        || settings.retry().isPresent()
                        || settings.healthCheck().isPresent())
                && settings.loadBalancer()
                        .filter(balancer -> balancer.type() == LoadBalancer.Type.BackendUtilization
                                || balancer.preferLocal().isPresent()
                                || !balancer.weightedZones().isEmpty())
                        .isEmpty();
    }

    private ClusterSettings clusterSettings(
            Reads reads, BindingKey key, Attachments.Binding binding, ResolvedRoute.Rule rule) {
        ClusterSettings traffic =
                trafficSettings(reads, key, binding, rule).of(RouteResources.ruleName(key.route(), rule.index()));
        if (!(rule instanceof ResolvedRoute.Rule.Http)) {
            return traffic;
        }
        ClusterSettings own = reads.get(model.clients.http1, key.listener())
                .map(traffic::speaking)
                .orElse(traffic);
        return settings(reads, fleet(reads, key.listener().gateway()))
                .telemetry()
                .metrics()
                .clusterStatName()
                .map(pattern -> own.countedAs(statName(pattern, key.route(), rule)))
                .orElse(own);
    }

    private static String statName(String pattern, ObjectRef route, ResolvedRoute.Rule rule) {
        return StatNames.ofCluster(
                pattern,
                route,
                rule.name(),
                rule.index(),
                rule.targets().stream()
                        .map(target -> target.target()
                                .reference()
                                .key(route.namespace())
                                .toString())
                        .toList());
    }

    private ClusterSettings trafficSettings(
            Reads reads, BindingKey key, Attachments.Binding binding, ResolvedRoute.Rule rule) {
        ClusterSettings all = model.traffic.clusterSettings(
                reads,
                key.listener(),
                key.route(),
                rule.name(),
                () -> binding.hostnames().stream()
                        .filter(host -> !host.startsWith("*"))
                        .findFirst()
                        .orElse(key.route().key().name() + "."
                                + key.route().key().namespace()));
        return key.route().kind().equals("UDPRoute") && !all.equals(ClusterSettings.NONE) ? all.forDatagrams() : all;
    }

    /** The backends of a UDPRoute's rule as one cluster, since Envoy's UDP proxy cannot split. */
    static ClusterSpec udpCluster(ObjectRef route, ResolvedRoute.Rule rule) {
        List<ClusterSpec.Share> shares = new ArrayList<>();
        ClusterSettings settings = ClusterSettings.NONE;
        for (WeightedTarget target : rule.targets()) {
            if (target.weight() > 0 && target.target() instanceof Target.Found each) {
                if (rule.targets().size() == 1) {
                    return each.cluster();
                }
                shares.add(new ClusterSpec.Share(each.cluster().endpoints(), target.weight(), false));
                settings = each.cluster().settings();
            }
        }
        return new ClusterSpec(
                        "udproute/" + route.key() + "/rule",
                        new ClusterSpec.Endpoints.Weighted(shares),
                        ClusterSpec.Protocol.HTTP1)
                .with(settings);
    }
}
