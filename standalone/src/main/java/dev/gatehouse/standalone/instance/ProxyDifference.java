package dev.gatehouse.standalone.instance;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.gatehouse.controller.infrastructure.ProxyFiles;
import dev.gatehouse.controller.text.ResourceText;
import dev.gatehouse.envoyapi.EnvoyTypes;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.xds.snapshot.FleetSnapshot;
import dev.gatehouse.xds.snapshot.VersionedResource;
import io.envoyproxy.envoy.admin.v3.ClustersConfigDump;
import io.envoyproxy.envoy.admin.v3.ConfigDump;
import io.envoyproxy.envoy.admin.v3.EndpointsConfigDump;
import io.envoyproxy.envoy.admin.v3.ListenersConfigDump;
import io.envoyproxy.envoy.admin.v3.RoutesConfigDump;
import io.envoyproxy.envoy.admin.v3.SecretsConfigDump;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/**
 * Compares a proxy's configuration ({@code /config_dump?include_eds} of Envoy's admin page) with xds-svc's resources
 * for it. Listeners, clusters, whole route tables and secrets are compared by the versions that Envoy reports, all
 * other resources by content. Only field names are shown and no values, so that no secret is revealed.
 */
public final class ProxyDifference {
    /** Fields that are named of one resource. */
    private static final int MOST_FIELDS = 8;

    /** How a proxy's resource differs. */
    public enum What {
        /** The proxy should have the resource, and does not. */
        MISSING,
        /** The proxy has the resource, and should not. */
        EXTRA,
        /** The proxy has another version or content. */
        CHANGED
    }

    /**
     * @param detail a sentence
     * @param fields paths of what differs, at most some
     */
    public record Difference(String typeUrl, String name, What what, String detail, List<String> fields)
            implements Comparable<Difference> {
        @Override
        public int compareTo(Difference other) {
            int byType = ResourceText.typeName(typeUrl).compareTo(ResourceText.typeName(other.typeUrl));
            return byType != 0 ? byType : name.compareTo(other.name);
        }
    }

    /** @param compared resources that were looked at */
    public record Result(List<Difference> differences, int compared) {}

    /**
     * @param version empty: Envoy does not report it
     * @param state what is to be said of it, such as that it warms; empty: nothing
     */
    private record Has(String version, Message content, String state) {}

    private final FleetSnapshot wanted;
    private final BiPredicate<String, String> asks;
    private final Map<String, SortedMap<String, Has>> has = new HashMap<>();
    /** Of which endpoints are asked for: other clusters bring theirs, or resolve them, and Envoy tells of these, too. */
    private final Set<String> discovered = new HashSet<>();

    private final ResourceText text = new ResourceText();
    private final SortedSet<Difference> differences = new TreeSet<>();

    private ProxyDifference(FleetSnapshot wanted, BiPredicate<String, String> asks) {
        this.wanted = wanted;
        this.asks = asks;
    }

    /**
     * Compares.
     *
     * @param asks whether the proxy subscribes to a resource, by type URL and name: of one that it does not ask for, none is missing
     * @param dump JSON of Envoy's page
     * @throws InvalidProtocolBufferException if that is no such JSON
     */
    public static Result of(FleetSnapshot wanted, BiPredicate<String, String> asks, String dump)
            throws InvalidProtocolBufferException {
        ProxyDifference difference = new ProxyDifference(wanted, asks);
        difference.read(dump);
        return difference.compare();
    }

