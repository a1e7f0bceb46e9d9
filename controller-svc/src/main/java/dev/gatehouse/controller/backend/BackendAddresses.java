package dev.gatehouse.controller.backend;

import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.EndpointSlice;
import dev.gatehouse.gatewayapi.security.Cidr;
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
 * Which addresses backends may have. A proxy's loopback interface leads to the proxy's own admin page, and link-local addresses lead to
 * what the node trusts (a cloud's metadata service): who may write a route must not reach them through a proxy.
 *
 * @param backends Envoy Gateway's Backends may be used
 * @param onHost the proxies run on the host that the user works on: loopback and Unix sockets lead to the user's own servers
 * @param ownPorts ports of Gatehouse's own on loopback: administration, and gRPC between its parts
 * @param unresolved addresses that the host of a request must not lead to (Backends of type DynamicResolver); IPv4 in the forms of IPv6 always
 */
public record BackendAddresses(boolean backends, boolean onHost, Set<Integer> ownPorts, List<Cidr> unresolved) {
    /** IPv4 in the forms of IPv6: no name server answers so. */
    private static final List<Cidr> EMBEDDED = List.of(new Cidr("::", 96), new Cidr("::ffff:0:0", 96));

    /** What no client has any business with: this host, link-local, and multicast. */
    public static final List<Cidr> NEVER_RESOLVED = List.of(
            new Cidr("0.0.0.0", 8),
            new Cidr("127.0.0.0", 8),
            new Cidr("169.254.0.0", 16),
            new Cidr("224.0.0.0", 3),
            new Cidr("fe80::", 10),
            new Cidr("ff00::", 8));

    private static final Pattern IPV4 = Pattern.compile("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}");

    /** What resolvers read as a number, and so as an IPv4 address in one of its short forms. */
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

    /** With what the host of a request must not lead to unless somebody says otherwise. */
    public BackendAddresses(boolean backends, boolean onHost, Set<Integer> ownPorts) {
        this(backends, onHost, ownPorts, NEVER_RESOLVED);
    }

    /** The same, where the host of a request must not lead to {@code addresses}. */
    public BackendAddresses resolvingAllBut(List<Cidr> addresses) {
        return new BackendAddresses(backends, onHost, ownPorts, addresses);
    }

    /**
     * Why an endpoint may not be used.
     *
     * @param reason of the condition ResolvedRefs, as Envoy Gateway has it
     */
    public record Refusal(String reason, String message) {}

    /** Why {@code endpoint} may not be used; empty: it may. */
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
     * The slice without what may not be used. Kubernetes' API server lets no such address in; a file may name any, and anybody who may write a
     * slice any host name.
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
        // Whatever the name is, it may lead to loopback.
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

    /** Reads an IP address as Envoy does; an IPv4 address in an IPv6 address counts as the former. */
    private static Optional<InetAddress> parse(String text) {
        boolean ipv6 = text.indexOf(':') >= 0;
        if (!ipv6 && !IPV4.matcher(text).matches()) {
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
