package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.TelemetryClusters;
import dev.gatehouse.controller.client.ClientPolicy;
import dev.gatehouse.controller.envoy.ListenerResources;
import dev.gatehouse.controller.envoy.ListenerResources.PortKey;
import dev.gatehouse.controller.envoy.RouteResources;
import dev.gatehouse.controller.envoy.StreamRoute;
import dev.gatehouse.controller.envoy.filter.FilterNeeds;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.RouteSpec;
import dev.gatehouse.gatewayapi.traffic.LoadBalancer;
import dev.gatehouse.gatewayapi.traffic.StatNames;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/** Envoy's listeners: one for each port of a fleet, and one beside it for HTTP/3. */
final class PortListeners {
    private final Inputs inputs;
    private final Model model;
    private final ListenerRoutes routes;
    private final Contributions contributions;
    private final Secrets secrets;
    private final Collection<ResourceId, Output> resources;

    PortListeners(
            Graph graph,
            Inputs inputs,
            Model model,
            ListenerRoutes routes,
            Contributions contributions,
            Secrets secrets,
            Collection<PortKey, ServingPort> ports) {
        this.inputs = inputs;
        this.model = model;
        this.routes = routes;
        this.contributions = contributions;
        this.secrets = secrets;
        resources = graph.expand("lds", ports, this::listener);
    }

    Collection<ResourceId, Output> resources() {
        return resources;
    }

    private Map<ResourceId, Output> listener(Reads reads, PortKey key, ServingPort port) {
        Set<ObjectRef> owners = new HashSet<>(port.owners());
        HookContext hooks = model.served.ofListeners(reads, port.listeners());
        Map<ResourceId, Output> listeners = new HashMap<>();
        List<PortKey> keys = key.udp() ? List.of(key) : List.of(key, key.overQuic());
        for (PortKey each : keys) {
            boolean quic = !each.equals(key);
            Function<ListenerKey, ClientPolicy> client = listener -> model.clients.of(reads, listener);
            ProxyTelemetry telemetry = model.fleetTelemetry.of(
                    reads, port.fleet(), port.listeners().getFirst());
            message(reads, each, quic, port, owners, client, contributions::needs, telemetry)
                    .ifPresent(listener -> {
                        ResourceId id = new ResourceId(each.fleet(), TypeUrls.LISTENER, each.listenerName());
                        Output output = new Output(listener, false, owners).with(hooks);
                        listeners.put(
                                id,
                                contributions
                                        .policies()
                                        .describe(
                                                reads,
                                                each,
                                                () -> message(
                                                                reads,
                                                                each,
                                                                quic,
                                                                port,
                                                                owners,
                                                                _ -> ClientPolicy.NONE,
                                                                contributions::ownNeeds,
                                                                FleetTelemetry.DEFAULT)
                                                        .hashCode(),
                                                name -> !quic
                                                        || client.apply(name).http3() == ClientPolicy.Http3.SERVED,
                                                output));
                    });
        }
        return listeners;
    }

    /**
     * The Envoy listener of a port.
     *
     * @param quic whether it is the one beside the TCP port's that serves HTTP/3
     * @param owners gets the routes that it is made from
     */
    private Optional<Listener> message(
            Reads reads,
            PortKey key,
            boolean quic,
            ServingPort port,
            Set<ObjectRef> owners,
            Function<ListenerKey, ClientPolicy> clients,
            BiFunction<Reads, List<ListenerState>, FilterNeeds> needs,
            ProxyTelemetry logs) {
        ListenerResources.Telemetry telemetry = new ListenerResources.Telemetry(
                logs, reads.get(model.telemetry, key.fleet()).orElse(TelemetryClusters.NONE)::collector);
        return quic
                ? ListenerResources.quic(
                        key,
                        port.fleet(),
                        port.listeners(),
                        clients,
                        each -> needs.apply(reads, each),
                        telemetry,
                        secrets.sources(reads))
                : ListenerResources.listener(
                        key,
                        port.fleet(),
                        port.listeners(),
                        listener -> streams(reads, listener, owners),
                        clients,
                        each -> needs.apply(reads, each),
                        telemetry,
                        secrets.sources(reads));
    }

    private List<StreamRoute> streams(Reads reads, ListenerKey listener, Set<ObjectRef> owners) {
        record Stream(Resource<?> object, ObjectRef ref, Attachments.Binding binding, ResolvedRoute route) {}
        List<Stream> attached = new ArrayList<>();
        reads.get(model.bindingsByListener, listener)
                .ifPresent(bindings -> bindings.forEach((key, binding) -> {
                    Optional<ResolvedRoute> route = routes.route(reads, key, binding);
                    Optional<Resource<? extends RouteSpec>> object = reads.get(inputs.routes(), key.route());
                    if (route.isPresent() && object.isPresent()) {
                        attached.add(new Stream(object.get(), key.route(), binding, route.get()));
                    }
                }));
        attached.sort((a, b) -> {
            int order = a.object().compareTo(b.object());
            return order != 0 ? order : a.ref().compareTo(b.ref());
        });
        List<StreamRoute> streams = new ArrayList<>();
        for (Stream each : attached) {
            PolicyResolver.Connections connections = model.policies.connections(
                    reads,
                    listener,
                    each.ref(),
                    each.route().rules().stream().findFirst().flatMap(ResolvedRoute.Rule::name));
            Optional<ResolvedRoute.Rule> first =
                    connections.closed() || model.clients.of(reads, listener).closed()
                            ? Optional.of(new ResolvedRoute.Rule.Stream(0, Optional.empty(), List.of()))
                            : each.route().rules().stream().findFirst();
            first.ifPresent(rule -> {
                owners.add(each.ref());
                String udp = each.ref().kind().equals("UDPRoute")
                        ? ListenerRoutes.udpCluster(each.ref(), rule).name()
                        : "";
                String name = RouteResources.ruleName(each.ref(), 0);
                TrafficSettings traffic = model.traffic.settings(reads, listener, each.ref(), rule.name());
                ObjectRef ref = each.ref();
                streams.add(new StreamRoute(
                        name,
                        traffic.routeStatName()
                                .map(pattern -> StatNames.of(pattern, ref, rule.name()))
                                .orElse(name),
                        each.binding().places(),
                        rule.targets(),
                        connections.admission(),
                        udp,
                        traffic.backend()
                                .loadBalancer()
                                .flatMap(LoadBalancer::consistentHash)
                                .filter(hash -> hash.input() instanceof LoadBalancer.HashInput.SourceIp)
                                .isPresent()));
            });
        }
        return streams;
    }
}