    private void read(String dump) throws InvalidProtocolBufferException {
        ConfigDump.Builder parsed = ConfigDump.newBuilder();
        JsonFormat.parser()
                .usingTypeRegistry(EnvoyTypes.registry())
                .ignoringUnknownFields()
                .merge(dump, parsed);
        for (Any part : parsed.getConfigsList()) {
            if (part.is(ListenersConfigDump.class)) {
                listeners(part.unpack(ListenersConfigDump.class));
            } else if (part.is(ClustersConfigDump.class)) {
                clusters(part.unpack(ClustersConfigDump.class));
            } else if (part.is(RoutesConfigDump.class)) {
                routes(part.unpack(RoutesConfigDump.class));
            } else if (part.is(SecretsConfigDump.class)) {
                secrets(part.unpack(SecretsConfigDump.class));
            } else if (part.is(EndpointsConfigDump.class)) {
                endpoints(part.unpack(EndpointsConfigDump.class));
            }
        }
        of(TypeUrls.ENDPOINTS).keySet().retainAll(discovered);
    }

    private void listeners(ListenersConfigDump dump) throws InvalidProtocolBufferException {
        Map<String, String> refused = new HashMap<>();
        for (ListenersConfigDump.DynamicListener each : dump.getDynamicListenersList()) {
            if (each.hasErrorState()) {
                refused.put(
                        refusedName(each), "refused: " + each.getErrorState().getDetails());
            }
        }
        for (ListenersConfigDump.DynamicListener each : dump.getDynamicListenersList()) {
            if (each.hasActiveState() || each.hasWarmingState()) {
                ListenersConfigDump.DynamicListenerState state =
                        each.hasActiveState() ? each.getActiveState() : each.getWarmingState();
                String said = refused.getOrDefault(each.getName(), each.hasWarmingState() ? "warms" : "");
                put(
                        TypeUrls.LISTENER,
                        each.getName(),
                        state.getVersionInfo(),
                        state.getListener(),
                        Listener.class,
                        said);
            }
        }
    }

    /** Envoy reports a refused listener beside the active one, without its name. */
    private static String refusedName(ListenersConfigDump.DynamicListener refused)
            throws InvalidProtocolBufferException {
        Any configuration = refused.getErrorState().getFailedConfiguration();
        return refused.getName().isEmpty() && configuration.is(Listener.class)
                ? configuration.unpack(Listener.class).getName()
                : refused.getName();
    }

    private void clusters(ClustersConfigDump dump) throws InvalidProtocolBufferException {
        for (ClustersConfigDump.DynamicCluster each : dump.getDynamicActiveClustersList()) {
            cluster(each, "");
        }
        for (ClustersConfigDump.DynamicCluster each : dump.getDynamicWarmingClustersList()) {
            cluster(each, "warms");
        }
    }

    private void cluster(ClustersConfigDump.DynamicCluster dump, String said) throws InvalidProtocolBufferException {
        Cluster cluster = dump.getCluster().unpack(Cluster.class);
        String name = cluster.getName();
        if (cluster.getType() == Cluster.DiscoveryType.EDS) {
            String service = cluster.getEdsClusterConfig().getServiceName();
            discovered.add(service.isEmpty() ? name : service);
        }
        put(TypeUrls.CLUSTER, name, dump.getVersionInfo(), dump.getCluster(), Cluster.class, said);
    }

    private void routes(RoutesConfigDump dump) throws InvalidProtocolBufferException {
        for (RoutesConfigDump.DynamicRouteConfig each : dump.getDynamicRouteConfigsList()) {
            RouteConfiguration table = each.getRouteConfig().unpack(RouteConfiguration.class);
            RouteConfiguration.Builder own = table.toBuilder();
            if (table.hasVhds()) {
                own.clearVirtualHosts();
                for (VirtualHost host : table.getVirtualHostsList()) {
                    of(TypeUrls.VIRTUAL_HOST).put(host.getName(), new Has("", host, ""));
                }
            }
            // Of a table with virtual hosts of their own Envoy tells the version of these.
            String version = table.hasVhds() ? "" : each.getVersionInfo();
            of(TypeUrls.ROUTES).put(table.getName(), new Has(version, own.build(), ""));
        }
    }

