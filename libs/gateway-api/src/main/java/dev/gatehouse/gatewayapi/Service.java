package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Optional;

/**
 * The part of Kubernetes' Service that a gateway needs.
 *
 * @param clusterIp absent until assigned; "None" for a headless Service
 * @param clusterIps {@code clusterIp} and, for a Service of two IP families, the second family's cluster IP
 * @param externalIps external addresses that lead to the Service
 * @param ingress the IP addresses and hostnames that a load balancer has assigned
 * @param trafficDistribution the preferred endpoints, in Kubernetes' terms ("PreferSameZone")
 */
public record Service(
        String type,
        Optional<String> clusterIp,
        List<String> clusterIps,
        Optional<String> externalName,
        List<String> externalIps,
        List<Ingress> ingress,
        List<Port> ports,
        Optional<String> trafficDistribution) {
    /** The annotation for preferring endpoints in the same zone, the predecessor of {@code trafficDistribution}. */
    public static final String TOPOLOGY_MODE = "service.kubernetes.io/topology-mode";

    public Service {
        clusterIps = List.copyOf(clusterIps);
        externalIps = List.copyOf(externalIps);
        ingress = List.copyOf(ingress);
        ports = List.copyOf(ports);
    }

    /** LoadBalancerIngress: an IP address, a hostname, or both. */
    public record Ingress(Optional<String> ip, Optional<String> hostname) {
        static Ingress read(Fields f) {
            f.lenient();
            return new Ingress(f.string("ip"), f.string("hostname"));
        }
    }

    /** ServicePort. {@code appProtocol} is the protocol of the endpoints (KEP-3726, GEP-1911). */
    public record Port(Optional<String> name, int port, String protocol, Optional<String> appProtocol) {
        static Port read(Fields f) {
            f.known("nodePort").stringOrInteger("targetPort");
            return new Port(
                    f.string("name"),
                    f.requiredInteger("port", 1, 65535),
                    f.string("protocol").orElse("TCP"),
                    f.string("appProtocol"));
        }
    }

    static Service read(Fields f) {
        List<Ingress> ingress = f.object(
                        "status",
                        status -> status.lenient()
                                .object(
                                        "loadBalancer",
                                        balancer -> balancer.lenient().list("ingress", Ingress::read))
                                .orElse(List.of()))
                .orElse(List.of());
        return f.requiredObject("spec", spec -> readSpec(spec, ingress));
    }

    private static Service readSpec(Fields f, List<Ingress> ingress) {
        f.known(
                "selector",
                "ipFamilies",
                "ipFamilyPolicy",
                "sessionAffinity",
                "sessionAffinityConfig",
                "loadBalancerIP",
                "loadBalancerClass",
                "loadBalancerSourceRanges",
                "externalTrafficPolicy",
                "internalTrafficPolicy",
                "healthCheckNodePort",
                "publishNotReadyAddresses",
                "allocateLoadBalancerNodePorts");
        Optional<String> clusterIp = f.string("clusterIP");
        List<String> clusterIps = f.strings("clusterIPs");
        return new Service(
                f.string("type").orElse("ClusterIP"),
                clusterIp,
                (clusterIps.isEmpty() ? clusterIp.stream() : clusterIps.stream())
                        .filter(ip -> !ip.isEmpty() && !ip.equals("None"))
                        .toList(),
                f.string("externalName"),
                f.strings("externalIPs"),
                ingress,
                f.list("ports", Port::read),
                f.string("trafficDistribution").filter(value -> !value.isEmpty()));
    }

    /** The Service as a single endpoint: its cluster IP with its ports; empty: it has no cluster IP. */
    public Optional<EndpointSlice> asEndpoint() {
        return clusterIp
                .filter(address -> !address.isEmpty() && !address.equals("None"))
                .map(address -> new EndpointSlice(
                        address.indexOf(':') < 0 ? "IPv4" : "IPv6",
                        List.of(new EndpointSlice.Endpoint(List.of(address), true, Optional.empty())),
                        ports.stream()
                                .map(port ->
                                        new EndpointSlice.Port(port.name(), Optional.of(port.port()), port.protocol()))
                                .toList()));
    }

    /** The port with that number and protocol. */
    public Optional<Port> port(int number, String protocol) {
        return ports.stream()
                .filter(port -> port.port == number && port.protocol.equals(protocol))
                .findFirst();
    }
}
