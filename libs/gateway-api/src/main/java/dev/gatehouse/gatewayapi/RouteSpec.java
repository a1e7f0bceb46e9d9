package dev.gatehouse.gatewayapi;

import java.util.List;

/** The common fields of all routes. */
public sealed interface RouteSpec permits HttpRoute, GrpcRoute, TlsRoute, L4Route {
    /** The Gateways, ListenerSets and listeners that the route attaches to. */
    List<ParentReference> parents();

    /** True if the route also attaches to Gateways whose {@code defaultScope} is All (GEP-3793). */
    boolean usesDefaultGateways();

    /** The route's hostnames; an empty list: all hostnames of the listener. */
    List<String> hostnames();
}