    private void secrets(SecretsConfigDump dump) {
        dump.getDynamicActiveSecretsList().forEach(each -> secret(each, ""));
        dump.getDynamicWarmingSecretsList().forEach(each -> secret(each, "warms"));
    }

    private void secret(SecretsConfigDump.DynamicSecret dump, String said) {
        if (dump.getName().equals(ProxyFiles.CERTIFICATE) || dump.getName().equals(ProxyFiles.TRUSTED_CA)) {
            return; // From files of its pod: by these it connects to xds-svc.
        }
        // Envoy shows no private key, and neither is any kept here: secrets are compared by their versions.
        of(TypeUrls.SECRET)
                .put(dump.getName(), new Has(dump.getVersionInfo(), SecretsConfigDump.getDefaultInstance(), said));
    }

    private void endpoints(EndpointsConfigDump dump) throws InvalidProtocolBufferException {
        for (EndpointsConfigDump.DynamicEndpointConfig each : dump.getDynamicEndpointConfigsList()) {
            ClusterLoadAssignment endpoints = each.getEndpointConfig().unpack(ClusterLoadAssignment.class);
            of(TypeUrls.ENDPOINTS).put(endpoints.getClusterName(), new Has("", endpoints, ""));
        }
    }

    private <M extends Message> void put(
            String typeUrl, String name, String version, Any content, Class<M> type, String said)
            throws InvalidProtocolBufferException {
        of(typeUrl).put(name, new Has(version, content.unpack(type), said));
    }

    private SortedMap<String, Has> of(String typeUrl) {
        return has.computeIfAbsent(typeUrl, _ -> new TreeMap<>());
    }

    private Result compare() throws InvalidProtocolBufferException {
        int compared = 0;
        for (String typeUrl : List.of(
                TypeUrls.LISTENER,
                TypeUrls.ROUTES,
                TypeUrls.VIRTUAL_HOST,
                TypeUrls.CLUSTER,
                TypeUrls.ENDPOINTS,
                TypeUrls.SECRET)) {
            Map<String, VersionedResource> should = wanted.ofType(typeUrl);
            for (VersionedResource resource : should.values()) {
                if (asks.test(typeUrl, resource.name())) {
                    compared++;
                    compare(typeUrl, resource, Optional.ofNullable(of(typeUrl).get(resource.name())));
                }
            }
            for (String name : of(typeUrl).keySet()) {
                if (!should.containsKey(name)) {
                    compared++;
                    differ(typeUrl, name, What.EXTRA, "the proxy has it, and should not", List.of());
                }
            }
        }
        return new Result(List.copyOf(differences), compared);
    }

    private void compare(String typeUrl, VersionedResource resource, Optional<Has> found)
            throws InvalidProtocolBufferException {
        if (found.isEmpty()) {
            differ(typeUrl, resource.name(), What.MISSING, "the proxy should have it, and does not", List.of());
            return;
        }
        Has theirs = found.get();
        String said = theirs.state().isEmpty() ? "" : "; " + theirs.state();
        if (!theirs.version().isEmpty()) {
            if (!theirs.version().equals(resource.version()) || !theirs.state().isEmpty()) {
                differ(
                        typeUrl,
                        resource.name(),
                        What.CHANGED,
                        "version " + theirs.version() + " (should be: " + resource.version() + ")" + said,
                        typeUrl.equals(TypeUrls.SECRET)
                                ? List.of()
                                : fields(content(typeUrl, resource), theirs.content()));
            }
            return;
        }
        List<String> fields = typeUrl.equals(TypeUrls.ENDPOINTS)
                ? endpointDifferences(
                        resource.any().unpack(ClusterLoadAssignment.class), (ClusterLoadAssignment) theirs.content())
                : fields(content(typeUrl, resource), theirs.content());
        if (!fields.isEmpty() || !theirs.state().isEmpty()) {
            differ(typeUrl, resource.name(), What.CHANGED, "its content differs" + said, fields);
        }
    }

