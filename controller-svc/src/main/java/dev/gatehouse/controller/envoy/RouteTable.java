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
import java.util.function.LongSupplier;

/**
 * Combines the routes of the listeners of one port. Each hostname belongs to the listener with the most specific
 * hostname that covers it. That listener answers 404 if it has no matching route (Gateway API, listener isolation).
 * Within a listener, a hostname that a route names has the rules of the routes for it alone: a request that none of them
 * matches is answered with 404 too, and not by the routes of a wildcard that covers the hostname (as in Envoy Gateway).
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
     * @param hostname the listener's hostname; {@link Hostnames#ANY} if it has none
     * @param routes the routes for each hostname
     * @param order the order in which the routes of a hostname are tried
     * @param filters configuration of the filters that run before a route is selected, by their names
     * @param filtersWithoutBackend the part of the configuration that differs for a route without a backend
     * @param bodyBytes how many bytes of a body the WAF filters among {@code filters} buffer; empty: there is no WAF
     * filter
     * @param closed true if the filters cannot run: no request passes
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

        /**
         * {@code listener} with its routes.
         *
         * @param connectionBytes the buffer of a client's connection; asked only if a filter depends on it
         */
        public static Host of(
                ListenerState listener,
                Map<String, List<RouteEntry>> routes,
                Comparator<RouteEntry> order,
                LongSupplier connectionBytes) {
            return new Host(
                    listener.spec().hostname().orElse(Hostnames.ANY),
                    routes,
                    order,
                    PreRoutingFilters.hostConfig(listener),
                    PreRoutingFilters.configWithoutBackend(listener, connectionBytes),
                    PreRoutingFilters.bufferBytes(listener),
                    listener.closed());
        }
    }

    /**
     * Whether a listener answers requests for {@code domain}: its hostname is the most specific of the hostnames that
     * cover the domain.
     *
     * @param hostnames the hostnames of all listeners between which the host of a request decides
     */
    public static boolean owns(String hostname, String domain, Collection<String> hostnames) {
        return hostnames.stream()
                .filter(each -> Hostnames.covers(each, domain))
                .min(Hostnames.SPECIFICITY)
                .orElse(Hostnames.ANY)
                .equals(hostname);
    }

    private static List<RouteEntry> entriesFor(String domain, Host host) {
        List<RouteEntry> entries = new ArrayList<>(host.routes().getOrDefault(domain, List.of()));
        entries.sort(host.order());
        Set<RouteMatch> answered = new HashSet<>();
        entries.removeIf(
                entry -> SignOnRoutes.once(entry) && !answered.add(entry.route().getMatch()));
        return entries;
    }

    /**
     * Makes a table without its listeners' virtual hosts.
     *
     * @param routesChange see {@link ListenerResources#routesChange}
     * @param hostnames the hostnames of its listeners
     * @param misdirected the hostnames of other listeners whose connections the SNI selects; a request for such a
     * hostname came over a connection for another listener, and is answered with 421 (RFC 9110, 15.5.20)
     * @param needs the filters that the policies of its routes need
     */
    public static RouteConfiguration table(
            String name,
            boolean routesChange,
            Collection<String> hostnames,
            Collection<String> misdirected,
            FilterNeeds needs) {
        RouteConfiguration.Builder table =
                RouteConfiguration.newBuilder().setName(name).setIgnorePortInHostMatching(true);
        if (routesChange) {
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
        if (routesChange && !hostnames.contains(Hostnames.ANY) && !misdirected.contains(Hostnames.ANY)) {
            table.addVirtualHosts(VirtualHost.newBuilder()
                    .setName(name + "/unmatched")
                    .addDomains(Hostnames.ANY)
                    .addRoutes(unmatched()));
        }
        return table.build();
    }

    /** A copy of {@code table} with {@code hosts} before its own. */
    public static RouteConfiguration with(RouteConfiguration table, List<VirtualHost> hosts) {
        List<VirtualHost> own = table.getVirtualHostsList();
        return table.toBuilder()
                .clearVirtualHosts()
                .addAllVirtualHosts(hosts.stream().sorted(BY_DOMAIN).toList())
                .addAllVirtualHosts(own)
                .build();
    }

    /** A copy of {@code table} whose virtual hosts are resources of their own (VHDS). */
    public static RouteConfiguration byHost(RouteConfiguration table) {
        return table.toBuilder()
                .setVhds(Vhds.newBuilder().setConfigSource(Protos.ADS))
                .build();
    }

    /** A copy of {@code table} that permits direct responses of up to {@code bytes} bytes. */
    public static RouteConfiguration allowing(RouteConfiguration table, int bytes) {
        return bytes <= DIRECT_RESPONSE_BYTES
                ? table
                : table.toBuilder()
                        .setMaxDirectResponseBodySizeBytes(UInt32Value.of(bytes))
                        .build();
    }

    /** The size in bytes of the largest direct response above Envoy's default limit; 0 if there is none. */
    public static int largestBody(VirtualHost host) {
        return host.getRoutesList().stream()
                .filter(Route::hasDirectResponse)
                .mapToInt(route -> route.getDirectResponse().getBody().getSerializedSize())
                .filter(bytes -> bytes > DIRECT_RESPONSE_BYTES)
                .max()
                .orElse(0);
    }

    /**
     * A copy of {@code host} with metrics: {@code vhost.<name>.vcluster.<hostname>.upstream_rq_*}. In those names dots
     * are underscores, since Envoy takes its tags from between dots.
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

    /** A copy of {@code table} with these metrics for its virtual hosts. */
    public static RouteConfiguration counted(RouteConfiguration table) {
        RouteConfiguration.Builder counted = table.toBuilder().clearVirtualHosts();
        table.getVirtualHostsList().forEach(host -> counted.addVirtualHosts(counted(host)));
        return counted.build();
    }

    /** A copy of {@code table} whose responses advertise HTTP/3 on {@code port} for a day (Alt-Svc, RFC 7838). */
    public static RouteConfiguration offeringHttp3(RouteConfiguration table, int port) {
        return table.toBuilder()
                .addResponseHeadersToAdd(HeaderValueOption.newBuilder()
                        .setHeader(
                                HeaderValue.newBuilder().setKey("alt-svc").setValue("h3=\":" + port + "\"; ma=86400"))
                        .setAppendAction(HeaderValueOption.HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD))
                .build();
    }

    /**
     * Makes the virtual host of a hostname.
     *
     * @param table the name of its table
     * @param routesChange see {@link ListenerResources#routesChange}
     * @param listener the listener that the hostname belongs to
     */
    public static VirtualHost virtualHost(String table, String domain, boolean routesChange, Host listener) {
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
        host.putAllTypedPerFilterConfig(listener.filters());
        if (routesChange) {
            host.addRoutes(unmatched().putAllTypedPerFilterConfig(withoutBackend));
        }
        listener.bodyBytes().ifPresent(bytes -> host.setRequestBodyBufferLimit(UInt64Value.of(bytes)));
        return host.build();
    }

    /**
     * The last route of a virtual host, where filters may change the route. Envoy finds the filters' configuration by a
     * route: without this one the listener's own filters would not run, and the policies' filters, which routes switch
     * off, would.
     */
    private static Route.Builder unmatched() {
        return everything("unmatched", NOT_FOUND);
    }

    private static Route.Builder everything(String name, int status) {
        return Route.newBuilder()
                .setName(name)
                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                .setDirectResponse(RouteResources.direct(status));
    }
}
