package dev.gatehouse.controller.envoy.cluster;

import com.google.protobuf.BoolValue;
import com.google.protobuf.FloatValue;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import dev.gatehouse.api.envoy.v1.ClientSideWeightedRoundRobinFields;
import dev.gatehouse.api.envoy.v1.OrcaOobReportingConfig;
import dev.gatehouse.controller.proto.NewerFields;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.traffic.LoadBalancer;
import dev.gatehouse.gatewayapi.traffic.LoadBalancer.BackendUtilization;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.override_host.v3.OverrideHost;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import io.envoyproxy.envoy.type.v3.Percent;
import java.time.Duration;
import java.util.Optional;

/** Makes the policy by which a cluster selects an endpoint. */
final class LoadBalancing {
    private static final String NAMES = "envoy.load_balancing_policies.";
    private static final LocalityLbConfig WEIGHTED = LocalityLbConfig.newBuilder()
            .setLocalityWeightedLbConfig(LocalityLbConfig.LocalityWeightedLbConfig.getDefaultInstance())
            .build();

    private LoadBalancing() {}

    /** @param zoned true: Envoy's localities are zones; false: they are the backends of a split, and their weights apply */
    static LoadBalancingPolicy policy(LoadBalancer balancer, boolean zoned) {
        LoadBalancingPolicy own = ownPolicy(balancer, zoned);
        if (balancer.overrideHeaders().isEmpty()) {
            return own;
        }
        OverrideHost.Builder override = OverrideHost.newBuilder().setFallbackPolicy(own);
        balancer.overrideHeaders()
                .forEach(header -> override.addOverrideHostSources(
                        OverrideHost.OverrideHostSource.newBuilder().setHeader(header)));
        return policy("override_host", override.build());
    }

    private static LoadBalancingPolicy ownPolicy(LoadBalancer balancer, boolean zoned) {
        LocalityLbConfig localities = balancer.preferLocal()
                .filter(_ -> zoned)
                .map(LoadBalancing::zoneAware)
                .orElse(WEIGHTED);
        Optional<SlowStartConfig> slowStart = balancer.slowStart().map(LoadBalancing::slowStart);
        return switch (balancer.type()) {
            case LeastRequest -> {
                LeastRequest.Builder least = LeastRequest.newBuilder().setLocalityLbConfig(localities);
                slowStart.ifPresent(least::setSlowStartConfig);
                yield policy("least_request", least.build());
            }
            case RoundRobin -> {
                RoundRobin.Builder robin = RoundRobin.newBuilder().setLocalityLbConfig(localities);
                slowStart.ifPresent(robin::setSlowStartConfig);
                yield policy("round_robin", robin.build());
            }
            case Random ->
                policy(
                        "random",
                        Random.newBuilder().setLocalityLbConfig(localities).build());
            case ConsistentHash -> {
                Maglev.Builder maglev = Maglev.newBuilder();
                balancer.consistentHash().ifPresent(hash -> maglev.setTableSize(UInt64Value.of(hash.tableSize())));
                if (!balancer.weightedZones().isEmpty()) {
                    maglev.setLocalityWeightedLbConfig(LocalityLbConfig.LocalityWeightedLbConfig.getDefaultInstance());
                }
                yield policy("maglev", maglev.build());
            }
            case BackendUtilization -> {
                LoadBalancingPolicy weighted = policy(
                        "client_side_weighted_round_robin",
                        balancer.backendUtilization()
                                .map(utilization -> utilization(utilization, slowStart))
                                .orElse(ClientSideWeightedRoundRobin.getDefaultInstance()));
                yield balancer.weightedZones().isEmpty()
                        ? weighted
                        : policy(
                                "wrr_locality",
                                WrrLocality.newBuilder()
                                        .setEndpointPickingPolicy(weighted)
                                        .build());
            }
        };
    }

    private static ClientSideWeightedRoundRobin utilization(
            BackendUtilization settings, Optional<SlowStartConfig> slowStart) {
        ClientSideWeightedRoundRobin.Builder weighted =
                ClientSideWeightedRoundRobin.newBuilder().addAllMetricNamesForComputingUtilization(settings.metrics());
        settings.blackoutPeriod().map(Protos::duration).ifPresent(weighted::setBlackoutPeriod);
        settings.weightExpirationPeriod().map(Protos::duration).ifPresent(weighted::setWeightExpirationPeriod);
        settings.weightUpdatePeriod().map(Protos::duration).ifPresent(weighted::setWeightUpdatePeriod);
        settings.errorPenaltyPercent()
                .ifPresent(percent -> weighted.setErrorUtilizationPenalty(FloatValue.of(percent / 100f)));
        slowStart.ifPresent(weighted::setSlowStartConfig);
        if (settings.outOfBand().isEmpty()) {
            return weighted.build();
        }
        BackendUtilization.OutOfBand reports = settings.outOfBand().get();
        weighted.setEnableOobLoadReport(BoolValue.of(true));
        reports.period().map(Protos::duration).ifPresent(weighted::setOobReportingPeriod);
        if (reports.port().isEmpty() && reports.authority().isEmpty()) {
            return weighted.build();
        }
        OrcaOobReportingConfig.Builder config = OrcaOobReportingConfig.newBuilder();
        reports.port().ifPresent(config::setPortValue);
        reports.authority().ifPresent(config::setAuthority);
        return NewerFields.with(
                weighted.build(),
                ClientSideWeightedRoundRobinFields.newBuilder()
                        .setOobReportingConfig(config)
                        .build());
    }

    private static LocalityLbConfig zoneAware(LoadBalancer.PreferLocal local) {
        LocalityLbConfig.ZoneAwareLbConfig.Builder aware = LocalityLbConfig.ZoneAwareLbConfig.newBuilder()
                .setMinClusterSize(UInt64Value.of(local.minEndpoints()))
                .setRoutingEnabled(Percent.newBuilder().setValue(local.percent()));
        local.forceFrom()
                .ifPresent(endpoints ->
                        aware.setForceLocalZone(LocalityLbConfig.ZoneAwareLbConfig.ForceLocalZone.newBuilder()
                                .setMinSize(UInt32Value.of(endpoints))));
        return LocalityLbConfig.newBuilder().setZoneAwareLbConfig(aware).build();
    }

    private static SlowStartConfig slowStart(Duration window) {
        return SlowStartConfig.newBuilder()
                .setSlowStartWindow(Protos.duration(window))
                .build();
    }

    private static LoadBalancingPolicy policy(String name, Message config) {
        return LoadBalancingPolicy.newBuilder()
                .addPolicies(LoadBalancingPolicy.Policy.newBuilder()
                        .setTypedExtensionConfig(Protos.extension(NAMES + name, config)))
                .build();
    }
}
