package dev.gatehouse.envoyapi;

/** The type URLs of the resources that are published: Envoy's, and those for Gatehouse's own services. */
public final class TypeUrls {
    private static final String PREFIX = "type.googleapis.com/";

    public static final String LISTENER = PREFIX + "envoy.config.listener.v3.Listener";
    public static final String ROUTES = PREFIX + "envoy.config.route.v3.RouteConfiguration";
    public static final String SCOPED_ROUTES = PREFIX + "envoy.config.route.v3.ScopedRouteConfiguration";
    public static final String VIRTUAL_HOST = PREFIX + "envoy.config.route.v3.VirtualHost";
    public static final String CLUSTER = PREFIX + "envoy.config.cluster.v3.Cluster";
    public static final String ENDPOINTS = PREFIX + "envoy.config.endpoint.v3.ClusterLoadAssignment";
    public static final String SECRET = PREFIX + "envoy.extensions.transport_sockets.tls.v3.Secret";
    public static final String EXTENSION_CONFIG = PREFIX + "envoy.config.core.v3.TypedExtensionConfig";
    public static final String RATE_LIMIT = PREFIX + "ratelimit.config.ratelimit.v3.RateLimitConfig";
    public static final String WAF = PREFIX + "gatehouse.waf.v1.WafPolicy";
    public static final String ACCESS = PREFIX + "gatehouse.authz.v1.AccessPolicy";

    private TypeUrls() {}
}
