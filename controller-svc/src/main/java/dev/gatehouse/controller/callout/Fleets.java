package dev.gatehouse.controller.callout;

import java.util.Set;

/** The fleets of the callout services; a fleet of proxies is named after its Gateway. */
public final class Fleets {
    public static final String RATE_LIMIT = "gatehouse/ratelimit";
    public static final String WAF = "gatehouse/waf";
    public static final String AUTHZ = "gatehouse/authz";

    /** The fleets of all callout services. */
    public static final Set<String> ALL = Set.of(RATE_LIMIT, WAF, AUTHZ);

    private Fleets() {}

    /** The name of the service whose fleet this is: waf-svc for "gatehouse/waf". */
    public static String service(String fleet) {
        return fleet.substring(fleet.indexOf('/') + 1) + "-svc";
    }
}
