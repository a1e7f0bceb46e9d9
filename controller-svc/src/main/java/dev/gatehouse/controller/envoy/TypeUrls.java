package dev.gatehouse.controller.envoy;

/** The type URLs of the resources that are published. */
public final class TypeUrls {
    private static final String PREFIX = "type.googleapis.com/";

    public static final String LISTENER = PREFIX + "envoy.config.listener.v3.Listener";
    public static final String ROUTE = PREFIX + "envoy.config.route.v3.RouteConfiguration";
    public static final String CLUSTER = PREFIX + "envoy.config.cluster.v3.Cluster";
    public static final String ENDPOINT = PREFIX + "envoy.config.endpoint.v3.ClusterLoadAssignment";
    public static final String SECRET = PREFIX + "envoy.extensions.transport_sockets.tls.v3.Secret";
    public static final String RATE_LIMIT = PREFIX + "ratelimit.config.ratelimit.v3.RateLimitConfig";
    public static final String WAF = PREFIX + "gatehouse.waf.v1.WafPolicy";
    public static final String ACCESS = PREFIX + "gatehouse.authz.v1.AccessPolicy";

    private TypeUrls() {}
}
