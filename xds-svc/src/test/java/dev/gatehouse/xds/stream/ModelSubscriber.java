package dev.gatehouse.xds.stream;

import static dev.gatehouse.envoyapi.TypeUrls.CLUSTER;
import static dev.gatehouse.envoyapi.TypeUrls.ENDPOINTS;
import static dev.gatehouse.envoyapi.TypeUrls.LISTENER;
import static dev.gatehouse.envoyapi.TypeUrls.ROUTES;
import static dev.gatehouse.envoyapi.TypeUrls.SECRET;
import static dev.gatehouse.envoyapi.TypeUrls.VIRTUAL_HOST;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.gatehouse.events.Position;
import dev.gatehouse.xds.snapshot.FleetSnapshot;
import dev.gatehouse.xds.snapshot.ResourceSet;
import dev.gatehouse.xds.snapshot.VersionedResource;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A subscriber that behaves as Envoy does, and the fleet that is edited meanwhile. It answers late and out of turn of the types, takes
 * no odd version of what is marked as bad, asks for the endpoints of its clusters and the routes of its listeners, and loses its stream.
 */
final class ModelSubscriber {
    private static final List<String> TYPES = List.of(CLUSTER, ENDPOINTS, LISTENER, ROUTES, SECRET, VIRTUAL_HOST);

    /** More answers and ticks than any schedule needs: past it something goes on for ever. */
    private static final int MOST_STEPS = 2_000;

    private final Protocol protocol;
    private final Random random;
    private final Map<String, Map<String, VersionedResource>> target = new HashMap<>();
    private final Map<String, ResourceSet> published = new HashMap<>();
    private final Map<String, Map<String, VersionedResource>> has = new HashMap<>();
    private final Map<String, Set<String>> names = new HashMap<>();
    private final Map<String, Deque<Effect.Push>> unanswered = new LinkedHashMap<>();
    private final Map<String, String> accepted = new HashMap<>();
    /** Names and versions of virtual hosts that came, also of those that belonged to no table then. */
    private final Map<String, String> virtualHosts = new TreeMap<>();

    /** Those that came and are asked for still: the removal of one means nothing to Envoy. */
    private final Set<String> tables = new TreeSet<>();

    private boolean asksForVirtualHosts;
    private final Set<String> secrets = new TreeSet<>();
    private final List<String> history = new ArrayList<>();
    private SubscriberStream stream;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long offset;
    private int version;

    ModelSubscriber(Protocol protocol, Random random) {
        this.protocol = protocol;
        this.random = random;
        this.stream = new SubscriberStream(protocol, true, StreamSettings.defaults());
        TYPES.forEach(type -> {
            target.put(type, new TreeMap<>());
            has.put(type, new TreeMap<>());
            names.put(type, new TreeSet<>());
            unanswered.put(type, new ArrayDeque<>());
        });
        for (String name : List.of("a", "b")) {
            TYPES.forEach(type -> put(type, type.equals(VIRTUAL_HOST) ? name + "/x" : name, false));
        }
    }

    /** What happened, for the message of a failure. */
    List<String> history() {
        return history;
    }

    /** A new stream. What was sent on the last and is not answered is lost. */
    void connect() {
        history.add("connect");
        stream = new SubscriberStream(protocol, true, StreamSettings.defaults());
        unanswered.values().forEach(Deque::clear);
        publish();
        for (String type : TYPES) {
            boolean asked = type.equals(VIRTUAL_HOST)
                    ? asksForVirtualHosts
                    : isWildcard(type) || !of(names, type).isEmpty();
            if (!asked) {
                continue;
            }
            Map<String, String> versions = new TreeMap<>();
            if (type.equals(VIRTUAL_HOST)) {
                versions.putAll(virtualHosts);
            } else {
                of(has, type).forEach((name, resource) -> versions.put(name, resource.version()));
            }
            request(type, "", List.copyOf(of(names, type)), List.of(), versions, Optional.empty());
        }
        askForMore();
    }

    /** An edit; one in six is one that the subscriber refuses. */
    void edit(String type, String name) {
        put(type, name, random.nextInt(6) == 0);
        publish();
    }

    void delete(String type, String name) {
        if (of(target, type).remove(name) != null) {
            history.add("delete " + shortName(type) + " " + name);
            publish();
        }
    }

    void secretIsNeeded(String name, boolean needed) {
        if (needed ? secrets.add(name) : secrets.remove(name)) {
            askForMore();
        }
    }

    void time(int millis) {
        history.add("+" + millis + "ms");
        now = now.plusMillis(millis);
        take(stream.tick(now));
    }

    /** Answers the oldest push of some type. */
    boolean answerSomething() {
        List<String> waiting =
                TYPES.stream().filter(type -> !of(unanswered, type).isEmpty()).toList();
        if (waiting.isEmpty()) {
            return false;
        }
        String type = waiting.get(random.nextInt(waiting.size()));
        answer(type, of(unanswered, type).removeFirst());
        return true;
    }

