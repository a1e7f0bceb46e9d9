package dev.gatehouse.controller.envoy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.ClusterSpec.Endpoints;
import dev.gatehouse.controller.check.IpText;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.proto.Upstreams;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.BackendTlsPolicy;
import dev.gatehouse.gatewayapi.EndpointSlice;
import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
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
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/** Makes clusters and their endpoints. */
public final class ClusterResources {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final TransportSocket PLAIN_TEXT = TransportSocket.newBuilder()
            .setName("envoy.transport_sockets.raw_buffer")
            .setTypedConfig(Protos.any(RawBuffer.getDefaultInstance()))
            .build();

    private ClusterResources() {}

    /**
     * Makes a backend's cluster, as {@code settings} of its fleet ask.
     *
     * @param slices the EndpointSlices of a Service, for clusters whose endpoints are not a resource of their own
     */
    public static Cluster cluster(
            ClusterSpec spec,
            EnvoyProxySpec settings,
            Function<ClusterSpec.SlicesOwner, Collection<EndpointSlice>> slices) {
        Cluster.Builder cluster = Cluster.newBuilder()
                .setName(spec.name())
                .setConnectTimeout(Protos.duration(CONNECT_TIMEOUT))
                .setPerConnectionBufferLimitBytes(Protos.uint32(32 * 1024))
                .setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST)
                .setIgnoreHealthOnHostRemoval(true)
                .setCommonLbConfig(Cluster.CommonLbConfig.newBuilder()
                        .setLocalityWeightedLbConfig(
                                Cluster.CommonLbConfig.LocalityWeightedLbConfig.getDefaultInstance()));
        if (hasEndpointResource(spec)) {
            cluster.setType(Cluster.DiscoveryType.EDS)
                    .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(Protos.ADS));
        } else {
            cluster.setType(Cluster.DiscoveryType.STRICT_DNS)
                    .setRespectDnsTtl(true)
                    .setDnsLookupFamily(Cluster.DnsLookupFamily.V4_PREFERRED)
                    .setLoadAssignment(endpoints(spec, slices));
        }
        if (spec.protocol() == ClusterSpec.Protocol.HTTP2) {
            cluster.putTypedExtensionProtocolOptions(Upstreams.HTTP_OPTIONS, Protos.any(Upstreams.http2()));
        }
        List<Optional<ClusterSpec.Tls>> transports = spec.transports();
        if (transports.size() > 1) {
            for (int i = 0; i < transports.size(); i++) {
                cluster.addTransportSocketMatches(Cluster.TransportSocketMatch.newBuilder()
                        .setName(transportName(i))
                        .setMatch(transportMatch(i))
                        .setTransportSocket(transports
                                .get(i)
                                .map(tls -> tlsSocket(tls, spec.protocol(), settings.backendTls()))
                                .orElse(PLAIN_TEXT)));
            }
        } else {
            spec.tls()
                    .forEach(tls -> cluster.setTransportSocket(tlsSocket(tls, spec.protocol(), settings.backendTls())));
        }
        ProxyTelemetry.Metrics metrics = settings.telemetry().metrics();
        if (metrics.perEndpoint() || metrics.sizes()) {
            cluster.setTrackClusterStats(TrackClusterStats.newBuilder()
                    .setPerEndpointStats(metrics.perEndpoint())
                    .setRequestResponseSizes(metrics.sizes()));
        }
        return cluster.build();
    }

    /** True if the cluster's endpoints come as a resource of their own: where there are no names that Envoy has to resolve. */
    public static boolean hasEndpointResource(ClusterSpec spec) {
        return !spec.endpoints().dns();
    }

    /**
     * Makes a cluster's endpoints.
     *
     * @param slices the EndpointSlices of a Service
     */
    public static ClusterLoadAssignment endpoints(
            ClusterSpec spec, Function<ClusterSpec.SlicesOwner, Collection<EndpointSlice>> slices) {
        ClusterLoadAssignment.Builder assignment =
                ClusterLoadAssignment.newBuilder().setClusterName(spec.name());
        Localities localities = new Localities(spec.transports(), slices);
        switch (spec.endpoints()) {
            case Endpoints.Weighted weighted -> {
                for (int i = 0; i < weighted.shares().size(); i++) {
                    ClusterSpec.Share share = weighted.shares().get(i);
                    if (share.weight() > 0) {
                        assignment.addEndpoints(localities
                                .of(share.endpoints())
                                .setLocality(Locality.newBuilder().setRegion("share-" + i))
                                .setPriority(share.standBy() ? 1 : 0)
                                .setLoadBalancingWeight(Protos.uint32(share.weight())));
                    }
                }
            }
            case Endpoints.ServicePort port -> assignment.addEndpoints(localities.of(port));
            case Endpoints.Listed listed -> assignment.addEndpoints(localities.of(listed));
        }
        return assignment.build();
    }

    private static TransportSocket tlsSocket(
            ClusterSpec.Tls tls, ClusterSpec.Protocol protocol, EnvoyProxySpec.BackendTls settings) {
        CertificateValidationContext.Builder expected = CertificateValidationContext.newBuilder();
        if (tls.subjectAltNames().isEmpty()) {
            expected.addMatchTypedSubjectAltNames(Upstreams.altName(SubjectAltNameMatcher.SanType.DNS, tls.hostname()));
        }
        for (BackendTlsPolicy.SubjectAltName name : tls.subjectAltNames()) {
            expected.addMatchTypedSubjectAltNames(
                    switch (name.type()) {
                        case Hostname -> Upstreams.altName(SubjectAltNameMatcher.SanType.DNS, name.value());
                        case URI -> Upstreams.altName(SubjectAltNameMatcher.SanType.URI, name.value());
                    });
        }
        String authorities =
                tls.systemCertificates() ? SecretResources.SYSTEM : SecretResources.policyName(tls.policy());
        CommonTlsContext.Builder common = CommonTlsContext.newBuilder()
                .setCombinedValidationContext(CommonTlsContext.CombinedCertificateValidationContext.newBuilder()
                        .setDefaultValidationContext(expected)
                        .setValidationContextSdsSecretConfig(sds(authorities)));
        if (!settings.alpn().isEmpty()) {
            common.addAllAlpnProtocols(settings.alpn());
        } else if (protocol == ClusterSpec.Protocol.HTTP2) {
            common.addAlpnProtocols("h2");
        }
        parameters(settings).ifPresent(common::setTlsParams);
        tls.clientCertificate()
                .ifPresent(secret ->
                        common.addTlsCertificateSdsSecretConfigs(sds(SecretResources.certificateName(secret))));
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.tls")
                .setTypedConfig(Protos.any(UpstreamTlsContext.newBuilder()
                        .setCommonTlsContext(common)
                        .setSni(tls.hostname())
                        .build()))
                .build();
    }

    private static Optional<TlsParameters> parameters(EnvoyProxySpec.BackendTls settings) {
        TlsParameters.Builder parameters = TlsParameters.newBuilder()
                .addAllCipherSuites(settings.ciphers())
                .addAllEcdhCurves(settings.ecdhCurves())
                .addAllSignatureAlgorithms(settings.signatureAlgorithms());
        settings.minVersion().ifPresent(version -> parameters.setTlsMinimumProtocolVersion(version(version)));
        settings.maxVersion().ifPresent(version -> parameters.setTlsMaximumProtocolVersion(version(version)));
        return parameters.build().equals(TlsParameters.getDefaultInstance())
                ? Optional.empty()
                : Optional.of(parameters.build());
    }

    private static TlsParameters.TlsProtocol version(EnvoyProxySpec.TlsVersion version) {
        return switch (version) {
            case Auto -> TlsParameters.TlsProtocol.TLS_AUTO;
            case V1_0 -> TlsParameters.TlsProtocol.TLSv1_0;
            case V1_1 -> TlsParameters.TlsProtocol.TLSv1_1;
            case V1_2 -> TlsParameters.TlsProtocol.TLSv1_2;
            case V1_3 -> TlsParameters.TlsProtocol.TLSv1_3;
        };
    }

    static SdsSecretConfig sds(String name) {
        return SdsSecretConfig.newBuilder()
                .setName(name)
                .setSdsConfig(Protos.ADS)
                .build();
    }

    private record SocketKey(String host, int port) implements Comparable<SocketKey> {
        private static final Comparator<SocketKey> ORDER =
                Comparator.comparing(SocketKey::host).thenComparing(SocketKey::port);

        @Override
        public int compareTo(SocketKey other) {
            return ORDER.compare(this, other);
        }
    }

    /** Makes groups of endpoints; each endpoint names its transport, where a cluster has several. */
    private record Localities(
            List<Optional<ClusterSpec.Tls>> transports,
            Function<ClusterSpec.SlicesOwner, Collection<EndpointSlice>> slices) {
        LocalityLbEndpoints.Builder of(Endpoints endpoints) {
            LocalityLbEndpoints.Builder locality =
                    LocalityLbEndpoints.newBuilder().setLoadBalancingWeight(Protos.uint32(1));
            switch (endpoints) {
                case Endpoints.ServicePort port -> {
                    SocketAddress.Protocol protocol =
                            port.transport().equals("UDP") ? SocketAddress.Protocol.UDP : SocketAddress.Protocol.TCP;
                    for (SocketKey key : ready(port, slices.apply(port.owner()))) {
                        locality.addLbEndpoints(
                                over(port.tls(), Upstreams.endpoint(Protos.address(key.host(), key.port(), protocol))));
                    }
                }
                case Endpoints.Listed listed -> {
                    for (ClusterSpec.Place place : listed.places()) {
                        LbEndpoint.Builder endpoint =
                                Upstreams.endpoint(address(place.member().endpoint()));
                        place.member().hostname().ifPresent(endpoint.getEndpointBuilder()::setHostname);
                        locality.addLbEndpoints(over(place.tls(), endpoint));
                    }
                }
                case Endpoints.Weighted weighted ->
                    throw new IllegalArgumentException("nested shares: " + weighted + " (expected: one level)");
            }
            return locality;
        }

        private LbEndpoint.Builder over(Optional<ClusterSpec.Tls> tls, LbEndpoint.Builder endpoint) {
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
                    // Envoy resolves no names of endpoints that come by EDS: a slice of type FQDN has none for it.
                    if (endpoint.ready()
                            && !endpoint.addresses().isEmpty()
                            && IpText.isAddress(endpoint.addresses().getFirst())) {
                        keys.add(new SocketKey(
                                endpoint.addresses().getFirst(),
                                slicePort.port().get()));
                    }
                }
            }
        }
        return keys;
    }
}
