package dev.gatehouse.standalone.migration;

import dev.gatehouse.standalone.imports.Report;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Annotations that tune nginx itself or its logs. They have no counterpart, and leaving them out gives no client more access. */
final class OtherAnnotations {
    private static final Map<String, String> NOT_NEEDED = new LinkedHashMap<>();
    private static final Map<String, String> DIFFERS = new LinkedHashMap<>();

    /** Annotations that other classes of this package read. */
    private static final List<String> READ = List.of(
            ("affinity affinity-canary-behavior affinity-mode allowlist-source-range app-root auth-always-set-cookie auth-cache-duration"
                            + " auth-cache-key auth-keepalive auth-keepalive-requests auth-keepalive-share-vars auth-keepalive-timeout"
                            + " auth-method auth-proxy-set-headers auth-realm auth-request-redirect auth-response-headers auth-secret"
                            + " auth-secret-type auth-signin auth-signin-redirect-param auth-snippet auth-tls-error-page"
                            + " auth-tls-match-cn auth-tls-pass-certificate-to-upstream auth-tls-secret auth-tls-verify-client"
                            + " auth-tls-verify-depth auth-type auth-url backend-protocol canary canary-by-cookie canary-by-header"
                            + " canary-by-header-pattern canary-by-header-value canary-weight canary-weight-total configuration-snippet"
                            + " connection-proxy-header cors-allow-credentials cors-allow-headers cors-allow-methods cors-allow-origin"
                            + " cors-expose-headers cors-max-age custom-headers denylist-source-range enable-cors enable-global-auth"
                            + " enable-modsecurity enable-owasp-core-rules force-ssl-redirect from-to-www-redirect global-rate-limit"
                            + " global-rate-limit-ignored-cidrs global-rate-limit-key global-rate-limit-window limit-allowlist"
                            + " limit-burst-multiplier limit-connections limit-rate limit-rate-after limit-rpm limit-rps limit-whitelist"
                            + " load-balance mirror-host mirror-request-body mirror-target modsecurity-snippet"
                            + " modsecurity-transaction-id permanent-redirect permanent-redirect-code preserve-trailing-slash"
                            + " proxy-body-size proxy-connect-timeout proxy-next-upstream proxy-next-upstream-timeout"
                            + " proxy-next-upstream-tries proxy-read-timeout proxy-send-timeout proxy-ssl-ciphers proxy-ssl-name"
                            + " proxy-ssl-protocols proxy-ssl-secret proxy-ssl-server-name proxy-ssl-verify proxy-ssl-verify-depth"
                            + " relative-redirects rewrite-target satisfy server-alias server-snippet service-upstream"
                            + " session-cookie-change-on-failure session-cookie-conditional-samesite-none session-cookie-domain"
                            + " session-cookie-expires session-cookie-max-age session-cookie-name session-cookie-path"
                            + " session-cookie-samesite session-cookie-secure ssl-passthrough ssl-redirect temporal-redirect"
                            + " temporal-redirect-code upstream-hash-by upstream-hash-by-subset upstream-hash-by-subset-size"
                            + " upstream-vhost use-regex whitelist-source-range x-forwarded-prefix")
                    .split(" "));

    static {
        for (String each : List.of(
                "proxy-buffer-size",
                "proxy-buffers-number",
                "proxy-busy-buffers-size",
                "proxy-max-temp-file-size",
                "client-body-buffer-size",
                "client-header-buffer-size")) {
            NOT_NEEDED.put(each, "Envoy streams, and has buffers of its own (connection.bufferLimit)");
        }
        NOT_NEEDED.put("proxy-buffering", "responses are streamed");
        NOT_NEEDED.put("proxy-http-version", "HTTP/1.1 is spoken, or what the backend's port says");
        NOT_NEEDED.put("enable-rewrite-log", "logs of Envoy are switched on for a proxy, not for a route");
        NOT_NEEDED.put("ssl-prefer-server-ciphers", "Envoy prefers its own order");
        NOT_NEEDED.put("disable-proxy-intercept-errors", "errors of backends reach clients as they are");
        NOT_NEEDED.put("disable-lua", "there is no Lua");
        NOT_NEEDED.put("secure-backends", "backend-protocol says it");
        DIFFERS.put("proxy-request-buffering", "bodies are streamed to backends, unless proxy-body-size has them held");
        DIFFERS.put("http2-push-preload", "there is no push: browsers have taken it out");
        DIFFERS.put(
                "enable-access-log",
                "every request is logged: accessLog of an EnvoyProxy has matches that leave some out");
        for (String each : List.of(
                "enable-opentelemetry",
                "opentelemetry-trust-incoming-span",
                "opentelemetry-operation-name",
                "enable-opentracing",
                "opentracing-trust-incoming-span")) {
            DIFFERS.put(
                    each,
                    "telemetry.tracing of an EnvoyProxy is for a Gateway; sampling of a BackendTrafficPolicy for a route");
        }
        for (String each : List.of(
                "enable-influxdb", "influxdb-measurement", "influxdb-port", "influxdb-host", "influxdb-server-name")) {
            DIFFERS.put(each, "no metrics are sent to InfluxDB: /stats/prometheus of the proxies has them");
        }
        DIFFERS.put("proxy-cookie-domain", "Set-Cookie of the backend reaches the client as it is");
        DIFFERS.put("proxy-cookie-path", "Set-Cookie of the backend reaches the client as it is");
        DIFFERS.put("proxy-redirect-from", "Location of the backend reaches the client as it is");
        DIFFERS.put("proxy-redirect-to", "Location of the backend reaches the client as it is");
        DIFFERS.put("ssl-ciphers", "Envoy's own: tls.ciphers of a ClientTrafficPolicy for the listener");
        DIFFERS.put(
                "custom-http-errors",
                "errors of backends reach clients as they are: responseOverride of a BackendTrafficPolicy has other pages");
        DIFFERS.put(
                "default-backend",
                "503 while the Service has no endpoint: a Backend with fallback: true beside it takes its place");
        DIFFERS.put(
                "stream-snippet",
                "directives of nginx for TCP and UDP: TCPRoutes and UDPRoutes have policies of their own");
    }

    private OtherAnnotations() {}

    /** All annotations that are known here. */
    static Set<String> known() {
        Set<String> all = new TreeSet<>(READ);
        all.addAll(NOT_NEEDED.keySet());
        all.addAll(DIFFERS.keySet());
        return all;
    }

    static void tell(IngressSource ingress, Report report) {
        NOT_NEEDED.forEach((name, reason) ->
                ingress.annotations().get(name).ifPresent(setting -> report.notNeeded(setting, reason)));
        DIFFERS.forEach(
                (name, how) -> ingress.annotations().get(name).ifPresent(setting -> report.differs(setting, how)));
        for (String each : List.of("preserve-trailing-slash", "use-regex")) {
            ingress.annotations()
                    .get(each)
                    .ifPresent(setting -> report.takenOver(
                            setting,
                            "HTTPRoute " + ingress.manifest().namespace() + "/"
                                    + ingress.manifest().name()));
        }
    }
}
