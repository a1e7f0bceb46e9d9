package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.client.ClientPolicy;
import dev.gatehouse.controller.envoy.ListenerResources;
import dev.gatehouse.controller.envoy.ListenerResources.PortKey;
import dev.gatehouse.controller.envoy.RouteEntry;
import dev.gatehouse.controller.envoy.RouteTable;
import dev.gatehouse.controller.envoy.filter.ChainContext;
import dev.gatehouse.controller.envoy.filter.FilterNeeds;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.controller.gateway.Hostnames;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.ListenerState.Protocol;
import dev.gatehouse.controller.gateway.TableForm;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectRef;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * The route tables of HTTP listeners. Each hostname has a virtual host, made from the contributions of routes. Tables
 * contain the virtual hosts or refer to them ({@link TableForm}). A changed route recomputes only its own hostnames'
 * virtual hosts.
 */
final class RouteTables {
    /**
     * The route table of a listener. The HTTP listeners of one port share a table.
     *
     * @param hostnames the hostnames of all listeners of the port, between which the host of a request decides
     * @param misdirected the hostnames whose requests the table answers with 421, since they belong on another
     * connection
     * @param counted whether each hostname has metrics
     * @param asWritten whether routes are tried in the order in which they are written
     * @param routesChange see {@link ListenerResources#routesChange}
     */
    record Table(
            TableForm form,
            String fleet,
            String name,
            List<String> hostnames,
            List<String> misdirected,
            boolean counted,
            boolean asWritten,
            boolean routesChange) {
        ResourceId id() {
            return new ResourceId(fleet, TypeUrls.ROUTES, name);
        }
    }

    /** A hostname of a listener. */
    private record HostKey(ListenerKey listener, String hostname) implements Comparable<HostKey> {
        private static final Comparator<HostKey> ORDER =
                Comparator.comparing(HostKey::listener).thenComparing(HostKey::hostname);

        @Override
        public int compareTo(HostKey other) {
            return ORDER.compare(this, other);
        }
    }

    /** Identifies a virtual host of a fleet. */
    private record HostId(String fleet, String name) implements Comparable<HostId> {
        private static final Comparator<HostId> ORDER =
                Comparator.comparing(HostId::fleet).thenComparing(HostId::name);

        @Override
        public int compareTo(HostId other) {
            return ORDER.compare(this, other);
        }
    }

    /** The size of a direct response above Envoy's default limit. */
    private record LargeBody(ResourceId table, int bytes) {}

    /** The virtual host of a hostname, with its table. */
    private record Made(Table table, Output output) {
        VirtualHost host() {
            return (VirtualHost) output.message();
        }
    }

    private final Model model;
    private final Settings settings;
    private final Contributions contributions;
    private final Collection<ListenerKey, Table> tables;
    private final Collection<HostKey, SortedMap<BindingKey, Contribution>> contributionsByHost;
    private final List<Collection<HostId, Made>> hosts;
    private final List<Collection<ResourceId, SortedMap<HostId, Made>>> hostsByTable = new ArrayList<>();
    private final Collection<ResourceId, SortedMap<HostId, LargeBody>> largeBodies;
    private final List<Collection<ResourceId, Output>> resources;

    RouteTables(
            Graph graph,
            Model model,
            Settings settings,
            Collection<PortKey, ServingPort> ports,
            Contributions contributions) {
        this.model = model;
        this.settings = settings;
        this.contributions = contributions;
        tables = graph.map("tables", model.listeners, (reads, _, listener) -> table(reads, listener, ports));
        contributionsByHost = graph.group("contributionsByHost", contributions.all(), (binding, contribution) -> {
            Set<HostKey> keys = new HashSet<>();
            contribution.entries().keySet().forEach(hostname -> keys.add(new HostKey(binding.listener(), hostname)));
            return keys;
        });
        hosts = List.of(
                graph.expand("hosts.routes", contributionsByHost, (reads, key, _) -> host(reads, key)),
                // A listener's own hostname has a virtual host even without a route, so that no wider hostname answers
                // its requests.
                graph.expand("hosts.listeners", tables, (reads, key, _) -> emptyHost(reads, key)));
        for (Collection<HostId, Made> each : hosts) {
            hostsByTable.add(graph.group(
                    each.name() + ".byTable",
                    each,
                    (_, made) -> made.table().form() == TableForm.WHOLE
                            ? Set.of(made.table().id())
                            : Set.of()));
        }
        Collection<HostId, LargeBody> bodies = graph.map("largeBodies", hosts.getFirst(), (_, _, made) -> {
            int bytes = RouteTable.largestBody(made.host());
            return bytes == 0
                    ? Optional.empty()
                    : Optional.of(new LargeBody(made.table().id(), bytes));
        });
        largeBodies = graph.group("largeBodiesByTable", bodies, (_, body) -> Set.of(body.table()));
        resources = Stream.concat(
                        Stream.of(
                                graph.expand("rds.http", ports, (reads, _, port) -> shared(reads, port)),
                                graph.expand(
                                        "rds.https", model.listeners, (reads, _, listener) -> single(reads, listener))),
                        hosts.stream().map(each -> graph.expand("vhds." + each.name(), each, RouteTables::own)))
                .toList();
    }

