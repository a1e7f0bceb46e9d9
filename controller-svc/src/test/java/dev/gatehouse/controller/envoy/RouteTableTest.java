package dev.gatehouse.controller.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.envoy.filter.FilterNeeds;
import dev.gatehouse.controller.gateway.Hostnames;
import dev.gatehouse.gatewayapi.HttpRoute.PathType;
import dev.gatehouse.gatewayapi.ObjectRef;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RouteTableTest {
    @Test
    void theMorePreciseMatchComesFirstWhateverRouteItIsOf() {
        RouteConfiguration table = shared(List.of(new RouteTable.Host(
                Hostnames.ANY, Map.of("a.example", List.of(entry("short", 1), entry("long", 9))))));
        assertThat(shown(table)).containsEntry("a.example", List.of("long", "short"));
    }

    @Test
    void theRouteWithTheMoreSpecificHostnameComesFirstWhateverItMatches() {
        RouteConfiguration table = shared(List.of(new RouteTable.Host(
                "a.example",
                Map.of(
                        "a.example",
                        List.of(
                                entry("any", 99).from(Hostnames.ANY),
                                entry("wildcard", 9).from("*.example"),
                                entry("precise", 1).from("a.example"))))));
        assertThat(shown(table)).containsEntry("a.example", List.of("precise", "wildcard", "any"));
    }

    @Test
    void aHostnameIsServedByTheRoutesForItAlone() {
        RouteConfiguration table = shared(List.of(new RouteTable.Host(
                Hostnames.ANY,
                Map.of(
                        "a.example", List.of(entry("precise", 1)),
                        "*.example", List.of(entry("wildcard", 9)),
                        "*", List.of(entry("any", 99))))));
        assertThat(shown(table))
                .containsExactly(
                        Map.entry("a.example", List.of("precise")),
                        Map.entry("*.example", List.of("wildcard")),
                        Map.entry("*", List.of("any")));
    }

    @Test
    void theRoutesOfAWiderListenerAreNotServedForANarrowerOnesHostname() {
        RouteConfiguration table = shared(List.of(
                new RouteTable.Host("*.example", Map.of("*.example", List.of(entry("narrow", 1)))),
                new RouteTable.Host(
                        Hostnames.ANY,
                        Map.of(
                                "*", List.of(entry("wide", 1)),
                                "a.example", List.of(entry("stray", 1))))));
        assertThat(shown(table))
                .containsEntry("*.example", List.of("narrow"))
                .containsEntry("*", List.of("wide"))
                .doesNotContainKey("a.example");
    }

    @Test
    void aListenerWithoutRoutesStillKeepsItsHostnameToItself() {
        RouteConfiguration table = shared(List.of(
                new RouteTable.Host("empty.example", Map.of()),
                new RouteTable.Host(Hostnames.ANY, Map.of("*", List.of(entry("wide", 1))))));
        assertThat(shown(table)).containsEntry("empty.example", List.of());
    }

    @Test
    void aRequestForTheHostnameOfAnotherHttpsListenerIsMisdirected() {
        RouteConfiguration table = single(
                new RouteTable.Host(
                        "*.example",
                        Map.of("*.example", List.of(entry("own", 1)), "a.example", List.of(entry("stray", 1)))),
                List.of("*.example", "a.example"));
        assertThat(shown(table))
                .containsEntry("*.example", List.of("own"))
                .containsEntry("a.example", List.of("misdirected"));
        assertThat(table.getVirtualHostsList()
                        .getLast()
                        .getRoutes(0)
                        .getDirectResponse()
                        .getStatus())
                .isEqualTo(421);
    }

    @Test
    void noDomainIsInATableTwice() {
        RouteConfiguration table = single(
                new RouteTable.Host("a.example", Map.of("a.example", List.of(entry("own", 1)))),
                List.of("*", "*.example", "a.example", "b.example", "b.example"));
        assertThat(table.getVirtualHostsList().stream().flatMap(host -> host.getDomainsList().stream()))
                .doesNotHaveDuplicates()
                .containsExactly("a.example", "b.example", "*.example", "*");
    }

    @Test
    void aRequestForNoOtherListenerIsMisdirectedWhereOneTakesAnyHostname() {
        RouteTable.Host own = new RouteTable.Host("a.example", Map.of("a.example", List.of(entry("own", 1))));
        assertThat(shown(single(own, List.of("a.example", "*"))))
                .containsEntry("a.example", List.of("own"))
                .containsEntry("*", List.of("misdirected"));
        assertThat(shown(single(own, List.of("a.example", "b.example")))).doesNotContainKey("*");
    }

    /** Envoy finds by a route which filters are switched off. */
    @Test
    void everyRequestHasARouteWhereFiltersMayChangeIt() {
        RouteTable.Host own = new RouteTable.Host("a.example", Map.of("a.example", List.of(entry("own", 1))));
        VirtualHost host = RouteTable.virtualHost("t", "a.example", true, own);
        assertThat(shown(RouteTable.with(
                        RouteTable.table("t", true, List.of("a.example"), List.of(), FilterNeeds.NONE), List.of(host))))
                .containsEntry("a.example", List.of("own", "unmatched"))
                .containsEntry("*", List.of("unmatched"));
        assertThat(shown(RouteTable.table("t", true, List.of("a.example", "*"), List.of(), FilterNeeds.NONE)))
                .isEmpty();
        assertThat(shown(RouteTable.table("t", true, List.of("a.example"), List.of("*"), FilterNeeds.NONE)))
                .containsEntry("*", List.of("misdirected"));
    }

    /** The table of HTTP listeners. */
    private static RouteConfiguration shared(List<RouteTable.Host> listeners) {
        List<String> hostnames =
                listeners.stream().map(RouteTable.Host::hostname).toList();
        List<VirtualHost> hosts = listeners.stream()
                .flatMap(listener -> hosts(listener, hostnames))
                .toList();
        return RouteTable.with(RouteTable.table("t", false, hostnames, List.of(), FilterNeeds.NONE), hosts);
    }

    /** The table of an HTTPS listener among listeners with these hostnames. */
    private static RouteConfiguration single(RouteTable.Host own, List<String> hostnames) {
        List<String> others =
                hostnames.stream().filter(each -> !each.equals(own.hostname())).toList();
        return RouteTable.with(
                RouteTable.table("t", false, List.of(own.hostname()), others, FilterNeeds.NONE),
                hosts(own, hostnames).toList());
    }

    private static Stream<VirtualHost> hosts(RouteTable.Host listener, List<String> hostnames) {
        return Stream.concat(Stream.of(listener.hostname()), listener.routes().keySet().stream())
                .distinct()
                .filter(domain -> RouteTable.owns(listener.hostname(), domain, hostnames))
                .map(domain -> RouteTable.virtualHost("t", domain, false, listener));
    }

    private static RouteEntry entry(String name, int pathLength) {
        return new RouteEntry(
                Hostnames.ANY,
                new RouteRank(
                        PathType.PathPrefix,
                        pathLength,
                        false,
                        0,
                        0,
                        0,
                        Optional.empty(),
                        new ObjectRef("HTTPRoute", "default", name),
                        0,
                        0),
                0,
                Route.newBuilder().setName(name).build());
    }

    private static Map<String, List<String>> shown(RouteConfiguration table) {
        Map<String, List<String>> shown = new LinkedHashMap<>();
        table.getVirtualHostsList()
                .forEach(host -> host.getDomainsList()
                        .forEach(domain -> shown.put(
                                domain,
                                host.getRoutesList().stream()
                                        .map(Route::getName)
                                        .toList())));
        return shown;
    }
}
