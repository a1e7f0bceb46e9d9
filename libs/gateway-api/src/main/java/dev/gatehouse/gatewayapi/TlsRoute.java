package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Optional;

/** TLSRoute: routes connections by their SNI. */
public record TlsRoute(
        List<ParentReference> parents, boolean usesDefaultGateways, List<String> hostnames, List<Rule> rules)
        implements RouteSpec {
    public TlsRoute {
        parents = List.copyOf(parents);
        hostnames = List.copyOf(hostnames);
        rules = List.copyOf(rules);
    }

    /** A rule of a TLSRoute, TCPRoute or UDPRoute. */
    public record Rule(Optional<String> name, List<BackendReference> backends) {
        public Rule {
            backends = List.copyOf(backends);
        }

        static Rule read(Fields f) {
            return new Rule(
                    f.string("name", Syntax.DNS_NAME), f.list("backendRefs", 1, 16, BackendReference::readWeighted));
        }
    }

    static TlsRoute read(Fields f) {
        return new TlsRoute(
                ParentReference.readAll(f),
                ParentReference.readDefaults(f),
                RouteHostnames.read(f),
                f.list("rules", 1, 16, Rule::read));
    }
}
