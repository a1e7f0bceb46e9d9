package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.ProxyTelemetry;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyStatsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cluster.service/shop/app/8000.upstream_rq_2xx",
                "cluster.backend/shop/with.dots.upstream_rq_time",
                "cluster.backend/shop/terminal.upstream_rq_5xx",
                "cluster.backend/shop/external.upstream_rq_5xx",
                "cluster.service/shop/app/8000.membership_healthy",
                "cluster.service/shop/app/8000.ratelimit.failure_mode_allowed",
                "cluster.xds_cluster.upstream_cx_active",
                "http.shop-front-80.downstream_rq_time",
                "http.shop-front-80.ext_proc.streams_failed",
                "vhost.shop/front/http/*.route.HTTPRoute/shop/app.upstream_rq_2xx",
                "server.memory_allocated",
                // Draining looks at these.
                "listener.0.0.0.0_80.downstream_cx_active",
                "http.shop-front-80.downstream_cx_active",
                "http.shop-front-80.downstream_rq_active"
            })
    void aProxyKeeps(String name) {
        assertThat(kept(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cluster.service/shop/app/8000.external.upstream_rq_2xx",
                "cluster.service/shop/app/8000.internal.upstream_rq_time",
                "cluster.service/shop/app/8000.upstream_cx_length_ms",
                "cluster.service/shop/app/8000.upstream_rq_200",
                "cluster.service/shop/app/8000.lb_healthy_panic",
                "vhost.shop/front/http/*.vcluster.other.upstream_rq_2xx",
                "http.shop-front-80.fault.delays_injected"
            })
    void aProxyDoesNotKeep(String name) {
        assertThat(kept(name)).isFalse();
    }

    @Test
    void theHistogramOfAClusterFitsTheBudget() {
        // Its buckets with +Inf, sum and count; three classes of statuses; seven gauges and counters.
        assertThat(9 + 3 + 7).isLessThanOrEqualTo(ProxyStats.MAX_SERIES_OF_CLUSTER);
        assertThat(ProxyStats.buckets().toString()).contains("[10, 50, 100, 250, 1000, 5000]");
    }

    private static boolean kept(String name) {
        return ProxyStats.patterns(ProxyTelemetry.Metrics.DEFAULT).stream()
                .anyMatch(each -> each instanceof Map<?, ?> pattern
                        && (pattern.get("prefix") instanceof String prefix && name.startsWith(prefix)
                                || pattern.get("safe_regex") instanceof Map<?, ?> regex
                                        && name.matches(String.valueOf(regex.get("regex")))));
    }
}
