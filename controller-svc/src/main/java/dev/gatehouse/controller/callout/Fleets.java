package dev.gatehouse.controller.callout;

import java.util.Set;

/** The fleets of the callout services; a fleet of proxies is named after its Gateway. */
public final class Fleets {
    public static final String RATE_LIMIT = "gatehouse/ratelimit";
    public static final String WAF = "gatehouse/waf";
    public static final String AUTHZ = "gatehouse/authz";

    /** All of them. */
    public static final Set<String> ALL = Set.of(RATE_LIMIT, WAF, AUTHZ);

    private Fleets() {}

    /** The service that a callout fleet is: "gatehouse/waf" is waf-svc. */
    public static String service(String fleet) {
        return fleet.substring(fleet.indexOf('/') + 1) + "-svc";
    }
}
