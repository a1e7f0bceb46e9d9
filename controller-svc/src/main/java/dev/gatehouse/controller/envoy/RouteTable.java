package dev.gatehouse.controller.envoy;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import dev.gatehouse.controller.envoy.filter.FilterNeeds;
import dev.gatehouse.controller.envoy.filter.GeoFilter;
import dev.gatehouse.controller.gateway.Hostnames;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.proto.Protos;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.Vhds;
import io.envoyproxy.envoy.config.route.v3.VirtualCluster;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

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

    private static final Comparator<VirtualHost> BY_DOMAIN =
            Comparator.comparing(host -> host.getDomains(0), Hostnames.SPECIFICITY);

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

    /**
     * Whether a listener answers requests for {@code domain}: of the hostnames that cover it, its own is the most specific.
     *
     * @param hostnames of all listeners among which requests are told apart by their host
     */
    public static boolean owns(String hostname, String domain, Collection<String> hostnames) {
        return hostnames.stream()
                .filter(each -> Hostnames.covers(each, domain))
                .min(Hostnames.SPECIFICITY)
                .orElse(Hostnames.ANY)
                .equals(hostname);
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

    /**
     * Makes a table without the hosts of its listeners.
     *
     * @param filtered filters run on some of its requests before a route is selected
     * @param misdirected hostnames of other listeners whose connections are told apart by their SNI: a request for one of them came over
     *     a connection that was opened for another listener, and is answered with 421 (RFC 9110, 15.5.20)
     * @param needs what the policies of its routes need of the filters
     */
    public static RouteConfiguration table(
            String name, boolean filtered, Collection<String> misdirected, FilterNeeds needs) {
        RouteConfiguration.Builder table =
                RouteConfiguration.newBuilder().setName(name).setIgnorePortInHostMatching(true);
        if (needs.reroutes() || filtered) {
            table.putAllTypedPerFilterConfig(PreRoutingFilters.tableConfig(needs));
        }
        table.addAllRequestHeadersToRemove(GeoFilter.headers(needs));
        misdirected.stream()
                .distinct()
                .sorted(Hostnames.SPECIFICITY)
                .forEach(domain -> table.addVirtualHosts(VirtualHost.newBuilder()
                        .setName(name + "/misdirected/" + domain)
                        .addDomains(domain)
                        .addRoutes(everything("misdirected", MISDIRECTED_REQUEST))));
        return table.build();
    }

    /** {@code table} with hosts, which come first. */
    public static RouteConfiguration with(RouteConfiguration table, List<VirtualHost> hosts) {
        List<VirtualHost> own = table.getVirtualHostsList();
        return table.toBuilder()
                .clearVirtualHosts()
                .addAllVirtualHosts(hosts.stream().sorted(BY_DOMAIN).toList())
                .addAllVirtualHosts(own)
                .build();
    }

    /** {@code table}, whose hosts come as resources of their own. */
    public static RouteConfiguration byHost(RouteConfiguration table) {
        return table.toBuilder()
                .setVhds(Vhds.newBuilder().setConfigSource(Protos.ADS))
                .build();
    }

    /** {@code table} that lets direct responses have as much as {@code bytes}. */
    public static RouteConfiguration allowing(RouteConfiguration table, int bytes) {
        return bytes <= DIRECT_RESPONSE_BYTES
                ? table
                : table.toBuilder()
                        .setMaxDirectResponseBodySizeBytes(UInt32Value.of(bytes))
                        .build();
    }

    /** The size of the largest direct response, where Envoy's limit is lower; else 0. */
    public static int largestBody(VirtualHost host) {
        return host.getRoutesList().stream()
                .filter(Route::hasDirectResponse)
                .mapToInt(route -> route.getDirectResponse().getBody().getSerializedSize())
                .filter(bytes -> bytes > DIRECT_RESPONSE_BYTES)
                .max()
                .orElse(0);
    }

    /**
     * {@code host} with metrics: {@code vhost.<name>.vcluster.<hostname>.upstream_rq_*}. In those names dots are underscores, since Envoy
     * takes its tags from between dots.
     */
    public static VirtualHost counted(VirtualHost host) {
        return host.toBuilder()
                .setName(host.getName().replace('.', '_'))
                .addVirtualClusters(VirtualCluster.newBuilder()
                        .setName(host.getDomains(0).replace('.', '_'))
                        .addHeaders(
                                HeaderMatcher.newBuilder().setName(":authority").setPresentMatch(true)))
                .build();
    }

    /** {@code table} with the same metrics for the hosts that it has. */
    public static RouteConfiguration counted(RouteConfiguration table) {
        RouteConfiguration.Builder counted = table.toBuilder().clearVirtualHosts();
        table.getVirtualHostsList().forEach(host -> counted.addVirtualHosts(counted(host)));
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

    /**
     * What a hostname is answered with.
     *
     * @param table the name of its table
     * @param listener to which the hostname belongs
     */
    public static VirtualHost virtualHost(String table, String domain, Host listener) {
        VirtualHost.Builder host =
                VirtualHost.newBuilder().setName(table + "/" + domain).addDomains(domain);
        if (listener.closed()) {
            return host.addRoutes(everything("closed", SERVICE_UNAVAILABLE)).build();
        }
        Map<String, Any> withoutBackend = listener.filtersWithoutBackend();
        for (RouteEntry entry : entriesFor(domain, listener)) {
            host.addRoutes(
                    withoutBackend.isEmpty() || entry.route().hasRoute()
                            ? entry.route()
                            : entry.route().toBuilder()
                                    .putAllTypedPerFilterConfig(withoutBackend)
                                    .build());
        }
        if (!listener.filters().isEmpty()) {
            // They run where no route matches, too; and Envoy finds them by a route.
            host.putAllTypedPerFilterConfig(listener.filters())
                    .addRoutes(everything("unmatched", NOT_FOUND).putAllTypedPerFilterConfig(withoutBackend));
        }
        listener.bodyBytes().ifPresent(bytes -> host.setRequestBodyBufferLimit(UInt64Value.of(bytes)));
        return host.build();
    }

    private static Route.Builder everything(String name, int status) {
        return Route.newBuilder()
                .setName(name)
                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                .setDirectResponse(RouteResources.direct(status));
    }
}
