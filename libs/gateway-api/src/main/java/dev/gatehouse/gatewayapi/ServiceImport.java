package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Optional;

/** ServiceImport (KEP-1645): a Service that other clusters export. Its endpoints are in EndpointSlices with its name in a label. */
public record ServiceImport(List<Service.Port> ports) {
    /** The label that names a slice's ServiceImport. */
    public static final String SERVICE_NAME = "multicluster.kubernetes.io/service-name";

    public ServiceImport {
        ports = List.copyOf(ports);
    }

    static ServiceImport read(Fields f) {
        // The fields about the import's own addresses (type, ips, sessionAffinity) are ignored, since endpoints are
        // used instead.
        return f.requiredObject("spec", spec -> {
            spec.lenient();
            return new ServiceImport(spec.list("ports", Service.Port::read));
        });
    }

    /** The port with that number and protocol. */
    public Optional<Service.Port> port(int number, String protocol) {
        return ports.stream()
                .filter(port -> port.port() == number && port.protocol().equals(protocol))
                .findFirst();
    }
}
