package dev.gatehouse.controller.envoy;

/** The names of the HTTP filters, which per-route configuration refers to. */
final class FilterNames {
    static final String HEALTH_CHECK = "envoy.filters.http.health_check";
    static final String CORS = "envoy.filters.http.cors";
    static final String EXT_AUTHZ = "envoy.filters.http.ext_authz";
    static final String EXT_PROC_WAF = "envoy.filters.http.ext_proc/waf";
    static final String STATEFUL_SESSION = "envoy.filters.http.stateful_session";
    static final String RATE_LIMIT = "envoy.filters.http.ratelimit";
    static final String HEADER_MUTATION = "envoy.filters.http.header_mutation";
    static final String GRPC_WEB = "envoy.filters.http.grpc_web";
    static final String GRPC_STATS = "envoy.filters.http.grpc_stats";
    static final String ROUTER = "envoy.filters.http.router";

    private FilterNames() {}
}
