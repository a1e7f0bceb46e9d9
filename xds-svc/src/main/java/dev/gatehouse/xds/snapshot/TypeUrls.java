package dev.gatehouse.xds.snapshot;

/** The type URLs of Envoy's resources that depend on one another. */
public final class TypeUrls {
    public static final String CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
    public static final String ENDPOINTS = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
    public static final String LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener";
    public static final String ROUTES = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
    public static final String SCOPED_ROUTES = "type.googleapis.com/envoy.config.route.v3.ScopedRouteConfiguration";
    public static final String VIRTUAL_HOST = "type.googleapis.com/envoy.config.route.v3.VirtualHost";
    public static final String SECRET = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";
    public static final String EXTENSION_CONFIG = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig";

    private TypeUrls() {}
}