    /** Answers all that comes until nothing comes any more. */
    void settle() {
        history.add("settle");
        for (int i = 0; i < MOST_STEPS; i++) {
            if (answerSomething()) {
                continue;
            }
            Optional<Instant> wakeUp = stream.wakeUp();
            if (wakeUp.isEmpty()) {
                return;
            }
            now = wakeUp.get();
            take(stream.tick(now));
        }
        throw new AssertionError("it never ends: " + history);
    }

    /** What the subscriber should have and has not, or has and should not, and what is not reported as applied. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        boolean refuses = false;
        for (String type : TYPES) {
            Map<String, VersionedResource> wanted = of(target, type);
            for (VersionedResource resource : wanted.values()) {
                boolean subscribed = type.equals(VIRTUAL_HOST)
                        ? asksForVirtualHosts
                                && of(has, ROUTES).containsKey(tableOf(resource.name()))
                                && of(target, ROUTES).containsKey(tableOf(resource.name()))
                        : isWildcard(type) || of(names, type).contains(resource.name());
                // A table that was refused may be there nevertheless: what is in it is sent.
                boolean taken = subscribed
                        || type.equals(VIRTUAL_HOST) && of(names, ROUTES).contains(tableOf(resource.name()));
                boolean bad = taken && isBad(resource);
                refuses |= bad;
                VersionedResource own = of(has, type).get(resource.name());
                if (subscribed && !bad && (own == null || !isVersion(own.version(), resource.version()))) {
                    missing.add(shortName(type) + " " + resource.name() + ": has "
                            + (own == null ? "none" : own.version()) + ", not " + resource.version());
                }
            }
        }
        for (String type : List.of(LISTENER, CLUSTER)) {
            Set<String> extra = new HashSet<>(of(has, type).keySet());
            extra.removeAll(of(target, type).keySet());
            // In the state of the world nobody says what a subscriber has that comes back, and a refused push takes
            // nothing away.
            boolean known = protocol == Protocol.DELTA && type.equals(LISTENER);
            if (!extra.isEmpty() && (known || !refuses)) {
                missing.add(shortName(type) + " still has " + extra);
            }
        }
        Set<String> stale = new TreeSet<>(of(has, VIRTUAL_HOST).keySet());
        stale.removeAll(of(target, VIRTUAL_HOST).keySet());
        stale.removeIf(name -> !of(target, ROUTES).containsKey(tableOf(name)));
        if (!stale.isEmpty() && !refuses) {
            missing.add("still has virtual hosts " + stale);
        }
        boolean applied =
                stream.appliedPosition().filter(at -> at.offset() == offset).isPresent();
        if (!refuses && !applied) {
            missing.add("applied " + stream.appliedPosition() + ", not " + offset);
        }
        return missing;
    }

    private void put(String type, String name, boolean bad) {
        String label = (bad ? "bad" : "v") + ++version;
        history.add("put " + shortName(type) + " " + name + "@" + label);
        Message message = switch (type) {
            case CLUSTER ->
                Cluster.newBuilder()
                        .setName(name)
                        .setType(name.equals("c") ? Cluster.DiscoveryType.STATIC : Cluster.DiscoveryType.EDS)
                        .build();
            case LISTENER -> listener(name);
            default -> Cluster.getDefaultInstance();
        };
        Any any = Any.newBuilder()
                .setTypeUrl(type)
                .setValue(message.toByteString())
                .build();
        of(target, type).put(name, VersionedResource.of(name, label, any));
    }

    private static Listener listener(String name) {
        HttpConnectionManager manager = HttpConnectionManager.newBuilder()
                .setRds(Rds.newBuilder().setRouteConfigName(name))
                .build();
        return Listener.newBuilder()
                .setName(name)
                .addFilterChains(
                        FilterChain.newBuilder().addFilters(Filter.newBuilder().setTypedConfig(Any.pack(manager))))
                .build();
    }

    private void publish() {
        offset++;
        // As the store does it: a type of which nothing has changed is the same object.
        target.forEach((type, resources) -> {
            Map<String, Optional<VersionedResource>> edits = new HashMap<>();
            ResourceSet before = published.getOrDefault(type, ResourceSet.EMPTY);
            before.keySet().forEach(name -> edits.put(name, Optional.empty()));
            resources.forEach((name, resource) -> edits.put(name, Optional.of(resource)));
            published.put(type, before.with(edits));
        });
        take(stream.target(new FleetSnapshot("ns/gw", new Position("e", offset), now, published), now));
    }

    private void take(List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Push push) {
                history.add("push " + shortName(push.typeUrl()) + "#" + push.nonce() + " "
                        + push.resources().stream()
                                .map(each -> each.name() + "@" + each.version())
                                .toList() + " -"
                        + push.removed());
                of(unanswered, push.typeUrl()).addLast(push);
            }
        }
    }

    private void answer(String type, Effect.Push push) {
        List<VersionedResource> bad =
                push.resources().stream().filter(ModelSubscriber::isBad).toList();
        history.add((bad.isEmpty() ? "ack " : "nack ") + shortName(type) + "#" + push.nonce());
        if (bad.isEmpty()) {
            apply(type, push, push.resources());
            accepted.put(type, push.version());
            request(type, push.nonce(), List.of(), List.of(), Map.of(), Optional.empty());
        } else {
            // A resource that cannot be read keeps Envoy from all of a push; one that it does not like, only from that.
            if (random.nextBoolean()) {
                apply(
                        type,
                        push,
                        push.resources().stream().filter(each -> !isBad(each)).toList());
            }
            String by = random.nextBoolean() ? "a, b and c: " : "bad: ";
            String message = random.nextBoolean()
                    ? "negative duration"
                    : by + bad.stream().map(VersionedResource::name).toList();
            request(type, push.nonce(), List.of(), List.of(), Map.of(), Optional.of(message));
        }
        askForMore();
    }

    private void apply(String type, Effect.Push push, List<VersionedResource> resources) {
        Map<String, VersionedResource> own = of(has, type);
        if (protocol == Protocol.STATE_OF_THE_WORLD && isWildcard(type)) {
            Set<String> sent = new HashSet<>();
            push.resources().forEach(each -> sent.add(each.name()));
            own.keySet().retainAll(sent);
        }
        push.removed().forEach(own::remove);
        if (!type.equals(VIRTUAL_HOST)) {
            // What has been unsubscribed from meanwhile is passed over.
            resources.stream()
                    .filter(each -> isWildcard(type) || of(names, type).contains(each.name()))
                    .forEach(each -> own.put(each.name(), each));
            if (type.equals(ROUTES)) {
                tables.addAll(own.keySet());
            }
            return;
        }
        push.removed().forEach(virtualHosts::remove);
        for (VersionedResource host : resources) {
            virtualHosts.put(host.name(), host.version());
            if (tables.contains(tableOf(host.name()))) {
                own.put(host.name(), host);
            }
        }
    }

    private static String tableOf(String virtualHost) {
        return virtualHost.substring(0, virtualHost.indexOf('/'));
    }

    /** Subscribes to what its clusters, listeners and transport sockets need, and no longer to what they do not. */
    private void askForMore() {
        want(ENDPOINTS, needed(CLUSTER));
        want(ROUTES, needed(LISTENER));
        want(SECRET, secrets);
        if (!asksForVirtualHosts && protocol == Protocol.DELTA && !tables.isEmpty()) {
            asksForVirtualHosts = true;
            request(VIRTUAL_HOST, "", List.of(), List.of(), Map.of(), Optional.empty());
        }
    }

