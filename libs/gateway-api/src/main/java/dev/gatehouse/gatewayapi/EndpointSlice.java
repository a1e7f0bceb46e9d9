package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Optional;

/** Kubernetes' EndpointSlice (discovery.k8s.io/v1): the addresses behind a Service. */
public record EndpointSlice(String addressType, List<Endpoint> endpoints, List<Port> ports) {
    /** The label that names the slice's Service. */
    public static final String SERVICE_NAME = "kubernetes.io/service-name";

    private static final String HOST_NAMES = "FQDN";

    public EndpointSlice {
        endpoints = List.copyOf(endpoints);
        ports = List.copyOf(ports);
    }

    /** True if addresses are host names, which must be resolved. */
    public boolean named() {
        return addressType.equals(HOST_NAMES);
    }

    /** @param ready true if the endpoint takes new connections; unknown counts as ready */
    public record Endpoint(List<String> addresses, boolean ready, Optional<String> zone) {
        public Endpoint {
            addresses = List.copyOf(addresses);
        }

        static Endpoint read(Fields f) {
            f.known("hostname", "nodeName", "targetRef", "hints", "deprecatedTopology");
            boolean ready = f.object("conditions", c -> c.lenient().bool("ready"))
                    .flatMap(value -> value)
                    .orElse(true);
            List<String> addresses = f.strings("addresses");
            if (addresses.isEmpty()) {
                f.wrong("addresses", "is empty (expected: at least one address)");
            }
            return new Endpoint(addresses, ready, f.string("zone"));
        }
    }

    /** EndpointPort. */
    public record Port(Optional<String> name, Optional<Integer> port, String protocol) {
        static Port read(Fields f) {
            f.known("appProtocol");
            return new Port(
                    f.string("name").filter(name -> !name.isEmpty()),
                    f.port("port"),
                    f.string("protocol").orElse("TCP"));
        }
    }

    static EndpointSlice read(Fields f) {
        return new EndpointSlice(
                f.string("addressType").orElse("IPv4"),
                f.list("endpoints", Endpoint::read),
                f.list("ports", Port::read));
    }
}
