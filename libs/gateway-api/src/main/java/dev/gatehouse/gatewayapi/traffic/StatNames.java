package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.Optional;

/** Names of metrics with placeholders for the route that they are of. */
public final class StatNames {
    static final Syntax ROUTE = Syntax.of(
            "(?:[^%]|%ROUTE_(?:NAME|NAMESPACE|KIND|RULE_NAME)%)*",
            1024, "text with %ROUTE_NAME%, %ROUTE_NAMESPACE%, %ROUTE_KIND% and %ROUTE_RULE_NAME%");

    private StatNames() {}

    /** The name for a rule of a route. */
    public static String of(String pattern, String kind, String namespace, String name, Optional<String> rule) {
        return pattern.replace("%ROUTE_NAME%", name)
                .replace("%ROUTE_NAMESPACE%", namespace)
                .replace("%ROUTE_KIND%", kind)
                .replace("%ROUTE_RULE_NAME%", rule.orElse("-"));
    }
}
