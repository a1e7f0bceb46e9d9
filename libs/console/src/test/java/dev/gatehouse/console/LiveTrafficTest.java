package dev.gatehouse.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LiveTrafficTest {
    private Instant now = Instant.parse("2026-11-28T18:00:00Z");
    private final Map<LiveTraffic.Proxy, ProxyCounters> fleets = new LinkedHashMap<>();
    private final LiveTraffic traffic = new LiveTraffic(() -> fleets, () -> now);

    private static LiveTraffic.Proxy of(String fleet) {
        return new LiveTraffic.Proxy(fleet, "one");
    }

    /** Requests of each class so far, and how many of all took at most 5, at most 10, and longer. */
    private static ProxyCounters counted(int ok, int client, int server, int in5, int in10) {
        return ProxyCounters.of("""
                # TYPE envoy_http_downstream_rq_xx counter
                envoy_http_downstream_rq_xx{envoy_response_code_class="2",envoy_http_conn_manager_prefix="shop-front-80"} %d
                envoy_http_downstream_rq_xx{envoy_response_code_class="4",envoy_http_conn_manager_prefix="shop-front-80"} %d
                envoy_http_downstream_rq_xx{envoy_response_code_class="5",envoy_http_conn_manager_prefix="shop-front-80"} %d
                envoy_http_downstream_rq_xx{envoy_response_code_class="5",envoy_http_conn_manager_prefix="admin"} 1000
                envoy_http_downstream_rq_xx{envoy_response_code_class="2",envoy_http_conn_manager_prefix="eg-stats-http"} 1000
                envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="shop-front-80",le="5"} %d
                envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="shop-front-80",le="10"} %d
                envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="shop-front-80",le="+Inf"} %d
                envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="admin",le="5"} 1000
                """.formatted(ok, client, server, in5, in10, ok + client + server));
    }

    private List<LiveTraffic.Point> after(Duration time) {
        now = now.plus(time);
        return traffic.points(Optional.empty()).points();
    }

    @Test
    void ratesAreOfTheTimeBetweenTwoReadings() {
        fleets.put(of("shop/front"), counted(100, 0, 0, 100, 100));
        assertThat(after(Duration.ZERO)).isEmpty();
        fleets.put(of("shop/front"), counted(120, 6, 4, 115, 130));
        List<LiveTraffic.Point> points = after(Duration.ofSeconds(2));
        assertThat(points).hasSize(1);
        assertThat(points.getFirst().rate()).isEqualTo(15);
        assertThat(points.getFirst().clientErrors()).isEqualTo(3);
        assertThat(points.getFirst().serverErrors()).isEqualTo(2);
        LiveTraffic.Latencies latencies = points.getFirst().latencies().orElseThrow();
        assertThat(latencies.p50()).isCloseTo(5, within(0.001));
        assertThat(latencies.p95()).isCloseTo(9.5, within(0.001));
        assertThat(latencies.p99()).isCloseTo(9.9, within(0.001));
    }

    @Test
    void withoutRequestsThereIsNoLatency() {
        fleets.put(of("shop/front"), counted(100, 0, 0, 100, 100));
        after(Duration.ZERO);
        assertThat(after(Duration.ofSeconds(2)).getFirst()).satisfies(point -> {
            assertThat(point.rate()).isZero();
            assertThat(point.latencies()).isEmpty();
        });
    }

    /** Envoy tells its histograms anew every five seconds, its counters at once. */
    @Test
    void latencyIsALineAlsoWhereHistogramsComeLaterThanCounters() {
        fleets.put(of("shop/front"), counted(0, 0, 0, 0, 0));
        after(Duration.ZERO);
        fleets.put(of("shop/front"), counted(10, 0, 0, 10, 10));
        after(LiveTraffic.INTERVAL);
        assertThat(after(LiveTraffic.INTERVAL))
                .allMatch(point -> point.latencies().isPresent());
        List<LiveTraffic.Point> points = List.of();
        for (int i = 0; i < 6; i++) {
            points = after(LiveTraffic.INTERVAL);
        }
        assertThat(points.getLast().latencies()).as("ten seconds later").isEmpty();
    }

    @Test
    void proxiesAreAskedOnceInAnInterval() {
        fleets.put(of("shop/front"), counted(0, 0, 0, 0, 0));
        after(Duration.ZERO);
        fleets.put(of("shop/front"), counted(10, 0, 0, 10, 10));
        assertThat(after(Duration.ofSeconds(1))).isEmpty();
        assertThat(after(Duration.ofSeconds(1))).hasSize(1);
    }

    @Test
    void aProxyThatHasStartedAnewIsNotBelowZeroAndANewOneIsNotARush() {
        fleets.put(of("shop/front"), counted(100, 0, 0, 100, 100));
        after(Duration.ZERO);
        fleets.put(of("shop/front"), counted(4, 0, 0, 4, 4));
        fleets.put(of("shop/other"), counted(5000, 0, 0, 5000, 5000));
        assertThat(after(Duration.ofSeconds(2)).getFirst().rate()).isEqualTo(2);
    }

    @Test
    void aFleetIsShownAlone() {
        fleets.put(of("shop/front"), counted(0, 0, 0, 0, 0));
        fleets.put(of("shop/other"), counted(0, 0, 0, 0, 0));
        after(Duration.ZERO);
        fleets.put(of("shop/front"), counted(10, 0, 0, 10, 10));
        fleets.put(of("shop/other"), counted(2, 0, 0, 2, 2));
        assertThat(after(Duration.ofSeconds(2)).getFirst().rate()).isEqualTo(6);
        LiveTraffic.Points other = traffic.points(Optional.of("shop/other"));
        assertThat(other.points().getFirst().rate()).isEqualTo(1);
        assertThat(other.fleets()).containsExactly("shop/front", "shop/other");
    }

    @Test
    void afterAPauseThePlotBeginsAnewAndItIsBounded() {
        fleets.put(of("shop/front"), counted(0, 0, 0, 0, 0));
        for (int i = 0; i < LiveTraffic.KEPT + 20; i++) {
            after(LiveTraffic.INTERVAL);
        }
        assertThat(after(LiveTraffic.INTERVAL)).hasSize(LiveTraffic.KEPT);
        assertThat(after(Duration.ofMinutes(1))).isEmpty();
    }
}
