package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.ListenerState.Protocol;
import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.ProxyTelemetry.Sink;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The access logs and traces of EnvoyProxies, of which proxies may refuse some: a log file, for example, may be in a
 * folder that proxies do not have. While proxies refuse those of an EnvoyProxy, its listeners have the last accepted
 * ones, or the default ones.
 */
final class FleetTelemetry {
    /** What listeners have without an EnvoyProxy. */
    static final ProxyTelemetry DEFAULT = EnvoyProxySpec.DEFAULT.telemetry();

    private final Model model;

    final PolicyHolds<ProxyTelemetry> holds;

    FleetTelemetry(Graph graph, Model model) {
        this.model = model;
        holds = new PolicyHolds<>(
                graph, "telemetry.holds", graph.expand("telemetry.wishes", model.listeners, this::wishes));
    }

    private Map<PolicyPlace, PolicyWish<ProxyTelemetry>> wishes(Reads reads, ListenerKey key, ListenerState listener) {
        return wish(reads, listener)
                .map(wish -> Map.of(PolicyPlace.of(key), wish))
                .orElse(Map.of());
    }

    /** The telemetry that an EnvoyProxy specifies for a listener; empty: none does, or the listener has no telemetry. */
    private Optional<PolicyWish<ProxyTelemetry>> wish(Reads reads, ListenerState listener) {
        return model.port(reads, listener.key())
                .filter(_ -> listener.protocol()
                        .filter(protocol -> protocol != Protocol.UDP)
                        .isPresent())
                .flatMap(port -> reads.get(model.fleets, port.fleet())
                        .map(FleetMembers::proxy)
                        .flatMap(proxy -> proxy.object().map(owner -> {
                            ProxyTelemetry telemetry = proxy.spec().telemetry();
                            return new PolicyWish<>(
                                    new PolicyPart(port, ObjectRef.of(Kinds.ENVOY_PROXY, owner)),
                                    telemetry,
                                    Objects.hash(
                                            telemetry.accessLogDisabled(),
                                            telemetry.accessLogs(),
                                            telemetry.tracing(),
                                            telemetry.requestId()),
                                    files(telemetry));
                        })));
    }

    private static Set<String> files(ProxyTelemetry telemetry) {
        return telemetry.accessLogs().stream()
                .flatMap(log -> log.sinks().stream())
                .flatMap(sink -> sink instanceof Sink.File file ? Stream.of(file.path()) : Stream.empty())
                .collect(Collectors.toSet());
    }

    /** The telemetry of a fleet's listeners, where it is not as the fleet's settings have it. */
    List<ProxyTelemetry> replacements(Reads reads, FleetMembers fleet) {
        return fleet.listeners().stream()
                .map(listener -> of(reads, fleet, listener))
                .filter(each -> !each.equals(fleet.settings().telemetry()))
                .distinct()
                .toList();
    }

    /** The telemetry that a listener has. */
    ProxyTelemetry of(Reads reads, FleetMembers fleet, ListenerState listener) {
        return wish(reads, listener)
                .map(wish -> holds.served(reads, PolicyPlace.of(listener.key()), wish)
                        .map(PolicyWish::settings)
                        .orElse(DEFAULT))
                .orElseGet(() -> fleet.settings().telemetry());
    }
}
