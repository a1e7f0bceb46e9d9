package dev.gatehouse.xds.stream;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.gatehouse.envoyapi.TypeUrls;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Plays a subscriber against a stream, and writes what follows as short sentences. */
final class Script {
    private static final Map<String, String> SHORT = Map.of(
            TypeUrls.CLUSTER, "CDS",
            TypeUrls.ENDPOINTS, "EDS",
            TypeUrls.LISTENER, "LDS",
            TypeUrls.ROUTES, "RDS",
            TypeUrls.SECRET, "SDS");

    private final Protocol protocol;
    private final SubscriberStream stream;
    private final Map<String, ResourceSet> types = new HashMap<>();
    private final Map<String, Effect.Push> lastPush = new HashMap<>();
    private final Map<String, Set<String>> names = new HashMap<>();
    private final Map<String, String> version = new HashMap<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long offset;

    Script(Protocol protocol) {
        this.protocol = protocol;
        this.stream = new SubscriberStream(protocol, true, StreamSettings.defaults());
    }

    SubscriberStream stream() {
        return stream;
    }

    Instant now() {
        return now;
    }

    Effect.Push lastPush(String typeUrl) {
        return Objects.requireNonNull(lastPush.get(typeUrl), () -> "no push of " + typeUrl);
    }

    Config config() {
        return new Config();
    }

    /** Edits what the fleet is to have. */
    final class Config {
        Config resource(String typeUrl, String name, int version) {
            return put(typeUrl, name, version, Cluster.getDefaultInstance());
        }

        Config cluster(String name, int version) {
            return put(
                    TypeUrls.CLUSTER,
                    name,
                    version,
                    Cluster.newBuilder().setName(name).build());
        }

        Config edsCluster(String name, int version) {
            return put(
                    TypeUrls.CLUSTER,
                    name,
                    version,
                    Cluster.newBuilder()
                            .setName(name)
                            .setType(Cluster.DiscoveryType.EDS)
                            .build());
        }

        Config endpoints(String name, int version) {
            return resource(TypeUrls.ENDPOINTS, name, version);
        }

        Config routes(String name, int version) {
            return resource(TypeUrls.ROUTES, name, version);
        }

        Config secret(String name, int version) {
            return resource(TypeUrls.SECRET, name, version);
        }

        Config listener(String name, int version, String routes) {
            HttpConnectionManager manager = HttpConnectionManager.newBuilder()
                    .setRds(Rds.newBuilder().setRouteConfigName(routes))
                    .build();
            return put(
                    TypeUrls.LISTENER,
                    name,
                    version,
                    Listener.newBuilder()
                            .setName(name)
                            .addFilterChains(FilterChain.newBuilder()
                                    .addFilters(Filter.newBuilder().setTypedConfig(Any.pack(manager))))
                            .build());
        }

        Config without(String typeUrl, String name) {
            types.computeIfPresent(typeUrl, (_, before) -> before.with(Map.of(name, Optional.empty())));
            return this;
        }

        private Config put(String typeUrl, String name, int version, Message message) {
            Any any = Any.newBuilder()
                    .setTypeUrl(typeUrl)
                    .setValue(message.toByteString())
                    .build();
            VersionedResource resource = VersionedResource.of(name, Integer.toString(version), any);
            types.merge(
                    typeUrl,
                    ResourceSet.of(List.of(resource)),
                    (before, _) -> before.with(Map.of(name, Optional.of(resource))));
            return this;
        }
    }

    /** A proxy that has cluster a with endpoints, listener l and routes r, and has applied offset 1. */
    Script connected() {
        target(config().edsCluster("a", 1)
                .endpoints("a", 1)
                .listener("l", 1, "r")
                .routes("r", 1));
        subscribe(TypeUrls.CLUSTER, "*");
        ack(TypeUrls.CLUSTER);
        subscribe(TypeUrls.ENDPOINTS, "a");
        ack(TypeUrls.ENDPOINTS);
        subscribe(TypeUrls.LISTENER, "*");
        ack(TypeUrls.LISTENER);
        subscribe(TypeUrls.ROUTES, "r");
        ack(TypeUrls.ROUTES);
        return this;
    }

    List<String> target(Config edited) {
        offset++;
        return told(stream.target(new FleetSnapshot("ns/gw", new Position("e", offset), now, types), now));
    }

    List<String> after(Duration time) {
        now = now.plus(time);
        return told(stream.tick(now));
    }

