package dev.gatehouse.gatewayapi;

import java.util.List;

/** What all routes have in common. */
public sealed interface RouteSpec permits HttpRoute, GrpcRoute, TlsRoute, L4Route {
    /** The Gateways, ListenerSets and listeners that the route wants to be part of. */
    List<ParentReference> parents();

    /** The route is part of the Gateways whose {@code defaultScope} is All, too (GEP-3793). */
    boolean usesDefaultGateways();

    /** The hostnames that the route is for; empty: all of the listener's. */
    List<String> hostnames();
}
