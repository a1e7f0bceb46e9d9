package dev.gatehouse.controller.envoy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gatehouse.controller.backend.ClusterSettings;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.ClusterSpec.Endpoints;
import dev.gatehouse.controller.check.EnvoyRules;
import dev.gatehouse.controller.check.IpText;
import dev.gatehouse.controller.envoy.cluster.ClusterTuning;
import dev.gatehouse.controller.envoy.cluster.Resolvers;
import dev.gatehouse.controller.proto.PackedTypes;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.proto.Upstreams;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.EndpointSlice;
import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.traffic.LoadBalancer;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.TrackClusterStats;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** Makes clusters and their endpoints. */
public final class ClusterResources {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final TransportSocket PLAIN_TEXT = TransportSocket.newBuilder()
            .setName("envoy.transport_sockets.raw_buffer")
            .setTypedConfig(Protos.any(RawBuffer.getDefaultInstance()))
            .build();

    /** The beginning of the region of a locality that is a backend of a group, with the backend's weight. */
    public static final String SHARE = "share-";

    private static final EnvoyRules RULES = new EnvoyRules(PackedTypes::find);

    /** A backend that Envoy takes: its name is resolved, and its protocol is HTTP/2, so that settings of both count. */
    private static final ClusterSpec SAMPLE = new ClusterSpec(
            "sample",
            new Endpoints.Listed(List.of(new ClusterSpec.Place(
                    new Backend.Member(
                            new Backend.Endpoint.Fqdn("sample.test", 80), Optional.empty(), Optional.empty()),
                    Optional.empty()))),
            ClusterSpec.Protocol.HTTP2);

    private ClusterResources() {}

    /**
     * Why Envoy would refuse a backend's cluster or its endpoints; empty: Envoy accepts them. The endpoints of
     * EndpointSlices, whose values the API server checks, and the settings of a fleet are not part of it.
     */
    public static Optional<String> problem(ClusterSpec spec) {
        return RULES.problem(cluster(spec, EnvoyProxySpec.DEFAULT, _ -> List.of(), SecretName.Sources.NONE))
                .or(() -> hasEndpointResource(spec, _ -> List.of())
                        ? RULES.problem(endpoints(spec, _ -> List.of()))
                        : Optional.empty());
    }

    /** Why Envoy would refuse a cluster with {@code settings}, whatever its backend; empty: Envoy accepts it. */
    public static Optional<String> problemWithSettings(ClusterSettings settings) {
        return settings.equals(ClusterSettings.NONE) ? Optional.empty() : problem(SAMPLE.with(settings));
    }

