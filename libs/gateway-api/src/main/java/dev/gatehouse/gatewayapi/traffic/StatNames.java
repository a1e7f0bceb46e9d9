package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Names of metrics with placeholders for the route that they are of. */
public final class StatNames {
    static final Syntax ROUTE = Syntax.of(
            "(?:[^%]|%ROUTE_(?:NAME|NAMESPACE|KIND|RULE_NAME)%)*",
            1024, "text with %ROUTE_NAME%, %ROUTE_NAMESPACE%, %ROUTE_KIND% and %ROUTE_RULE_NAME%");

    /** What names of clusters may have. */
    public static final Syntax CLUSTER = Syntax.of(
            "(?:[^%]|%(?:ROUTE_(?:NAME|NAMESPACE|KIND|RULE_NAME|RULE_NUMBER)|BACKEND_REFS)%)*",
            1024,
            "text with %ROUTE_NAME%, %ROUTE_NAMESPACE%, %ROUTE_KIND%, %ROUTE_RULE_NAME%, %ROUTE_RULE_NUMBER% and"
                    + " %BACKEND_REFS%");

    private StatNames() {}

    /** The name for a rule of a route. */
    public static String of(String pattern, ObjectRef route, Optional<String> rule) {
        return pattern.replace("%ROUTE_NAME%", route.name())
                .replace("%ROUTE_NAMESPACE%", route.namespace())
                .replace("%ROUTE_KIND%", route.kind())
                .replace("%ROUTE_RULE_NAME%", rule.orElse("-"));
    }

    /**
     * The name for the clusters of a rule.
     *
     * @param index the rule's index in the route
     * @param backends the backends, each as "namespace/name"
     */
    public static String ofCluster(
            String pattern, ObjectRef route, Optional<String> rule, int index, List<String> backends) {
        String kind = route.kind().toLowerCase(Locale.ROOT);
        return of(pattern.replace("%ROUTE_KIND%", kind), route, rule)
                .replace("%ROUTE_RULE_NUMBER%", String.valueOf(index))
                .replace("%BACKEND_REFS%", String.join("|", backends));
    }
}