    /** The tables, and the virtual hosts that are resources of their own. */
    List<Collection<ResourceId, Output>> resources() {
        return resources;
    }

    /** The name of the table of a listener. */
    Optional<String> name(Reads reads, ListenerKey listener) {
        return reads.get(tables, listener).map(Table::name);
    }

    private Optional<Table> table(Reads reads, ListenerState listener, Collection<PortKey, ServingPort> ports) {
        if (!listener.serving() || !listener.protocol().orElseThrow().http()) {
            return Optional.empty();
        }
        Protocol protocol = listener.protocol().orElseThrow();
        Optional<String> fleet =
                reads.get(model.serving, listener.key().gateway()).map(gateway -> gateway.fleet());
        Optional<PortKey> key =
                fleet.map(name -> new PortKey(name, listener.spec().port(), false));
        return key.flatMap(each -> reads.get(ports, each)).map(port -> {
            TableForm form = port.fleet().tables();
            List<ListenerState> alike = port.listeners().stream()
                    .filter(each -> each.protocol().orElseThrow() == protocol)
                    .toList();
            List<String> hostnames = alike.stream()
                    .map(each -> each.spec().hostname().orElse(Hostnames.ANY))
                    .distinct()
                    .sorted(Hostnames.SPECIFICITY)
                    .toList();
            boolean https = protocol == Protocol.HTTPS;
            String own = listener.spec().hostname().orElse(Hostnames.ANY);
            List<ListenerState> sharing = https ? List.of(listener) : alike;
            FilterNeeds needs = contributions.needs(reads, sharing);
            return new Table(
                    form,
                    port.fleet().name(),
                    https
                            ? ListenerResources.tableName(form, listener, needs)
                            : ListenerResources.sharedTableName(form, key.get(), port.listeners(), needs),
                    hostnames,
                    https ? hostnames.stream().filter(each -> !each.equals(own)).toList() : List.of(),
                    port.fleet().settings().telemetry().metrics().perHost(),
                    reads.get(model.serving, listener.key().gateway())
                            .map(gateway -> gateway.proxy().spec().preserveRouteOrder())
                            .orElse(false),
                    ListenerResources.routesChange(sharing, needs));
        });
    }

    /** Collects the owners and parts of a virtual host, and the parts that are held back. */
    private static final class HostParts {
        private final Set<ObjectRef> owners = new HashSet<>();
        private final Map<OutputPart, Integer> parts = new HashMap<>();
        private final Set<OutputPart> heldBack = new HashSet<>();
        private HookContext hooks = HookContext.NONE;
        private boolean secret;
    }

    /** The entries of a route for a hostname; while the contribution is held back, its replacement. */
    private List<RouteEntry> served(
            Reads reads, RoutePart part, Contribution contribution, String hostname, HostParts parts) {
        Optional<Hold> hold =
                reads.get(contributions.held(), part).filter(each -> each.fingerprint() == contribution.fingerprint());
        if (hold.isEmpty()) {
            parts.parts.put(part, contribution.fingerprint());
            parts.secret |= contribution.secret();
            return contribution.of(hostname);
        }
        parts.heldBack.add(part);
        return switch (hold.get().form()) {
            case LAST_GOOD ->
                reads.get(contributions.lastGood(), part)
                        .filter(each -> each.fingerprint() != contribution.fingerprint()
                                && !each.isRefused(reads, contributions.policies()))
                        .map(good -> {
                            parts.secret |= good.secret();
                            return good.of(hostname);
                        })
                        .orElseGet(() -> contribution.closed(hostname));
            case OMITTED -> List.of();
        };
    }

    /** A virtual host as a resource of its own. */
    private static Map<ResourceId, Output> own(Reads reads, HostId id, Made made) {
        return made.table().form() == TableForm.BY_HOST
                ? Map.of(new ResourceId(id.fleet(), TypeUrls.VIRTUAL_HOST, id.name()), made.output())
                : Map.of();
    }

    private Map<HostId, Made> emptyHost(Reads reads, ListenerKey key) {
        HostKey own = new HostKey(
                key,
                reads.get(model.listeners, key)
                        .flatMap(listener -> listener.spec().hostname())
                        .orElse(Hostnames.ANY));
        return reads.get(contributionsByHost, own).isPresent() ? Map.of() : host(reads, own);
    }

