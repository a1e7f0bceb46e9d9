package dev.gatehouse.controller.infrastructure;

import dev.gatehouse.gatewayapi.ProxyTelemetry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The default selection of Envoy's statistics, for proxies whose EnvoyProxy has no {@code telemetry.metrics.matches}.
 * It includes the statistics that the dashboards and alerts of {@code observability/} and the shutdown manager use.
 * Envoy's own default, all of them, is some 300 series for each cluster; these are at most {@value
 * #MAX_SERIES_OF_CLUSTER}, so that 5,000 routes with a backend each stay below 100,000.
 */
public final class ProxyStats {
    /** The most series of a cluster with responses of three status classes. */
    public static final int MAX_SERIES_OF_CLUSTER = 20;

    /**
     * Matches names that do not end in ".internal" or ".external", under which Envoy counts each request a second time.
     * The expression is long, since RE2 has no lookahead.
     */
    private static final String NOT_COUNTED_TWICE =
            "(?:.*(?:[^l]|[^a]l|[^n]al|[^r]nal|[^e]rnal|[^t]ernal|[^nx]ternal|[^i]nternal|[^e]xternal|[^.](?:in|ex)ternal))";

    private static final List<String> PREFIXES = List.of(
            "server.", "control_plane.", "cluster_manager.", "listener_manager.", "overload.", "main_thread.watchdog");

    private static final List<String> REGEXES = List.of(
            "^cluster\\." + NOT_COUNTED_TWICE + "\\.(?:upstream_rq_[1-5]xx|upstream_rq_time)$",
            "^cluster\\..*\\.(?:membership_healthy|membership_total|upstream_cx_connect_fail|upstream_rq_pending_overflow"
                    + "|upstream_rq_timeout|upstream_rq_retry|outlier_detection\\.ejections_active)$",
            "^cluster\\.xds_cluster\\.upstream_cx_(?:total|active)$",
            "^cluster\\..*\\.ratelimit\\.(?:over_limit|error|failure_mode_allowed)$",
            "^cluster\\..*\\.ext_authz\\.(?:denied|error|failure_mode_allowed)$",
            "^http\\..*\\.(?:downstream_rq_[1-5]xx|downstream_rq_time|downstream_rq_timeout|downstream_rq_overload_close"
                    + "|downstream_cx_total|downstream_cx_rx_bytes_total|downstream_cx_tx_bytes_total|no_route)$",
            "^http\\..*\\.ext_authz\\.(?:ok|denied|error|failure_mode_allowed)$",
            "^http\\..*\\.ext_proc\\.(?:streams_started|streams_failed|message_timeouts|failure_mode_allowed)$",
            "^http\\..*\\.rbac\\.policy\\..*\\.shadow_(?:allowed|denied)$",
            "^http\\..*\\.jwt_authn\\.(?:allowed|denied|jwks_fetch_failed)$",
            ".*\\.http_local_rate_limit\\.(?:ok|rate_limited|enforced)$",
            "^listener\\..*\\.(?:downstream_cx_total|downstream_cx_overflow|downstream_global_cx_overflow|no_filter_chain_match"
                    + "|ssl\\.handshake|ssl\\.connection_error|ssl\\.certificate\\..*\\.expiration_unix_time_seconds)$",
            "^tcp\\..*\\.(?:downstream_cx_total|downstream_cx_no_route|downstream_cx_rx_bytes_total|downstream_cx_tx_bytes_total)$",
            // Only routes with a routeStatName have these. Each status that a route has answered with is a series more.
            "^vhost\\..*\\.route\\..*\\.(?:upstream_rq_[1-5](?:xx|[0-9][0-9])|upstream_rq_time)$");

    /**
     * The statistics by which the end of the drain is noticed. They are kept whatever {@code telemetry.metrics.matches}
     * selects: without them requests under way would be cut off.
     */
    private static final List<String> OF_DRAIN =
            List.of("^listener\\..*\\.downstream_cx_active$", "^http\\..*\\.downstream_(?:cx|rq)_active$");

    /** The histogram buckets of clusters, in milliseconds. */
    private static final List<Integer> CLUSTER_BUCKETS = List.of(10, 50, 100, 250, 1000, 5000);

    /** The histogram buckets of routes, in milliseconds: three, so that a route has at most ten series, and one for each status. */
    private static final List<Integer> ROUTE_BUCKETS = List.of(50, 250, 1000);

    private static final List<Integer> LISTENER_BUCKETS =
            List.of(5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000);

    private ProxyStats() {}

    /** The patterns of {@code stats_config.stats_matcher.inclusion_list}, with the statistics that an EnvoyProxy enables in addition. */
    static List<Object> patterns(ProxyTelemetry.Metrics metrics) {
        List<Object> patterns = new ArrayList<>();
        PREFIXES.forEach(each -> patterns.add(Map.of("prefix", each)));
        REGEXES.forEach(each -> patterns.add(regex(each)));
        patterns.addAll(ofDrain());
        if (metrics.perHost()) {
            patterns.add(Map.of("prefix", "vhost."));
        }
        if (metrics.sizes()) {
            patterns.add(regex("^cluster\\..*\\.upstream_r[qs]_(?:headers|body)_(?:size|count)$"));
        }
        if (metrics.grpc()) {
            patterns.add(regex("^cluster\\..*\\.grpc\\..*"));
        }
        return patterns;
    }

    /** The patterns of the statistics that are kept whatever an EnvoyProxy selects. */
    static List<Object> ofDrain() {
        return OF_DRAIN.stream().<Object>map(ProxyStats::regex).toList();
    }

    /** {@code stats_config.histogram_bucket_settings}. */
    static List<Object> buckets() {
        return List.of(
                bucket("^vhost\\..*", ROUTE_BUCKETS),
                bucket("^cluster\\..*\\.upstream_rq_time$", CLUSTER_BUCKETS),
                bucket("^http\\..*\\.downstream_rq_time$", LISTENER_BUCKETS));
    }

    private static Map<String, Object> bucket(String regex, List<Integer> buckets) {
        Map<String, Object> setting = new LinkedHashMap<>();
        setting.put("match", regex(regex));
        setting.put("buckets", buckets);
        return setting;
    }

    private static Map<String, Object> regex(String regex) {
        return Map.of("safe_regex", Map.of("regex", regex));
    }
}
