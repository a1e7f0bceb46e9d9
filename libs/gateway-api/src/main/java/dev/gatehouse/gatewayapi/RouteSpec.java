package dev.gatehouse.gatewayapi;

import java.util.List;

/** What all routes have in common. */
public sealed interface RouteSpec permits HttpRoute, GrpcRoute, TlsRoute, L4Route {
    /** The Gateways, ListenerSets and listeners that the route wants to be part of. */
    List<ParentReference> parents();

    /** The hostnames that the route is for; empty: all of the listener's. */
    List<String> hostnames();
}
