package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;

/** TCPRoute or UDPRoute: forwards all connections or datagrams of a listener. */
public record L4Route(List<ParentReference> parents, boolean usesDefaultGateways, List<TlsRoute.Rule> rules)
        implements RouteSpec {
    public L4Route {
        parents = List.copyOf(parents);
        rules = List.copyOf(rules);
    }

    @Override
    public List<String> hostnames() {
        return List.of();
    }

    static L4Route read(Fields f) {
        return new L4Route(
                ParentReference.readAll(f),
                ParentReference.readDefaults(f),
                f.list("rules", 1, 16, TlsRoute.Rule::read));
    }
}