    List<String> subscribe(String typeUrl, String... wanted) {
        return request(typeUrl, "", List.of(wanted), List.of(), Map.of(), Optional.empty());
    }

    /** Asks for the type as such, as Envoy does for virtual hosts. */
    List<String> request(String typeUrl) {
        return request(typeUrl, "", List.of(), List.of(), Map.of(), Optional.empty());
    }

    List<String> unsubscribe(String typeUrl, String... unwanted) {
        return request(typeUrl, "", List.of(), List.of(unwanted), Map.of(), Optional.empty());
    }

    List<String> reconnect(String typeUrl, String... namesAndVersions) {
        Map<String, String> initial = new HashMap<>();
        List<String> wanted = new ArrayList<>();
        for (int i = 0; i < namesAndVersions.length; i += 2) {
            initial.put(namesAndVersions[i], namesAndVersions[i + 1]);
            wanted.add(namesAndVersions[i]);
        }
        boolean all = Set.of(TypeUrls.CLUSTER, TypeUrls.LISTENER, TypeUrls.VIRTUAL_HOST)
                .contains(typeUrl);
        return request(typeUrl, "", all ? List.of() : wanted, List.of(), initial, Optional.empty());
    }

    List<String> claim(String typeUrl, String claimed) {
        version.put(typeUrl, claimed);
        return subscribe(typeUrl, "*");
    }

    List<String> ack(String typeUrl) {
        version.put(typeUrl, lastPush(typeUrl).version());
        return answer(typeUrl, lastPush(typeUrl).nonce());
    }

    List<String> answer(String typeUrl, String nonce) {
        return request(typeUrl, nonce, List.of(), List.of(), Map.of(), Optional.empty());
    }

    List<String> nack(String typeUrl, String message) {
        return refuse(typeUrl, lastPush(typeUrl).nonce(), message);
    }

    List<String> refuse(String typeUrl, String nonce, String message) {
        return request(typeUrl, nonce, List.of(), List.of(), Map.of(), Optional.of(message));
    }

    /** What a push reads like in delta, and in the state of the world. */
    String whole(String delta, String stateOfTheWorld) {
        return protocol == Protocol.DELTA ? delta : stateOfTheWorld;
    }

    private List<String> request(
            String typeUrl,
            String nonce,
            List<String> subscribe,
            List<String> unsubscribe,
            Map<String, String> initial,
            Optional<String> error) {
        Set<String> all = names.computeIfAbsent(typeUrl, type -> new LinkedHashSet<>());
        all.addAll(subscribe);
        all.removeAll(unsubscribe);
        Request request = switch (protocol) {
            case DELTA -> new Request.Delta(typeUrl, nonce, subscribe, unsubscribe, initial, error);
            case STATE_OF_THE_WORLD ->
                new Request.StateOfTheWorld(typeUrl, version.getOrDefault(typeUrl, ""), nonce, List.copyOf(all), error);
        };
        return told(stream.request(request, now));
    }

    private List<String> told(List<Effect> effects) {
        return effects.stream().map(this::told).toList();
    }

    private String told(Effect effect) {
        return switch (effect) {
            case Effect.Push push -> {
                lastPush.put(push.typeUrl(), push);
                StringBuilder text = new StringBuilder("push " + shortName(push.typeUrl()));
                push.resources().stream()
                        .sorted(Comparator.comparing(VersionedResource::name))
                        .forEach(resource -> text.append(" +")
                                .append(resource.name())
                                .append('@')
                                .append(resource.version()));
                push.removed().forEach(name -> text.append(" -").append(name));
                yield text.toString();
            }
            case Effect.Acknowledged ack -> "ack " + shortName(ack.typeUrl());
            case Effect.Rejected rejected ->
                "rejected " + shortName(rejected.typeUrl()) + " " + String.join(",", rejected.resources()) + " at "
                        + rejected.position().offset() + ": " + rejected.message();
            case Effect.Applied applied -> "applied " + applied.position().offset();
            case Effect.Settled settled ->
                "settled " + settled.position().offset() + " without "
                        + settled.refused().stream()
                                .map(key -> shortName(key.typeUrl()) + " " + key.name())
                                .sorted()
                                .collect(Collectors.joining(","));
        };
    }

    private static String shortName(String typeUrl) {
        return SHORT.getOrDefault(typeUrl, typeUrl.substring(typeUrl.lastIndexOf('.') + 1));
    }
}
