package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import dev.gatehouse.gatewayapi.yaml.Wording;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** Kubernetes' EndpointSlice (discovery.k8s.io/v1): the addresses behind a Service. */
public record EndpointSlice(String addressType, List<Endpoint> endpoints, List<Port> ports) {
    /** The label that names the slice's Service. */
    public static final String SERVICE_NAME = "kubernetes.io/service-name";

    /** What the API server allows as an address of each type; but loopback too, where the servers of a laptop are. */
    private enum AddressType {
        IPv4("an IPv4 address that is neither unspecified nor link-local"),
        IPv6("an IPv6 address without a zone that is neither unspecified nor link-local"),
        FQDN(Syntax.ABSOLUTE_HOSTNAME.description()),
        /** Of discovery.k8s.io/v1beta1, which has no types of its own for the two families. */
        IP("an IP address without a zone that is neither unspecified nor link-local");

        final String description;

        AddressType(String description) {
            this.description = description;
        }

        boolean has(String text) {
            return switch (this) {
                case FQDN -> Syntax.ABSOLUTE_HOSTNAME.matches(text);
                case IP -> IPv4.has(text) || IPv6.has(text);
                case IPv4 -> Syntax.DOTTED_QUAD.matches(text) && isUsable(text, Inet4Address.class);
                case IPv6 -> text.indexOf(':') >= 0 && text.indexOf('%') < 0 && isUsable(text, Inet6Address.class);
            };
        }

        private static boolean isUsable(String text, Class<? extends InetAddress> type) {
            try {
                InetAddress address = InetAddress.ofLiteral(text);
                // An IPv4 address in IPv6's form has become IPv4.
                return type.isInstance(address)
                        && !address.isAnyLocalAddress()
                        && !address.isLinkLocalAddress()
                        && !address.isMCLinkLocal();
            } catch (IllegalArgumentException _) {
                return false;
            }
        }
    }

    public EndpointSlice {
        endpoints = List.copyOf(endpoints);
        ports = List.copyOf(ports);
    }

    /** True if addresses are host names, which must be resolved. */
    public boolean named() {
        return addressType.equals(AddressType.FQDN.name());
    }

    /** @param ready true if the endpoint takes new connections; unknown counts as ready */
    public record Endpoint(List<String> addresses, boolean ready, Optional<String> zone) {
        public Endpoint {
            addresses = List.copyOf(addresses);
        }

        private static Endpoint read(Fields f, AddressType type) {
            f.known("hostname", "nodeName", "targetRef", "hints", "deprecatedTopology");
            boolean ready = f.object("conditions", c -> c.lenient().bool("ready"))
                    .flatMap(value -> value)
                    .orElse(true);
            List<String> addresses = f.strings("addresses");
            if (addresses.isEmpty()) {
                f.wrong("addresses", "is empty (expected: at least one address)");
            }
            for (String address : addresses) {
                if (!type.has(address)) {
                    f.wrong(
                            "addresses",
                            Wording.quote(address) + " is not valid (expected: " + type.description
                                    + ", for addressType " + type + ")");
                }
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
        AddressType type = f.choice("addressType", AddressType.class).orElse(AddressType.IPv4);
        return new EndpointSlice(
                type.name(),
                f.list("endpoints", endpoint -> Endpoint.read(endpoint, type)),
                f.list("ports", Port::read));
    }
}