    private void differ(String typeUrl, String name, What what, String detail, List<String> fields) {
        differences.add(new Difference(typeUrl, name, what, detail, fields));
    }

    private static Message content(String typeUrl, VersionedResource resource) throws InvalidProtocolBufferException {
        return switch (typeUrl) {
            case TypeUrls.LISTENER -> resource.any().unpack(Listener.class);
            case TypeUrls.CLUSTER -> resource.any().unpack(Cluster.class);
            case TypeUrls.VIRTUAL_HOST -> resource.any().unpack(VirtualHost.class);
            default -> resource.any().unpack(RouteConfiguration.class);
        };
    }

    /** Paths of fields by which two messages differ, without their values. */
    private List<String> fields(Message ours, Message theirs) {
        List<String> paths = new ArrayList<>();
        walk("", new JsonObject(text.json(ours)), new JsonObject(text.json(theirs)), paths);
        return paths.size() > MOST_FIELDS ? List.copyOf(paths.subList(0, MOST_FIELDS)) : paths;
    }

    private static void walk(String path, Object ours, Object theirs, List<String> paths) {
        if (isRedacted(theirs)) {
            return;
        }
        if (ours instanceof JsonObject one && theirs instanceof JsonObject other) {
            Set<String> names = new TreeSet<>(one.fieldNames());
            names.addAll(other.fieldNames());
            for (String name : names) {
                String at = path.isEmpty() ? name : path + "." + name;
                if (one.containsKey(name) && other.containsKey(name)) {
                    walk(at, one.getValue(name), other.getValue(name), paths);
                } else {
                    paths.add(at);
                }
            }
        } else if (ours instanceof JsonArray one && theirs instanceof JsonArray other && one.size() == other.size()) {
            for (int i = 0; i < one.size(); i++) {
                walk(path + "[" + i + "]", one.getValue(i), other.getValue(i), paths);
            }
        } else if (!ours.equals(theirs)) {
            paths.add(path);
        }
    }

    /** Envoy shows neither inline strings nor inline bytes that its API marks as sensitive. */
    private static boolean isRedacted(Object value) {
        return value.equals("[redacted]") || value.equals("W3JlZGFjdGVkXQ==");
    }

    /** Envoy adds fields to endpoints, so endpoints are compared by address, locality and weight. */
    private static List<String> endpointDifferences(ClusterLoadAssignment ours, ClusterLoadAssignment theirs) {
        SortedSet<String> one = new TreeSet<>(endpoints(ours));
        SortedSet<String> other = new TreeSet<>(endpoints(theirs));
        List<String> differences = new ArrayList<>();
        one.stream().filter(each -> !other.contains(each)).forEach(each -> differences.add("lacks " + each));
        other.stream().filter(each -> !one.contains(each)).forEach(each -> differences.add("has also " + each));
        return differences.size() > MOST_FIELDS ? List.copyOf(differences.subList(0, MOST_FIELDS)) : differences;
    }

    private static Set<String> endpoints(ClusterLoadAssignment assignment) {
        Set<String> all = new HashSet<>();
        for (LocalityLbEndpoints group : assignment.getEndpointsList()) {
            for (LbEndpoint each : group.getLbEndpointsList()) {
                long weight = each.hasLoadBalancingWeight()
                        ? each.getLoadBalancingWeight().getValue()
                        : 1;
                String zone = group.getLocality().getZone();
                all.add(address(each) + " (weight " + weight + ", priority " + group.getPriority()
                        + (zone.isEmpty() ? "" : ", zone " + zone) + ")");
            }
        }
        return all;
    }

    private static String address(LbEndpoint endpoint) {
        var address = endpoint.getEndpoint().getAddress();
        if (address.hasPipe()) {
            return "unix:" + address.getPipe().getPath();
        }
        SocketAddress socket = address.getSocketAddress();
        return socket.getAddress() + ":" + socket.getPortValue();
    }
}
