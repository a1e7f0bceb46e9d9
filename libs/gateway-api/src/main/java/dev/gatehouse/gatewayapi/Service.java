package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Optional;

/** Kubernetes' Service, as far as a gateway needs it. */
public record Service(String type, Optional<String> clusterIp, Optional<String> externalName, List<Port> ports) {
    public Service {
        ports = List.copyOf(ports);
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
        f.known(
                "selector",
                "clusterIPs",
                "ipFamilies",
                "ipFamilyPolicy",
                "sessionAffinity",
                "sessionAffinityConfig",
                "externalIPs",
                "loadBalancerIP",
                "loadBalancerClass",
                "loadBalancerSourceRanges",
                "externalTrafficPolicy",
                "internalTrafficPolicy",
                "healthCheckNodePort",
                "publishNotReadyAddresses",
                "allocateLoadBalancerNodePorts",
                "trafficDistribution");
        return new Service(
                f.string("type").orElse("ClusterIP"),
                f.string("clusterIP"),
                f.string("externalName"),
                f.list("ports", Port::read));
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
