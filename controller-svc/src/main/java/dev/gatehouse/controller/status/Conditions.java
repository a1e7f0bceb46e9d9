package dev.gatehouse.controller.status;

import java.util.Set;

/** The condition types that Gatehouse writes: types of Gateway API and of Envoy Gateway's policies. */
public final class Conditions {
    public static final String ACCEPTED = "Accepted";
    public static final String PROGRAMMED = "Programmed";
    public static final String RESOLVED_REFS = "ResolvedRefs";
    public static final String CONFLICTED = "Conflicted";
    public static final String OVERRIDDEN = "Overridden";
    public static final String MERGED = "Merged";
    public static final String OVERLAPPING_TLS = "OverlappingTLSConfig";
    public static final String INSECURE_FRONTEND_VALIDATION = "InsecureFrontendValidationMode";
    public static final String ADDRESSES_ASSIGNED = "AddressesAssigned";

    /** False if a backend of an HTTP route has no ready endpoint. */
    public static final String BACKENDS_AVAILABLE = "BackendsAvailable";

    /** True if some of a route's rules are left out. */
    public static final String PARTIALLY_INVALID = "PartiallyInvalid";

    /** True if another route has an equal match for the same hostname. */
    public static final String ROUTE_RULES_OVERLAP = "RouteRulesOverlap";

    /** True if routes with useDefaultGateways attach to the Gateway. */
    public static final String DEFAULT_GATEWAY = "DefaultGateway";

    /** True if there are more ancestors than a status may name. */
    public static final String AGGREGATED = "Aggregated";

    /** True if a setting of the object has no effect. */
    public static final String WARNING = "Warning";

    /** All of them. */
    static final Set<String> ALL = Set.of(
            ACCEPTED,
            PROGRAMMED,
            RESOLVED_REFS,
            CONFLICTED,
            OVERRIDDEN,
            MERGED,
            OVERLAPPING_TLS,
            INSECURE_FRONTEND_VALIDATION,
            ADDRESSES_ASSIGNED,
            BACKENDS_AVAILABLE,
            PARTIALLY_INVALID,
            ROUTE_RULES_OVERLAP,
            DEFAULT_GATEWAY,
            AGGREGATED,
            WARNING);

    private Conditions() {}
}
