package dev.gatehouse.controller.backend;

import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.EndpointSlice;
import dev.gatehouse.gatewayapi.security.Cidr;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which addresses backends may have. A proxy's loopback interface leads to the proxy's own admin page, and link-local
 * addresses lead to services that trust the node, such as a cloud's metadata service. The author of a route must not
 * reach either through a proxy.
 *
 * @param backends whether Envoy Gateway's Backends may be used
 * @param onHost whether the proxies run on the user's own host: loopback and Unix sockets then lead to the user's own
 * servers and are allowed
 * @param ownPorts the loopback ports of Gatehouse's own services (administration, and gRPC between services), which no
 * backend may use
 * @param unresolved the addresses that a Backend of type DynamicResolver must not send a request to; IPv4 addresses in
 * IPv6 form are always among them
 */
public record BackendAddresses(boolean backends, boolean onHost, Set<Integer> ownPorts, List<Cidr> unresolved) {
    /** IPv4 addresses in IPv6 form, which no name server answers with. */
    private static final List<Cidr> EMBEDDED = List.of(new Cidr("::", 96), new Cidr("::ffff:0:0", 96));

    /** The addresses that no client may reach by the host of its request: this host, link-local, and multicast. */
    public static final List<Cidr> NEVER_RESOLVED = List.of(
            new Cidr("0.0.0.0", 8),
            new Cidr("127.0.0.0", 8),
            new Cidr("169.254.0.0", 16),
            new Cidr("224.0.0.0", 3),
            new Cidr("fe80::", 10),
            new Cidr("ff00::", 8));

    /** Text that resolvers read as a number, and so as a part of an IPv4 address in a short form. */
    private static final Pattern NUMBER = Pattern.compile("\\d+|0x[0-9a-f]*");

    private static final Set<String> LOOPBACK_NAMES = Set.of(
            "localhost",
            "localhost.localdomain",
            "localhost4",
            "localhost4.localdomain4",
            "localhost6",
            "localhost6.localdomain6",
            "ip6-localhost",
            "ip6-loopback");

    public BackendAddresses {
        ownPorts = Set.copyOf(ownPorts);
        unresolved =
                Stream.concat(unresolved.stream(), EMBEDDED.stream()).distinct().toList();
    }

    /** Uses {@link #NEVER_RESOLVED} as the addresses that the host of a request must not lead to. */
    public BackendAddresses(boolean backends, boolean onHost, Set<Integer> ownPorts) {
        this(backends, onHost, ownPorts, NEVER_RESOLVED);
    }

    /** A copy in which the host of a request must not lead to {@code addresses}. */
    public BackendAddresses resolvingAllBut(List<Cidr> addresses) {
        return new BackendAddresses(backends, onHost, ownPorts, addresses);
    }

    /**
     * Why an endpoint may not be used.
     *
     * @param reason of the condition ResolvedRefs, as Envoy Gateway has it
     */
    public record Refusal(String reason, String message) {}

    /** Why {@code endpoint} may not be used; empty: the endpoint is allowed. */
    public Optional<Refusal> refusal(Backend.Endpoint endpoint) {
        return switch (endpoint) {
            case Backend.Endpoint.Fqdn fqdn -> name(fqdn.hostname(), fqdn.port());
            case Backend.Endpoint.Ip ip -> address(ip.address(), ip.port());
            case Backend.Endpoint.Unix unix ->
                onHost
                        ? Optional.empty()
                        : Optional.of(
                                new Refusal(
                                        "UnsupportedAddressType",
                                        "unix.path \"" + unix.path()
                                                + "\" would be a socket in the proxy's own file system (expected: fqdn or ip)."));
        };
    }

