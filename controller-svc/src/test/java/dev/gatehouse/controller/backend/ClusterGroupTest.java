package dev.gatehouse.controller.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.backend.ClusterGroup.Member;
import dev.gatehouse.controller.backend.ClusterSpec.Endpoints;
import dev.gatehouse.controller.backend.ClusterSpec.Protocol;
import dev.gatehouse.gatewayapi.Backend.Endpoint;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterGroupTest {
    private static final Member ADDRESS = member("a", new Endpoint.Ip("10.0.0.1", 80), Protocol.HTTP1, false);
    private static final Member NAME = member("b", new Endpoint.Fqdn("b.example", 80), Protocol.HTTP1, false);
    private static final Member SOCKET = member("c", new Endpoint.Unix("/run/c"), Protocol.HTTP1, false);
    private static final Member HTTP2 = member("d", new Endpoint.Ip("10.0.0.1", 80), Protocol.HTTP2, false);
    private static final Member STAND_BY = member("e", new Endpoint.Ip("10.0.0.5", 80), Protocol.HTTP1, true);

    @Test
    void isNamedByWhatItIs() {
        assertThat(ClusterGroup.of(List.of(ADDRESS, STAND_BY)).name()).isEqualTo("group/a*3,e*3(stand-by)");
    }

    @Test
    void hasTheAddressesWithTheClusterWhereOneIsAName() {
        assertThat(ClusterGroup.of(List.of(ADDRESS, NAME)).endpoints().dns()).isTrue();
        assertThat(ClusterGroup.of(List.of(ADDRESS, STAND_BY)).endpoints().dns())
                .isFalse();
    }

    @Test
    void cannotSpeakTwoProtocolsNorHaveNamesBesideSockets() {
        assertThat(ClusterGroup.obstacle(List.of(ADDRESS, HTTP2))).isPresent();
        assertThat(ClusterGroup.obstacle(List.of(NAME, SOCKET))).isPresent();
        assertThat(ClusterGroup.obstacle(List.of(ADDRESS, SOCKET, STAND_BY))).isEmpty();
    }

    @Test
    void whoStandsByForNobodyServes() {
        assertThat(standBy(List.of(ADDRESS, STAND_BY))).containsExactly(false, true);
        assertThat(standBy(List.of(STAND_BY, STAND_BY))).containsExactly(false, false);
    }

    private static List<Boolean> standBy(List<Member> members) {
        return ClusterGroup.of(members).endpoints() instanceof Endpoints.Weighted weighted
                ? weighted.shares().stream().map(ClusterSpec.Share::standBy).toList()
                : List.of();
    }

    private static Member member(String name, Endpoint endpoint, Protocol protocol, boolean standBy) {
        return new Member(
                new ClusterSpec(
                        name,
                        new Endpoints.Listed(List.of(ClusterSpec.Place.of(endpoint, Optional.empty()))),
                        protocol),
                3,
                standBy);
    }
}