    private Set<String> needed(String type) {
        Set<String> needed = new TreeSet<>();
        of(has, type).values().forEach(resource -> resource.requires().forEach(key -> needed.add(key.name())));
        return needed;
    }

    private void want(String type, Set<String> wanted) {
        Set<String> known = of(names, type);
        List<String> more =
                wanted.stream().filter(name -> !known.contains(name)).toList();
        List<String> less =
                known.stream().filter(name -> !wanted.contains(name)).toList();
        if (more.isEmpty() && less.isEmpty()) {
            return;
        }
        known.addAll(more);
        less.forEach(known::remove);
        less.forEach(of(has, type)::remove);
        if (type.equals(ROUTES)) {
            less.forEach(tables::remove);
            of(has, VIRTUAL_HOST).keySet().removeIf(host -> less.contains(tableOf(host)));
        }
        history.add("subscribe " + shortName(type) + " +" + more + " -" + less);
        request(type, "", more, less, Map.of(), Optional.empty());
    }

    private void request(
            String type,
            String nonce,
            List<String> subscribe,
            List<String> unsubscribe,
            Map<String, String> initial,
            Optional<String> error) {
        Request request = switch (protocol) {
            case DELTA -> new Request.Delta(type, nonce, subscribe, unsubscribe, initial, error);
            case STATE_OF_THE_WORLD ->
                new Request.StateOfTheWorld(
                        type, accepted.getOrDefault(type, ""), nonce, List.copyOf(of(names, type)), error);
        };
        take(stream.request(request, now));
    }

    private static <V> V of(Map<String, V> byType, String type) {
        return Objects.requireNonNull(byType.get(type), type);
    }

    private static boolean isWildcard(String type) {
        return type.equals(CLUSTER) || type.equals(LISTENER) || type.equals(VIRTUAL_HOST);
    }

    /** A table that lacks virtual hosts comes in a version of its own. */
    private static boolean isVersion(String own, String wanted) {
        return own.equals(wanted) || own.equals(wanted + "~");
    }

    private static boolean isBad(VersionedResource resource) {
        return resource.version().startsWith("bad");
    }

    private static String shortName(String type) {
        return type.substring(type.lastIndexOf('.') + 1);
    }
}
