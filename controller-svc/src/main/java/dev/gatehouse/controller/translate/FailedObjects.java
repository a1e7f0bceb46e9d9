package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Source;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The objects whose translation threw. Such a bug of the translation affects only the object. The object's status
 * reports the failure until the derivation succeeds.
 */
final class FailedObjects implements Graph.FailureListener {
    private static final Map<String, Kind<?>> KINDS =
            Kinds.ALL.stream().collect(Collectors.toUnmodifiableMap(Kind::name, Function.identity()));

    private final Translator.FaultLog log;
    private final Graph graph;

    /** For each object, the message of each derivation that threw, by the derivation's name. */
    private final Source<ObjectRef, SortedMap<String, String>> messages;

    FailedObjects(Translator.FaultLog log) {
        this.log = log;
        graph = new Graph(this);
        messages = graph.source("failedObjects");
    }

    /** The graph whose failures are collected. */
    Graph graph() {
        return graph;
    }

    Collection<ObjectRef, SortedMap<String, String>> messages() {
        return messages;
    }

    /** The status message for an object's failures. */
    static String message(SortedMap<String, String> failures) {
        return "Translating this object failed: "
                + failures.entrySet().stream()
                        .map(each -> each.getValue() + " in " + each.getKey())
                        .collect(Collectors.joining("; "))
                + ". Its last good configuration stays in force; where it has none, its requests are answered with 500."
                + " This is a fault of Gatehouse.";
    }

    @Override
    public void failed(Graph.Writes writes, Collection<?, ?> collection, Object key, Throwable failure) {
        log.failed(collection.name(), String.valueOf(key), failure);
        owner(collection, key).ifPresent(ref -> {
            SortedMap<String, String> all = new TreeMap<>(messages.get(ref).orElse(new TreeMap<>()));
            all.put(collection.name(), failure.getClass().getSimpleName());
            writes.put(messages, ref, all);
        });
    }

    @Override
    public void recovered(Graph.Writes writes, Collection<?, ?> collection, Object key) {
        owner(collection, key).ifPresent(ref -> {
            SortedMap<String, String> all = new TreeMap<>(messages.get(ref).orElse(new TreeMap<>()));
            all.remove(collection.name());
            if (all.isEmpty()) {
                writes.remove(messages, ref);
            } else {
                writes.put(messages, ref, all);
            }
        });
    }

    /** The object that a key is about; empty: the key is about several, such as a port. */
    private static Optional<ObjectRef> owner(Collection<?, ?> collection, Object key) {
        return switch (key) {
            case ObjectRef ref -> Optional.of(ref);
            case BindingKey binding -> Optional.of(binding.route());
            case ListenerKey listener -> Optional.of(listener.owner());
            case ObjectKey object ->
                Optional.ofNullable(KINDS.get(collection.root().name())).map(kind -> ObjectRef.of(kind, object));
            default -> Optional.empty();
        };
    }
}
