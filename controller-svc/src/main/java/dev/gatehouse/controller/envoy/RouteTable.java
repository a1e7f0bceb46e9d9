package dev.gatehouse.controller.envoy;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import dev.gatehouse.controller.envoy.filter.FilterNeeds;
import dev.gatehouse.controller.envoy.filter.GeoFilter;
import dev.gatehouse.controller.gateway.Hostnames;
import dev.gatehouse.controller.gateway.ListenerState;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualCluster;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Puts the routes of the listeners of one port together. A listener has its hostnames to itself: a hostname that a more
 * specific listener covers is left to that listener, which answers 404 where it has no route for it (Gateway API, listener
 * isolation). Within a listener, the rules of the most specific hostname come first, and those of the wildcards that cover it
 * after them.
 */
public final class RouteTable {
    private static final int NOT_FOUND = 404;
    private static final int MISDIRECTED_REQUEST = 421;
    private static final int SERVICE_UNAVAILABLE = 503;

    /** Envoy's own limit for the body of a direct response. */
    private static final int DIRECT_RESPONSE_BYTES = 4096;

    private RouteTable() {}

    /**
     * A listener.
     *
     * @param hostname {@link Hostnames#ANY} where it has none
     * @param routes the routes for each hostname
     * @param order in which the routes of a hostname are tried
     * @param filters configuration of the filters that run before a route is selected, by their names
     * @param filtersWithoutBackend what of it is different for a route without a backend
     * @param bodyBytes how much of a body the WAFs among those filters are to see at once; empty: there is none
     * @param closed those filters cannot run: no request passes
     */
    public record Host(
            String hostname,
            Map<String, List<RouteEntry>> routes,
            Comparator<RouteEntry> order,
            Map<String, Any> filters,
            Map<String, Any> filtersWithoutBackend,
            OptionalLong bodyBytes,
            boolean closed) {
        /** A listener without filters, in the order of Gateway API. */
        public Host(String hostname, Map<String, List<RouteEntry>> routes) {
            this(hostname, routes, Comparator.naturalOrder(), Map.of(), Map.of(), OptionalLong.empty(), false);
        }

        /** {@code listener} with its routes. */
        public static Host of(
                ListenerState listener, Map<String, List<RouteEntry>> routes, Comparator<RouteEntry> order) {
            return new Host(
                    listener.spec().hostname().orElse(Hostnames.ANY),
                    routes,
                    order,
                    PreRoutingFilters.hostConfig(listener),
                    PreRoutingFilters.configWithoutBackend(listener),
                    PreRoutingFilters.bufferBytes(listener),
                    listener.closed());
        }
    }

    /** What a hostname is answered with. */
    private record Domain(Host host, List<RouteEntry> entries) {}

    /**
     * Makes the table of a port on which requests are told apart by their host alone (HTTP).
     *
     * @param hosts the listeners on the port
     * @param needs what the policies of their routes need of the filters
     */
    public static RouteConfiguration shared(String name, Collection<Host> hosts, FilterNeeds needs) {
        Map<String, Domain> domains = new TreeMap<>(Hostnames.SPECIFICITY);
        List<String> listeners =
                hosts.stream().map(Host::hostname).sorted(Hostnames.SPECIFICITY).toList();
        for (Host host : hosts) {
            domains.putIfAbsent(host.hostname(), new Domain(host, List.of()));
            for (String domain : host.routes().keySet()) {
                if (owner(domain, listeners).equals(host.hostname())) {
                    domains.put(domain, new Domain(host, entriesFor(domain, host)));
                }
            }
        }
        return table(name, domains, List.of(), needs);
    }

    /**
     * Makes the table of one listener whose connections are told apart by their SNI (HTTPS).
     *
     * @param others the hostnames of the other such listeners on the port: a request for a hostname that one of them has, and
     *     not this one, came over a connection that was opened for this one, and is answered with 421 (RFC 9110, 15.5.20)
     * @param needs what the policies of its routes need of the filters
     */
    public static RouteConfiguration single(String name, Host host, Collection<String> others, FilterNeeds needs) {
        List<String> misdirected = others.stream()
                .filter(other -> !other.equals(host.hostname()))
                .distinct()
                .sorted(Hostnames.SPECIFICITY)
                .toList();
        List<String> listeners = Stream.concat(misdirected.stream(), Stream.of(host.hostname()))
                .sorted(Hostnames.SPECIFICITY)
                .toList();
        Map<String, Domain> domains = new TreeMap<>(Hostnames.SPECIFICITY);
        domains.put(host.hostname(), new Domain(host, List.of()));
        for (String domain : host.routes().keySet()) {
            if (owner(domain, listeners).equals(host.hostname())) {
                domains.put(domain, new Domain(host, entriesFor(domain, host)));
            }
        }
        return table(name, domains, misdirected, needs);
    }

    /** The most specific of the listeners' hostnames that cover {@code domain}. */
    private static String owner(String domain, List<String> listeners) {
        return listeners.stream()
                .filter(listener -> Hostnames.covers(listener, domain))
                .findFirst()
                .orElse(Hostnames.ANY);
    }

