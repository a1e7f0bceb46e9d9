package dev.gatehouse.controller.envoy;

/** The names of the HTTP filters, which per-route configuration refers to. */
final class FilterNames {
    static final String CORS = "envoy.filters.http.cors";
    static final String CSRF = "envoy.filters.http.csrf";
    static final String EXT_AUTHZ = "envoy.filters.http.ext_authz";
    static final String JWT_AUTHN = "envoy.filters.http.jwt_authn";
    static final String EXT_PROC_WAF = "envoy.filters.http.ext_proc/waf";
    static final String RBAC = "envoy.filters.http.rbac";
    static final String STATEFUL_SESSION = "envoy.filters.http.stateful_session";
    static final String RATE_LIMIT = "envoy.filters.http.ratelimit";
    static final String GRPC_STATS = "envoy.filters.http.grpc_stats";
    static final String ROUTER = "envoy.filters.http.router";

    private FilterNames() {}
}
