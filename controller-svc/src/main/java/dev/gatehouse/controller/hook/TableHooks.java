package dev.gatehouse.controller.hook;

import com.google.protobuf.Message;
import dev.gatehouse.controller.extensionserver.Hook;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.events.ResourceId;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Has extension servers change a route table: each route that their objects concern, then each virtual host. If a
 * server fails at a route or virtual host, only that one stays in its last good version or is answered with 500.
 */
final class TableHooks {
    private static final int SERVER_ERROR = 500;

    private final FleetHooks hooks;
    private final ResourceId id;
    private final Answers.Round round;

    TableHooks(FleetHooks hooks, ResourceId id, Answers.Round round) {
        this.hooks = hooks;
        this.id = id;
        this.round = round;
    }

    /** Makes the table; returns {@code table} itself if nothing changes. */
    RouteConfiguration made(RouteConfiguration table, HookContext context, Optional<Message> good)
            throws InterruptedException {
        Map<String, VirtualHost> before = new HashMap<>();
        good.filter(RouteConfiguration.class::isInstance)
                .map(RouteConfiguration.class::cast)
                .ifPresent(each -> each.getVirtualHostsList().forEach(host -> before.put(host.getName(), host)));
        List<VirtualHost> hosts = new ArrayList<>();
        boolean same = true;
        for (VirtualHost host : table.getVirtualHostsList()) {
            VirtualHost result = host(host, context, Optional.ofNullable(before.get(host.getName())));
            same &= result == host;
            hosts.add(result);
        }
        return same
                ? table
                : table.toBuilder()
                        .clearVirtualHosts()
                        .addAllVirtualHosts(hosts)
                        .build();
    }

    private VirtualHost host(VirtualHost host, HookContext context, Optional<VirtualHost> good)
            throws InterruptedException {
        VirtualHost routed = withRoutes(host, context, good);
        try {
            return hooks.chain(id, round, Hook.VirtualHost, routed, (_, each) -> HookMessages.virtualHost(each));
        } catch (FleetHooks.Closed e) {
            return good.orElseGet(() -> closed(host));
        }
    }

    private VirtualHost withRoutes(VirtualHost host, HookContext context, Optional<VirtualHost> good)
            throws InterruptedException {
        if (context.rules().isEmpty()) {
            return host;
        }
        Map<String, Route> before = new HashMap<>();
        good.ifPresent(each -> named(each).forEach(before::put));
        List<Route> routes = new ArrayList<>();
        boolean same = true;
        for (Map.Entry<String, Route> each : named(host).entrySet()) {
            Route route = each.getValue();
            HookContext.OfRule concerned = context.of(route.getName());
            Route result = concerned.isEmpty()
                    ? route
                    : route(route, concerned, host, Optional.ofNullable(before.get(each.getKey())));
            same &= result == route;
            routes.add(result);
        }
        return same ? host : host.toBuilder().clearRoutes().addAllRoutes(routes).build();
    }

    private Route route(Route route, HookContext.OfRule concerned, VirtualHost host, Optional<Route> good)
            throws InterruptedException {
        try {
            return hooks.chain(
                    id,
                    round,
                    Hook.Route,
                    route,
                    (server, each) -> HookMessages.route(server, each, concerned, host.getDomainsList()));
        } catch (FleetHooks.Closed e) {
            return good.orElseGet(() -> closed(route));
        }
    }

    /** The routes in their order, by unique names, since several routes may come from one match. */
    private static Map<String, Route> named(VirtualHost host) {
        Map<String, Route> named = new LinkedHashMap<>();
        for (Route route : host.getRoutesList()) {
            String name = route.getName();
            for (int i = 1; named.containsKey(name); i++) {
                name = route.getName() + "#" + i;
            }
            named.put(name, route);
        }
        return named;
    }

    /** A copy whose hostnames are answered with 500. */
    static RouteConfiguration closed(RouteConfiguration table) {
        RouteConfiguration.Builder closed = table.toBuilder().clearVirtualHosts();
        table.getVirtualHostsList().forEach(host -> closed.addVirtualHosts(closed(host)));
        return closed.build();
    }

    private static VirtualHost closed(VirtualHost host) {
        return VirtualHost.newBuilder()
                .setName(host.getName())
                .addAllDomains(host.getDomainsList())
                .addRoutes(Route.newBuilder()
                        .setName("extension/failed")
                        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                        .setDirectResponse(DirectResponseAction.newBuilder().setStatus(SERVER_ERROR)))
                .build();
    }

    private static Route closed(Route route) {
        return Route.newBuilder()
                .setName(route.getName())
                .setMatch(route.getMatch())
                .setDirectResponse(DirectResponseAction.newBuilder().setStatus(SERVER_ERROR))
                .build();
    }
}