    /**
     * A copy of the slice without the endpoints that may not be used. Kubernetes' API server refuses loopback and
     * link-local addresses, but a file may hold any address, and a slice's author may write any host name.
     */
    public EndpointSlice usable(EndpointSlice slice) {
        List<EndpointSlice.Endpoint> endpoints = slice.endpoints().stream()
                .filter(endpoint -> endpoint.addresses().stream()
                        .noneMatch(address -> slice.named()
                                ? nameProblem(address).isPresent()
                                : parse(address).map(this::isForbidden).orElse(false)))
                .toList();
        boolean local = slice.named()
                || endpoints.stream()
                        .flatMap(endpoint -> endpoint.addresses().stream())
                        .anyMatch(address ->
                                parse(address).map(BackendAddresses::isThisHost).orElse(false));
        List<EndpointSlice.Port> ports = slice.ports().stream()
                .filter(port ->
                        !local || port.port().map(p -> !ownPorts.contains(p)).orElse(true))
                .toList();
        return new EndpointSlice(slice.addressType(), endpoints, ports);
    }

    private Optional<Refusal> address(String text, int port) {
        Optional<InetAddress> address = parse(text);
        if (address.isEmpty()) {
            return invalid("ip.address \"" + text + "\" is no IP address (expected: an IPv4 or IPv6 address).");
        }
        if (isForbidden(address.get())) {
            return invalid("ip.address \"" + text + "\" is " + range(address.get())
                    + " (expected: an address that is the same from every host).");
        }
        return isThisHost(address.get()) ? own(port) : Optional.empty();
    }

    private Optional<Refusal> name(String hostname, int port) {
        // Any name may resolve to a loopback address, so that the port must not be Gatehouse's own.
        return nameProblem(hostname).or(() -> own(port));
    }

    private Optional<Refusal> nameProblem(String hostname) {
        String name = hostname.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
        String field = "the hostname \"" + hostname + "\"";
        if (NUMBER.matcher(name.substring(name.lastIndexOf('.') + 1)).matches()) {
            return invalid(field + " is an IP address (expected: a DNS name; addresses belong in ip).");
        }
        if (!onHost && (LOOPBACK_NAMES.contains(name) || name.endsWith(".localhost"))) {
            return invalid(field + " is the proxy itself (expected: the name of another host).");
        }
        if (!onHost && name.indexOf('.') < 0) {
            return invalid(field + " has no dot (expected: a domain of at least two labels).");
        }
        return Optional.empty();
    }

    private Optional<Refusal> own(int port) {
        return ownPorts.contains(port)
                ? invalid("port " + port + " is one of Gatehouse's own on loopback (expected: another port).")
                : Optional.empty();
    }

    private static Optional<Refusal> invalid(String message) {
        return Optional.of(new Refusal("InvalidAddress", message));
    }

    private boolean isForbidden(InetAddress address) {
        return address.isAnyLocalAddress()
                || address.getAddress()[0] == 0 && address.getAddress().length == 4
                || address.isLinkLocalAddress()
                || address.isMulticastAddress()
                || address.isLoopbackAddress() && !onHost;
    }

    private static String range(InetAddress address) {
        if (address.isLoopbackAddress()) {
            return "the proxy itself (loopback)";
        }
        if (address.isLinkLocalAddress()) {
            return "link-local";
        }
        return address.isMulticastAddress() ? "multicast" : "unspecified";
    }

    private static boolean isThisHost(InetAddress address) {
        return address.isLoopbackAddress();
    }

    /** Reads an IP address as Envoy does. An IPv4 address in IPv6 form is read as the IPv4 address. */
    private static Optional<InetAddress> parse(String text) {
        boolean ipv6 = text.indexOf(':') >= 0;
        if (!ipv6 && !Syntax.DOTTED_QUAD.matches(text)) {
            return Optional.empty();
        }
        try {
            InetAddress address = InetAddress.ofLiteral(text);
            if (address instanceof Inet6Address six && six.isIPv4CompatibleAddress() && !six.isAnyLocalAddress()) {
                byte[] bytes = six.getAddress();
                // ::1 has this form too.
                return Optional.of(
                        six.isLoopbackAddress() ? six : InetAddress.getByAddress(Arrays.copyOfRange(bytes, 12, 16)));
            }
            return Optional.of(address);
        } catch (IllegalArgumentException | UnknownHostException _) {
            return Optional.empty();
        }
    }
}
