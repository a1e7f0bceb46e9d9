package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Optional;

/**
 * Envoy Gateway's Backend: endpoints that are not a Kubernetes Service.
 *
 * @param dynamic true if each request is sent to its own host, without endpoints
 * @param tls the Backend's own TLS settings, which a BackendTLSPolicy overrides
 */
public record Backend(
        boolean dynamic,
        List<Member> endpoints,
        List<String> appProtocols,
        boolean fallback,
        Optional<BackendTlsSettings> tls) {
    public Backend {
        endpoints = List.copyOf(endpoints);
        appProtocols = List.copyOf(appProtocols);
    }

    /**
     * An endpoint.
     *
     * @param hostname the endpoint's name, if its address is not its name
     * @param zone the zone that the endpoint is in
     */
    public record Member(Endpoint endpoint, Optional<String> hostname, Optional<String> zone) {
        private static Member read(Fields f) {
            return new Member(
                    Endpoint.read(f),
                    f.string("hostname", Syntax.PRECISE_HOSTNAME),
                    f.string("zone").filter(zone -> !zone.isEmpty()));
        }

        /** The endpoint's name; empty: it has an address only. */
        public Optional<String> name() {
            return hostname.or(
                    () -> endpoint instanceof Endpoint.Fqdn fqdn ? Optional.of(fqdn.hostname()) : Optional.empty());
        }
    }

    /** The address of a backend. */
    public sealed interface Endpoint {
        /** The port; empty for a Unix socket. */
        default Optional<Integer> portNumber() {
            return switch (this) {
                case Fqdn fqdn -> Optional.of(fqdn.port());
                case Ip ip -> Optional.of(ip.port());
                case Unix _ -> Optional.empty();
            };
        }

        record Fqdn(String hostname, int port) implements Endpoint {}

        record Ip(String address, int port) implements Endpoint {}

        record Unix(String path) implements Endpoint {}

        private static Endpoint read(Fields f) {
            Optional<Endpoint> fqdn = f.object(
                    "fqdn",
                    x -> new Fqdn(
                            x.requiredString("hostname", Syntax.ABSOLUTE_HOSTNAME),
                            x.requiredInteger("port", 1, 65535)));
            Optional<Endpoint> ip = f.object(
                    "ip",
                    x -> new Ip(
                            x.requiredString("address", Syntax.of("[0-9a-fA-F:.]+", 45, "an IPv4 or IPv6 address")),
                            x.requiredInteger("port", 1, 65535)));
            Optional<Endpoint> unix = f.object(
                    "unix",
                    x -> new Unix(
                            x.requiredString("path", Syntax.of("(?s).+", 108, "a path of at most 108 characters"))));
            if (fqdn.stream().count() + ip.stream().count() + unix.stream().count() != 1) {
                f.wrong("expected exactly one of fqdn, ip and unix");
            }
            return fqdn.or(() -> ip).or(() -> unix).orElse(new Unix("/"));
        }
    }

    private enum Type {
        Endpoints,
        DynamicResolver
    }

    static Backend read(Fields f) {
        boolean dynamic = f.choice("type", Type.class).orElse(Type.Endpoints) == Type.DynamicResolver;
        List<Member> endpoints = f.list("endpoints", dynamic ? 0 : 1, dynamic ? 0 : 256, Member::read);
        long names = endpoints.stream()
                .filter(each -> each.endpoint() instanceof Endpoint.Fqdn)
                .count();
        if (names > 0 && names < endpoints.size()) {
            f.wrong("endpoints", "has fqdn beside other addresses (expected: fqdn in all endpoints, or in none)");
        }
        Optional<BackendTlsSettings> tls = f.object("tls", BackendTlsSettings::read);
        if (tls.filter(BackendTlsSettings::endpointNames).isPresent()
                && endpoints.stream().anyMatch(each -> each.name().isEmpty())) {
            f.wrong("tls", "has autoSNIFromEndpointHostname (expected: a hostname in each endpoint)");
        }
        return new Backend(
                dynamic,
                endpoints,
                f.strings("appProtocols"),
                f.bool("fallback").orElse(false),
                tls);
    }
}
