package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;

/** The hostnames of a route. Gateway API forbids addresses, which its schema lets pass, and Envoy Gateway serves. */
final class RouteHostnames {
    private RouteHostnames() {}

    static List<String> read(Fields f) {
        List<String> names = f.strings("hostnames", Syntax.HOSTNAME);
        for (int i = 0; i < names.size(); i++) {
            if (Syntax.DOTTED_QUAD.matches(names.get(i))) {
                f.warn(
                        "hostnames[" + i + "]",
                        "\"" + names.get(i)
                                + "\" is an IP address, which Gateway API does not allow (expected: a DNS name)");
            }
        }
        return names;
    }
}