    /**
     * Makes a backend's cluster, with the {@code settings} of its fleet.
     *
     * @param slices the EndpointSlices of a Service, for clusters that contain their endpoints
     * @param secrets tells which secrets come from SDS servers beside the proxy
     */
    public static Cluster cluster(
            ClusterSpec spec,
            EnvoyProxySpec settings,
            Function<ClusterSpec.SlicesOwner, Collection<EndpointSlice>> slices,
            SecretName.Sources secrets) {
        Cluster.Builder cluster = Cluster.newBuilder()
                .setName(spec.name())
                .setConnectTimeout(Protos.duration(CONNECT_TIMEOUT))
                .setPerConnectionBufferLimitBytes(Protos.uint32(32 * 1024))
                .setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST)
                .setIgnoreHealthOnHostRemoval(true)
                .setCommonLbConfig(Cluster.CommonLbConfig.newBuilder()
                        .setLocalityWeightedLbConfig(
                                Cluster.CommonLbConfig.LocalityWeightedLbConfig.getDefaultInstance()));
        if (spec.resolved().isPresent()) {
            Resolvers.resolve(spec, cluster);
        } else if (hasEndpointResource(spec, slices)) {
            cluster.setType(Cluster.DiscoveryType.EDS).setEdsClusterConfig(endpointsOf(spec));
        } else {
            cluster.setType(Cluster.DiscoveryType.STRICT_DNS)
                    .setRespectDnsTtl(true)
                    .setDnsLookupFamily(Cluster.DnsLookupFamily.V4_PREFERRED)
                    .setLoadAssignment(endpoints(spec, slices));
        }
        ClusterTuning.apply(spec, settings.telemetry().healthCheckLog(), cluster);
        boolean negotiated = UpstreamTls.negotiates(spec, settings.backendTls());
        ClusterTuning.http(spec, negotiated)
                .ifPresent(options ->
                        cluster.putTypedExtensionProtocolOptions(Upstreams.HTTP_OPTIONS, Protos.any(options)));
        List<Optional<ClusterSpec.Tls>> transports = spec.transports();
        if (transports.size() > 1) {
            for (int i = 0; i < transports.size(); i++) {
                cluster.addTransportSocketMatches(Cluster.TransportSocketMatch.newBuilder()
                        .setName(transportName(i))
                        .setMatch(transportMatch(i))
                        .setTransportSocket(ClusterTuning.transport(
                                spec.settings(),
                                transports
                                        .get(i)
                                        .map(tls -> UpstreamTls.socket(
                                                tls, spec.protocol(), settings.backendTls(), secrets))
                                        .orElse(PLAIN_TEXT))));
            }
            if (negotiated) {
                // Envoy requires a default transport socket, although no endpoint uses it.
                cluster.setTransportSocket(cluster.getTransportSocketMatches(0).getTransportSocket());
            }
        } else if (!spec.tls().isEmpty()) {
            cluster.setTransportSocket(ClusterTuning.transport(
                    spec.settings(),
                    UpstreamTls.socket(spec.tls().getFirst(), spec.protocol(), settings.backendTls(), secrets)));
        } else if (ClusterTuning.wrapsTransport(spec.settings())) {
            cluster.setTransportSocket(ClusterTuning.transport(spec.settings(), PLAIN_TEXT));
        }
        ProxyTelemetry.Metrics metrics = settings.telemetry().metrics();
        if (metrics.perEndpoint() || metrics.sizes()) {
            cluster.setTrackClusterStats(TrackClusterStats.newBuilder()
                    .setPerEndpointStats(metrics.perEndpoint())
                    .setRequestResponseSizes(metrics.sizes()));
        }
        return cluster.build();
    }

    private static Cluster.EdsClusterConfig endpointsOf(ClusterSpec spec) {
        Cluster.EdsClusterConfig.Builder config =
                Cluster.EdsClusterConfig.newBuilder().setEdsConfig(Protos.ADS);
        if (!spec.endpointsName().equals(spec.name())) {
            config.setServiceName(spec.endpointsName());
        }
        return config.build();
    }

    /** True if the cluster's endpoints are a resource of their own. This needs endpoints without DNS names. */
    public static boolean hasEndpointResource(
            ClusterSpec spec, Function<ClusterSpec.SlicesOwner, Collection<EndpointSlice>> slices) {
        return !spec.endpoints().dns()
                && spec.endpoints()
                        .owners()
                        .flatMap(owner -> slices.apply(owner).stream())
                        .noneMatch(EndpointSlice::named);
    }

    /**
     * Makes a cluster's endpoints.
     *
     * @param slices the EndpointSlices of a Service
     */
    public static ClusterLoadAssignment endpoints(
            ClusterSpec spec, Function<ClusterSpec.SlicesOwner, Collection<EndpointSlice>> slices) {
        ClusterLoadAssignment.Builder assignment =
                ClusterLoadAssignment.newBuilder().setClusterName(spec.endpointsName());
        Localities localities = new Localities(
                spec.transports(), spec.settings().healthPort(), spec.settings().checksByHostname(), slices);
        switch (spec.endpoints()) {
            case Endpoints.Weighted weighted -> {
                for (int i = 0; i < weighted.shares().size(); i++) {
                    ClusterSpec.Share share = weighted.shares().get(i);
                    if (share.weight() > 0 && byZone(spec)) {
                        localities
                                .byZone(
                                        share.endpoints(),
                                        spec.settings().backend().loadBalancer())
                                .forEach(zone ->
                                        assignment.addEndpoints(zone.toBuilder().setPriority(share.standBy() ? 1 : 0)));
                    } else if (share.weight() > 0) {
                        assignment.addEndpoints(localities
                                .of(share.endpoints())
                                .setLocality(Locality.newBuilder().setRegion(SHARE + i))
                                .setPriority(share.standBy() ? 1 : 0)
                                .setLoadBalancingWeight(Protos.uint32(share.weight())));
                    }
                }
            }
            case Endpoints.Resolved _ -> {}
            case Endpoints.ServicePort _, Endpoints.Listed _, Endpoints.OfExtension _ -> {
                if (byZone(spec)) {
                    assignment.addAllEndpoints(localities.byZone(
                            spec.endpoints(), spec.settings().backend().loadBalancer()));
                } else {
                    assignment.addEndpoints(localities.of(spec.endpoints()));
                }
            }
        }
        return assignment.build();
    }

    private static boolean byZone(ClusterSpec spec) {
        return spec.settings().byZone() && spec.endpoints().zoned();
    }

    private record SocketKey(String host, int port, String zone) implements Comparable<SocketKey> {
        private static final Comparator<SocketKey> ORDER =
                Comparator.comparing(SocketKey::host).thenComparing(SocketKey::port);

        @Override
        public int compareTo(SocketKey other) {
            return ORDER.compare(this, other);
        }
    }

    private record Zoned(String zone, LbEndpoint.Builder endpoint) {}

    /** Makes groups of endpoints. If the cluster has several transports, each endpoint names its transport. */
    private record Localities(
            List<Optional<ClusterSpec.Tls>> transports,
            OptionalInt healthPort,
            boolean checksByHostname,
            Function<ClusterSpec.SlicesOwner, Collection<EndpointSlice>> slices) {
        /** A group for each zone, with the zone's weight. A zone of weight 0 is left out. */
        List<LocalityLbEndpoints> byZone(Endpoints endpoints, Optional<LoadBalancer> balancer) {
            Map<String, Integer> weights =
                    balancer.map(LoadBalancer::weightedZones).orElse(Map.of());
            SortedMap<String, LocalityLbEndpoints.Builder> zones = new TreeMap<>();
            for (Zoned each : zoned(endpoints)) {
                int weight = weights.getOrDefault(each.zone(), 1);
                if (weight > 0) {
                    zones.computeIfAbsent(
                                    each.zone(),
                                    zone -> LocalityLbEndpoints.newBuilder()
                                            .setLocality(Locality.newBuilder().setZone(zone))
                                            .setLoadBalancingWeight(Protos.uint32(weight)))
                            .addLbEndpoints(each.endpoint());
                }
            }
            return zones.values().stream()
                    .map(LocalityLbEndpoints.Builder::build)
                    .toList();
        }

        private List<Zoned> zoned(Endpoints endpoints) {
            return switch (endpoints) {
                case Endpoints.ServicePort port ->
                    ready(port, slices.apply(port.owner())).stream()
                            .map(key -> new Zoned(key.zone(), endpoint(port, key)))
                            .toList();
                case Endpoints.Listed listed ->
                    listed.places().stream()
                            .map(place -> new Zoned(place.member().zone().orElse(""), endpoint(place)))
                            .toList();
                case Endpoints.OfExtension _, Endpoints.Resolved _ -> List.of();
                case Endpoints.Weighted weighted ->
                    throw new IllegalArgumentException("nested shares: " + weighted + " (expected: one level)");
            };
        }

        private LbEndpoint.Builder endpoint(ClusterSpec.Place place) {
            LbEndpoint.Builder endpoint =
                    Upstreams.endpoint(address(place.member().endpoint()));
            place.member().hostname().ifPresent(hostname -> {
                endpoint.getEndpointBuilder().setHostname(hostname);
                if (checksByHostname) {
                    endpoint.getEndpointBuilder().getHealthCheckConfigBuilder().setHostname(hostname);
                }
            });
            return over(place.tls(), endpoint);
        }

        private LbEndpoint.Builder endpoint(Endpoints.ServicePort port, SocketKey key) {
            SocketAddress.Protocol protocol =
                    port.transport().equals("UDP") ? SocketAddress.Protocol.UDP : SocketAddress.Protocol.TCP;
            return over(port.tls(), Upstreams.endpoint(Protos.address(key.host(), key.port(), protocol)));
        }

        LocalityLbEndpoints.Builder of(Endpoints endpoints) {
            LocalityLbEndpoints.Builder locality =
                    LocalityLbEndpoints.newBuilder().setLoadBalancingWeight(Protos.uint32(1));
            zoned(endpoints).forEach(each -> locality.addLbEndpoints(each.endpoint()));
            return locality;
        }

        private LbEndpoint.Builder over(Optional<ClusterSpec.Tls> tls, LbEndpoint.Builder endpoint) {
            healthPort.ifPresent(port ->
                    endpoint.getEndpointBuilder().getHealthCheckConfigBuilder().setPortValue(port));
            if (transports.size() > 1) {
                endpoint.setMetadata(Metadata.newBuilder()
                        .putFilterMetadata("envoy.transport_socket_match", transportMatch(transports.indexOf(tls))));
            }
            return endpoint;
        }
    }

    private static Address address(Backend.Endpoint endpoint) {
        return switch (endpoint) {
            case Backend.Endpoint.Fqdn fqdn -> Protos.address(fqdn.hostname(), fqdn.port(), SocketAddress.Protocol.TCP);
            case Backend.Endpoint.Ip ip -> Protos.address(ip.address(), ip.port(), SocketAddress.Protocol.TCP);
            case Backend.Endpoint.Unix unix ->
                Address.newBuilder()
                        .setPipe(Pipe.newBuilder().setPath(unix.path()))
                        .build();
        };
    }

    private static String transportName(int index) {
        return "transport-" + index;
    }

    private static Struct transportMatch(int index) {
        return Struct.newBuilder()
                .putFields(
                        "transport",
                        Value.newBuilder().setStringValue(transportName(index)).build())
                .build();
    }

    private static SortedSet<SocketKey> ready(Endpoints.ServicePort port, Collection<EndpointSlice> slices) {
        SortedSet<SocketKey> keys = new TreeSet<>();
        for (EndpointSlice slice : slices) {
            for (EndpointSlice.Port slicePort : slice.ports()) {
                if (!slicePort.name().equals(port.portName())
                        || !slicePort.protocol().equals(port.transport())
                        || slicePort.port().isEmpty()) {
                    continue;
                }
                for (EndpointSlice.Endpoint endpoint : slice.endpoints()) {
                    if (endpoint.ready()
                            && !endpoint.addresses().isEmpty()
                            && (slice.named()
                                    || IpText.isAddress(endpoint.addresses().getFirst()))) {
                        keys.add(new SocketKey(
                                endpoint.addresses().getFirst(),
                                slicePort.port().get(),
                                endpoint.zone().orElse("")));
                    }
                }
            }
        }
        return keys;
    }
}
