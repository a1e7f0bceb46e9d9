package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.EndpointSlice;
import dev.gatehouse.gatewayapi.EndpointSlice.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LocalClusterTest {
    private static Endpoint endpoint(String address, boolean ready, String zone) {
        return new Endpoint(List.of(address), ready, Optional.of(zone));
    }

    private static List<String> zones(ClusterLoadAssignment assignment) {
        return assignment.getEndpointsList().stream()
                .map(LocalClusterTest::text)
                .toList();
    }

    private static String text(LocalityLbEndpoints locality) {
        return locality.getLocality().getZone() + ": "
                + String.join(
                        " ",
                        locality.getLbEndpointsList().stream()
                                .map(each -> each.getEndpoint()
                                        .getAddress()
                                        .getSocketAddress()
                                        .getAddress())
                                .toList());
    }

    @Test
    void readyProxiesAreGroupedByTheirZones() {
        EndpointSlice slice = new EndpointSlice(
                "IPv4",
                List.of(
                        endpoint("10.0.0.2", true, "b"),
                        endpoint("10.0.0.3", true, "a"),
                        endpoint("10.0.0.4", false, "c"),
                        endpoint("10.0.0.1", true, "b")),
                List.of());

        assertThat(zones(LocalCluster.endpoints(List.of(slice))))
                .containsExactly("a: 10.0.0.3", "b: 10.0.0.1 10.0.0.2");
    }

    @Test
    void aProxyWithAddressesOfTwoFamiliesCountsOnce() {
        EndpointSlice four = new EndpointSlice("IPv4", List.of(endpoint("10.0.0.1", true, "a")), List.of());
        EndpointSlice six = new EndpointSlice("IPv6", List.of(endpoint("fd00::1", true, "a")), List.of());

        assertThat(zones(LocalCluster.endpoints(List.of(six, four)))).containsExactly("a: 10.0.0.1");
    }

    @Test
    void aFleetWithoutProxiesHasTheResourceAllTheSame() {
        ClusterLoadAssignment assignment = LocalCluster.endpoints(List.of());

        assertThat(assignment.getClusterName()).isEqualTo(LocalCluster.NAME);
        assertThat(assignment.getEndpointsList()).isEmpty();
    }
}
