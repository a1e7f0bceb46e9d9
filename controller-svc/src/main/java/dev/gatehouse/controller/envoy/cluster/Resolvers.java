package dev.gatehouse.controller.envoy.cluster;

import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.NameCache;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.security.Cidr;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig;
import io.envoyproxy.envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig;
import io.envoyproxy.envoy.extensions.rbac.matchers.upstream_ip_port.v3.UpstreamIpPortMatcher;
import io.envoyproxy.envoy.type.v3.Int64Range;
import java.util.List;
import java.util.stream.Stream;

/**
 * Clusters that send each request to its own host (Backends of type DynamicResolver). The sender of a request chooses
 * the address that the proxy calls. Filters before the cluster therefore resolve the name and refuse addresses that no
 * client may reach. The filters and the cluster share a DNS cache.
 */
public final class Resolvers {
    private static final List<Cidr> EVERYWHERE = List.of(new Cidr("0.0.0.0", 0), new Cidr("::", 0));

    private Resolvers() {}

    /** Envoy's configuration of the cache. It must be equal in all clusters and filters that share the cache. */
    public static DnsCacheConfig cache(NameCache cache) {
        return DnsCacheConfig.newBuilder()
                .setName("gatehouse-" + cache.name())
                .setDnsLookupFamily(ClusterTuning.family(cache.family()))
                .setDnsRefreshRate(Protos.duration(cache.refresh()))
                .build();
    }

    /**
     * Makes {@code cluster} send each request to its host. The cluster's TLS settings decide how hosts' certificates
     * are verified. If they verify no host names, Envoy accepts the cluster only with {@code
     * allow_insecure_cluster_options}.
     */
    public static void resolve(ClusterSpec spec, Cluster.Builder cluster) {
        cluster.setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)
                .setClusterType(Cluster.CustomClusterType.newBuilder()
                        .setName("envoy.clusters.dynamic_forward_proxy")
                        .setTypedConfig(Protos.any(ClusterConfig.newBuilder()
                                .setDnsCacheConfig(cache(NameCache.of(spec)))
                                .setAllowInsecureClusterOptions(!verifiesHosts(spec))
                                .build())));
        cluster.getCommonLbConfigBuilder().clearLocalityConfigSpecifier();
    }

    /** True if the certificate of each host must have the host's name, or its address. */
    static boolean verifiesHosts(ClusterSpec spec) {
        return spec.resolved().isPresent()
                && spec.tls().stream()
                        .anyMatch(tls -> tls.sni() instanceof ClusterSpec.Sni.OfRequest
                                && tls.subjectAltNames().isEmpty()
                                && !(tls.trust() instanceof ClusterSpec.Trust.Anything));
    }

    /** Allows the addresses that a filter resolved, except the refused ones. Without a resolved address nothing is allowed. */
    public static RBAC addresses(ClusterSpec.Endpoints.Resolved endpoints) {
        Permission refused = anyOf(Stream.concat(
                endpoints.refused().stream().map(Resolvers::within),
                endpoints.refusedPorts().stream().sorted().map(Resolvers::port)));
        Permission.Set.Builder all =
                Permission.Set.newBuilder().addRules(anyOf(EVERYWHERE.stream().map(Resolvers::within)));
        if (refused.getOrRules().getRulesCount() > 0) {
            all.addRules(Permission.newBuilder().setNotRule(refused));
        }
        return RBAC.newBuilder()
                .setAction(RBAC.Action.ALLOW)
                .putPolicies(
                        "addresses",
                        Policy.newBuilder()
                                .addPermissions(Permission.newBuilder().setAndRules(all))
                                .addPrincipals(Principal.newBuilder().setAny(true))
                                .build())
                .build();
    }

    private static Permission anyOf(Stream<Permission> rules) {
        return Permission.newBuilder()
                .setOrRules(Permission.Set.newBuilder().addAllRules(rules.toList()))
                .build();
    }

    private static Permission within(Cidr cidr) {
        return address(UpstreamIpPortMatcher.newBuilder()
                .setUpstreamIp(CidrRange.newBuilder()
                        .setAddressPrefix(cidr.address())
                        .setPrefixLen(Protos.uint32(cidr.prefixLength())))
                .build());
    }

    private static Permission port(int port) {
        return address(UpstreamIpPortMatcher.newBuilder()
                .setUpstreamPortRange(Int64Range.newBuilder().setStart(port).setEnd(port + 1L))
                .build());
    }

    private static Permission address(UpstreamIpPortMatcher matcher) {
        return Permission.newBuilder()
                .setMatcher(Protos.extension("envoy.rbac.matchers.upstream_ip_port", matcher))
                .build();
    }
}
