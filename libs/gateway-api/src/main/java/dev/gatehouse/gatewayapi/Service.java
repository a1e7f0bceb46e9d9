package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Optional;

/**
 * Kubernetes' Service, as far as a gateway needs it.
 *
 * @param clusterIp absent before one is assigned; "None" for a headless Service
 * @param clusterIps {@code clusterIp} and, of a Service of two IP families, that of the other
 * @param externalIps addresses outside of the cluster that lead to it
 * @param ingress what a load balancer has assigned: IP addresses and hostnames
 * @param trafficDistribution which endpoints are preferred, as Kubernetes names it ("PreferSameZone")
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
    /** The annotation by which Services asked for endpoints in the zone before there was {@code trafficDistribution}. */
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

    /** ServicePort; {@code appProtocol} says what the endpoints speak (KEP-3726, GEP-1911). */
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

    /** The Service as an endpoint of its own: its cluster IP with its ports; empty where it has none. */
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
