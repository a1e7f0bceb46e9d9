package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.envoy.ListenerResources.PortKey;
import dev.gatehouse.controller.envoy.SecretName;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the resources that a patch may mean by a name: the resource with that name, and the resources that Envoy
 * Gateway would give that name, in both of its naming schemes. The resources need not exist.
 */
final class PatchTargets {
    /** The names of existing resources. */
    interface Names {
        /** The route table of a listener. */
        Optional<String> table(Reads reads, ListenerState listener);

        /** The clusters of a route, as a fleet gets them. */
        List<ClusterSpec> clusters(Reads reads, String fleet, ObjectRef route, OptionalInt rule);
    }

    /** Envoy Gateway's names of listeners, made from the port. */
    private static final Pattern BY_PORT = Pattern.compile("(tcp|udp|http)-(\\d{1,5})");

    /** Envoy Gateway's names of clusters, made from the route's rule; the rule of a TCP, TLS or UDP route is {@code -1}. */
    private static final Pattern BY_RULE = Pattern.compile("([a-z]+route)/([^/]+)/([^/]+)/rule/(-1|\\d{1,4})(/.*)?");

    private static final String QUIC = "-quic";

    private static final List<Kind<?>> ROUTES =
            List.of(Kinds.HTTP_ROUTE, Kinds.GRPC_ROUTE, Kinds.TLS_ROUTE, Kinds.TCP_ROUTE, Kinds.UDP_ROUTE);

    private final Names names;

    PatchTargets(Names names) {
        this.names = names;
    }

    /** The resources of {@code fleet} that a patch may mean by {@code name}. */
    Set<ResourceId> of(Reads reads, FleetMembers fleet, String typeUrl, String name) {
        Set<ResourceId> targets = new LinkedHashSet<>();
        if (!name.isEmpty()) {
            targets.add(new ResourceId(fleet.name(), typeUrl, name));
        }
        others(reads, fleet, typeUrl, name).forEach(each -> targets.add(new ResourceId(fleet.name(), typeUrl, each)));
        return targets;
    }

    private Stream<String> others(Reads reads, FleetMembers fleet, String typeUrl, String name) {
        return switch (typeUrl) {
            case TypeUrls.LISTENER -> listeners(fleet, name);
            case TypeUrls.ROUTES -> tables(reads, fleet, name);
            case TypeUrls.CLUSTER -> clusters(reads, fleet, name).map(ClusterSpec::name);
            case TypeUrls.ENDPOINTS -> clusters(reads, fleet, name).map(ClusterSpec::endpointsName);
            case TypeUrls.SECRET ->
                Stream.of(name.split("/", -1))
                        .filter(_ -> name.matches("[^/]+/[^/]+"))
                        .limit(1)
                        .map(namespace -> new SecretName.Certificate(
                                        new ObjectKey(namespace, name.substring(namespace.length() + 1)))
                                .resource());
            default -> Stream.empty();
        };
    }

    private static Stream<String> listeners(FleetMembers fleet, String name) {
        Matcher byPort = BY_PORT.matcher(name);
        if (byPort.matches()) {
            return byPort.group(1).equals("http") ? Stream.empty() : Stream.of(fleet.name() + "/" + name);
        }
        boolean quic = name.endsWith(QUIC);
        String listener = quic ? name.substring(0, name.length() - QUIC.length()) : name;
        return serving(fleet)
                .filter(each -> each.key().toString().equals(listener))
                .map(each -> new PortKey(
                                fleet.name(),
                                each.spec().port(),
                                quic || each.protocol().orElseThrow() == ListenerState.Protocol.UDP)
                        .listenerName());
    }

    private Stream<String> tables(Reads reads, FleetMembers fleet, String name) {
        Matcher byPort = BY_PORT.matcher(name);
        return serving(fleet)
                .filter(each -> byPort.matches()
                        ? each.protocol().orElseThrow() == ListenerState.Protocol.HTTP
                                && name.equals("http-" + each.spec().port())
                        : each.key().toString().equals(name))
                .flatMap(each -> names.table(reads, each).stream());
    }

    private Stream<ClusterSpec> clusters(Reads reads, FleetMembers fleet, String name) {
        Matcher byRule = BY_RULE.matcher(name);
        if (!byRule.matches()) {
            return Stream.empty();
        }
        int rule = Integer.parseInt(byRule.group(4));
        return ROUTES.stream()
                .filter(kind -> kind.name().toLowerCase(Locale.ROOT).equals(byRule.group(1)))
                .map(kind -> ObjectRef.of(kind, new ObjectKey(byRule.group(2), byRule.group(3))))
                .flatMap(
                        route -> names
                                .clusters(
                                        reads,
                                        fleet.name(),
                                        route,
                                        rule < 0 ? OptionalInt.empty() : OptionalInt.of(rule))
                                .stream());
    }

    private static Stream<ListenerState> serving(FleetMembers fleet) {
        return fleet.listeners().stream().filter(ListenerState::serving);
    }
}
