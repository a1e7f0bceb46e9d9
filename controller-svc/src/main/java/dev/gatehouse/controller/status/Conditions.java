package dev.gatehouse.controller.status;

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

    /** True if there are more ancestors than a status may name. */
    public static final String AGGREGATED = "Aggregated";

    /** True if a setting of the object has no effect. */
    public static final String WARNING = "Warning";

    private Conditions() {}
}