    private Map<HostId, Made> host(Reads reads, HostKey key) {
        Optional<Table> found = reads.get(tables, key.listener());
        Optional<ListenerState> listener = reads.get(model.listeners, key.listener());
        if (found.isEmpty()
                || listener.isEmpty()
                || !RouteTable.owns(
                        listener.get().spec().hostname().orElse(Hostnames.ANY),
                        key.hostname(),
                        found.get().hostnames())) {
            return Map.of();
        }
        Table table = found.get();
        List<RouteEntry> entries = new ArrayList<>();
        HostParts parts = new HostParts();
        parts.owners.add(ObjectRef.of(Kinds.GATEWAY, key.listener().gateway()));
        reads.get(contributionsByHost, key)
                .ifPresent(bindings -> bindings.forEach((binding, contribution) -> {
                    parts.owners.add(binding.route());
                    parts.hooks = parts.hooks.and(contribution.hooks());
                    RoutePart part = table.form() == TableForm.WHOLE
                            ? RoutePart.whole(binding)
                            : new RoutePart(binding, key.hostname());
                    entries.addAll(served(reads, part, contribution, key.hostname(), parts));
                }));
        VirtualHost host = RouteTable.virtualHost(
                table.name(),
                key.hostname(),
                table.routesChange(),
                RouteTable.Host.of(
                        listener.get(),
                        Map.of(key.hostname(), entries),
                        table.asWritten() ? RouteEntry.AS_WRITTEN : Comparator.naturalOrder(),
                        () -> ChainContext.connectionBytes(
                                model.clients.of(reads, key.listener()).settings())));
        VirtualHost named = table.counted() ? RouteTable.counted(host) : host;
        return Map.of(
                new HostId(table.fleet(), named.getName()),
                new Made(
                        table,
                        new Output(named, parts.secret, parts.owners, parts.parts, parts.heldBack).with(parts.hooks)));
    }

    private Map<ResourceId, Output> shared(Reads reads, ServingPort port) {
        List<ListenerState> listeners = ListenerResources.http(port.listeners());
        Optional<Table> table = listeners.stream().findFirst().flatMap(listener -> reads.get(tables, listener.key()));
        return table.map(each -> resource(reads, each, listeners, port.owners(), Optional.empty()))
                .orElse(Map.of());
    }

    private Map<ResourceId, Output> single(Reads reads, ListenerState listener) {
        return reads.get(tables, listener.key())
                .filter(_ -> listener.protocol().orElseThrow() == Protocol.HTTPS)
                .map(table -> resource(
                        reads,
                        table,
                        List.of(listener),
                        Set.of(listener.key().owner()),
                        Optional.of(listener)
                                .filter(each ->
                                        model.clients.of(reads, each.key()).http3() == ClientPolicy.Http3.SERVED)))
                .orElse(Map.of());
    }

    /** @param offering the listener whose responses advertise HTTP/3 ({@code alt-svc}) */
    private Map<ResourceId, Output> resource(
            Reads reads,
            Table table,
            List<ListenerState> listeners,
            Set<ObjectRef> owners,
            Optional<ListenerState> offering) {
        RouteConfiguration own = RouteTable.table(
                table.name(),
                table.routesChange(),
                listeners.stream()
                        .map(listener -> listener.spec().hostname().orElse(Hostnames.ANY))
                        .toList(),
                table.misdirected(),
                contributions.needs(reads, listeners));
        RouteConfiguration counted = table.counted() ? RouteTable.counted(own) : own;
        RouteConfiguration offered = offering.map(
                        listener -> RouteTable.offeringHttp3(counted, settings.clientPort(listener)))
                .orElse(counted);
        return switch (table.form()) {
            case BY_HOST -> {
                int bytes = reads.get(largeBodies, table.id()).map(SortedMap::values).stream()
                        .flatMap(java.util.Collection::stream)
                        .mapToInt(LargeBody::bytes)
                        .max()
                        .orElse(0);
                yield Map.of(
                        table.id(), new Output(RouteTable.allowing(RouteTable.byHost(offered), bytes), false, owners));
            }
            case WHOLE -> Map.of(table.id(), whole(reads, table, offered, owners));
        };
    }

    private Output whole(Reads reads, Table table, RouteConfiguration own, Set<ObjectRef> gateways) {
        List<VirtualHost> all = new ArrayList<>();
        Set<ObjectRef> owners = new HashSet<>(gateways);
        Map<OutputPart, Integer> fingerprints = new HashMap<>();
        Set<OutputPart> heldBack = new HashSet<>();
        HookContext hooks = HookContext.NONE;
        boolean secret = false;
        int bytes = 0;
        for (Collection<ResourceId, SortedMap<HostId, Made>> group : hostsByTable) {
            for (Made made : reads.get(group, table.id()).map(SortedMap::values).orElse(List.of())) {
                Output output = made.output();
                all.add(made.host());
                owners.addAll(output.owners());
                fingerprints.putAll(output.parts());
                heldBack.addAll(output.heldBack());
                hooks = hooks.and(output.hooks());
                secret |= output.secret();
                bytes = Math.max(bytes, RouteTable.largestBody(made.host()));
            }
        }
        return new Output(RouteTable.allowing(RouteTable.with(own, all), bytes), secret, owners, fingerprints, heldBack)
                .with(hooks);
    }
}