    private static List<RouteEntry> entriesFor(String domain, Host host) {
        List<RouteEntry> entries = new ArrayList<>();
        for (String covering : Hostnames.covering(domain)) {
            List<RouteEntry> sorted = new ArrayList<>(host.routes().getOrDefault(covering, List.of()));
            sorted.sort(host.order());
            Set<RouteMatch> answered = new HashSet<>();
            sorted.removeIf(entry ->
                    SignOnRoutes.once(entry) && !answered.add(entry.route().getMatch()));
            entries.addAll(sorted);
        }
        return entries;
    }

    private static RouteConfiguration table(
            String name, Map<String, Domain> domains, List<String> misdirected, FilterNeeds needs) {
        RouteConfiguration.Builder table =
                RouteConfiguration.newBuilder().setName(name).setIgnorePortInHostMatching(true);
        if (needs.reroutes()
                || domains.values().stream()
                        .anyMatch(each -> !each.host().filters().isEmpty())) {
            table.putAllTypedPerFilterConfig(PreRoutingFilters.tableConfig(needs));
        }
        table.addAllRequestHeadersToRemove(GeoFilter.headers(needs));
        domains.forEach((domain, each) -> table.addVirtualHosts(virtualHost(name, domain, each)));
        for (String domain : misdirected) {
            table.addVirtualHosts(VirtualHost.newBuilder()
                    .setName(name + "/misdirected/" + domain)
                    .addDomains(domain)
                    .addRoutes(everything("misdirected", MISDIRECTED_REQUEST)));
        }
        largestBody(table).ifPresent(bytes -> table.setMaxDirectResponseBodySizeBytes(UInt32Value.of(bytes)));
        return table.build();
    }

    /** The size of the largest direct response, where Envoy's limit is lower. */
    private static OptionalInt largestBody(RouteConfiguration.Builder table) {
        return table.getVirtualHostsList().stream()
                .flatMap(host -> host.getRoutesList().stream())
                .filter(Route::hasDirectResponse)
                .mapToInt(route -> route.getDirectResponse().getBody().getSerializedSize())
                .filter(bytes -> bytes > DIRECT_RESPONSE_BYTES)
                .max();
    }

    /**
     * {@code table} with metrics for each hostname: {@code vhost.<name>.vcluster.<hostname>.upstream_rq_*}. In those names dots
     * are underscores, since Envoy takes its tags from between dots.
     */
    public static RouteConfiguration counted(RouteConfiguration table) {
        RouteConfiguration.Builder counted = table.toBuilder();
        for (VirtualHost.Builder host : counted.getVirtualHostsBuilderList()) {
            host.setName(host.getName().replace('.', '_'))
                    .addVirtualClusters(VirtualCluster.newBuilder()
                            .setName(host.getDomains(0).replace('.', '_'))
                            .addHeaders(HeaderMatcher.newBuilder()
                                    .setName(":authority")
                                    .setPresentMatch(true)));
        }
        return counted.build();
    }

    /** {@code table} whose responses tell clients that they may come by HTTP/3 on {@code port} (RFC 7838), for a day. */
    public static RouteConfiguration offeringHttp3(RouteConfiguration table, int port) {
        return table.toBuilder()
                .addResponseHeadersToAdd(HeaderValueOption.newBuilder()
                        .setHeader(
                                HeaderValue.newBuilder().setKey("alt-svc").setValue("h3=\":" + port + "\"; ma=86400"))
                        .setAppendAction(HeaderValueOption.HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD))
                .build();
    }

    private static VirtualHost virtualHost(String name, String domain, Domain each) {
        VirtualHost.Builder host =
                VirtualHost.newBuilder().setName(name + "/" + domain).addDomains(domain);
        if (each.host().closed()) {
            return host.addRoutes(everything("closed", SERVICE_UNAVAILABLE)).build();
        }
        Map<String, Any> withoutBackend = each.host().filtersWithoutBackend();
        for (RouteEntry entry : each.entries()) {
            host.addRoutes(
                    withoutBackend.isEmpty() || entry.route().hasRoute()
                            ? entry.route()
                            : entry.route().toBuilder()
                                    .putAllTypedPerFilterConfig(withoutBackend)
                                    .build());
        }
        if (!each.host().filters().isEmpty()) {
            // They run where no route matches, too; and Envoy finds them by a route.
            host.putAllTypedPerFilterConfig(each.host().filters())
                    .addRoutes(everything("unmatched", NOT_FOUND).putAllTypedPerFilterConfig(withoutBackend));
        }
        each.host().bodyBytes().ifPresent(bytes -> host.setRequestBodyBufferLimit(UInt64Value.of(bytes)));
        return host.build();
    }

    private static Route.Builder everything(String name, int status) {
        return Route.newBuilder()
                .setName(name)
                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                .setDirectResponse(RouteResources.direct(status));
    }
}
