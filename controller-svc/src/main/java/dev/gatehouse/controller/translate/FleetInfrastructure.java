package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.controller.client.ClientPolicy;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.ProxyParameters;
import dev.gatehouse.controller.infrastructure.Fleet;
import dev.gatehouse.controller.infrastructure.FleetObjects;
import dev.gatehouse.controller.infrastructure.Infrastructure;
import dev.gatehouse.controller.infrastructure.InfrastructureSettings;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.GatewayClass;
import dev.gatehouse.gatewayapi.Resource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The desired Kubernetes objects of each fleet, as a collection derived from the {@link Model}. */
final class FleetInfrastructure {
    /** A cluster by which EnvoyProxies are checked where no cluster is: nothing is made from it. */
    private static final InfrastructureSettings EXAMPLE = new InfrastructureSettings(
            "envoy-gateway-system", false, "cluster.local", "envoy", "shutdown-manager", true);

    private FleetInfrastructure() {}

    /**
     * The desired infrastructure by the fleet's name. Where the proxies run on this host, the collection has only the
     * fleets whose objects a cluster could not have, so that statuses of files are those of a cluster.
     */
    static Collection<String, Infrastructure> collection(Graph graph, Model model, Settings settings) {
        return graph.map("infrastructure", model.fleets, (reads, _, members) -> switch (settings.infrastructure()) {
            case Settings.Infrastructure.Cluster cluster ->
                Optional.of(of(
                        members,
                        listener -> model.clients.of(reads, listener.key()).http3() == ClientPolicy.Http3.SERVED,
                        cluster.fleets()));
            case Settings.Infrastructure.Host _ ->
                switch (members.proxy()) {
                    // The Gateway's own conditions say so.
                    case ProxyParameters.Unusable _ -> Optional.<Infrastructure>empty();
                    case ProxyParameters.Usable _ ->
                        Optional.of(of(members, _ -> false, EXAMPLE)).filter(Infrastructure.Invalid.class::isInstance);
                };
        });
    }

    private static Infrastructure of(
            FleetMembers members, Predicate<ListenerState> http3, InfrastructureSettings settings) {
        return switch (members.proxy()) {
            case ProxyParameters.Unusable unusable -> new Infrastructure.Invalid(unusable.message());
            case ProxyParameters.Usable usable -> {
                Fleet fleet = fleet(members, http3);
                if (fleet.ports().isEmpty()) {
                    yield new Infrastructure.Kept();
                }
                yield switch (FleetObjects.of(fleet, settings)) {
                    case FleetObjects.Outcome.Made made -> new Infrastructure.Desired(made.objects());
                    case FleetObjects.Outcome.Invalid invalid ->
                        new Infrastructure.Invalid(usable.object()
                                .map(key -> "EnvoyProxy " + key + ": " + invalid.message())
                                .orElse(invalid.message()));
                };
            }
        };
    }

    private static Fleet fleet(FleetMembers members, Predicate<ListenerState> http3) {
        Resource<GatewayClass> itsClass = members.gateways().getFirst().gatewayClass();
        List<Resource<Gateway>> gateways =
                members.gateways().stream().map(GatewayState::gateway).toList();
        return new Fleet(
                members.merged()
                        ? Optional.empty()
                        : Optional.of(gateways.getFirst().key()),
                itsClass.name(),
                gateways.stream()
                        .map(gateway -> new Fleet.Member(
                                gateway.key(),
                                gateway.metadata().uid(),
                                gateway.spec().infrastructure().labels(),
                                gateway.spec().infrastructure().annotations()))
                        .toList(),
                itsClass.metadata().uid(),
                ports(members.listeners(), http3),
                addresses(gateways, false),
                addresses(gateways, true),
                gateways.stream().allMatch(gateway -> gateway.spec().onlyInCluster()),
                members.settings());
    }

    private static List<String> addresses(List<Resource<Gateway>> gateways, boolean inCluster) {
        return gateways.stream()
                .flatMap(gateway -> gateway.spec().addresses().stream())
                .filter(address -> address.type().equals("IPAddress") && address.inCluster() == inCluster)
                .flatMap(address -> address.value().stream())
                .filter(value -> !value.isEmpty())
                .toList();
    }

    /**
     * The ports of a fleet's Service. The name of a port comes from its first listener's protocol. HTTP/3 adds the UDP
     * port of the same number.
     */
    private static List<Fleet.Port> ports(List<ListenerState> listeners, Predicate<ListenerState> http3) {
        record Transport(int port, boolean udp) {}
        Map<Transport, Fleet.Port> ports = new HashMap<>();
        for (ListenerState listener : listeners) {
            if (listener.serving()) {
                int port = listener.spec().port();
                ListenerState.Protocol protocol = listener.protocol().orElseThrow();
                ports.putIfAbsent(
                        new Transport(port, protocol == ListenerState.Protocol.UDP),
                        new Fleet.Port(port, name(protocol), listener.boundPort()));
                if (http3.test(listener)) {
                    ports.putIfAbsent(
                            new Transport(port, true), new Fleet.Port(port, Fleet.HTTP3, listener.boundPort()));
                }
            }
        }
        return List.copyOf(ports.values());
    }

    private static String name(ListenerState.Protocol protocol) {
        return switch (protocol) {
            case HTTP -> "http";
            case HTTPS -> "https";
            case TLS_PASSTHROUGH, TLS_TERMINATE -> "tls";
            case TCP -> "tcp";
            case UDP -> "udp";
        };
    }
}
