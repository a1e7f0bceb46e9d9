package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.collections.Source;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.wasm.WasmRequest;
import dev.gatehouse.controller.wasm.WasmState;
import dev.gatehouse.gatewayapi.BrokenObject;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.RouteSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/** The objects that the translation starts from: a source for each kind, and one for all routes together. */
final class Inputs {
    private static final List<Kind<?>> ROUTES =
            List.of(Kinds.HTTP_ROUTE, Kinds.GRPC_ROUTE, Kinds.TLS_ROUTE, Kinds.TCP_ROUTE, Kinds.UDP_ROUTE);

    private final Map<Kind<?>, Source<ObjectKey, Resource<?>>> sources = new HashMap<>();
    private final Source<ObjectRef, Resource<? extends RouteSpec>> routes;
    private final Source<ObjectRef, BrokenObject> broken;
    private final Source<String, WasmState> code;
    private final Source<String, WasmState.Ready> lastCode;
    private final Collection<String, SortedMap<ObjectKey, Resource<ReferenceGrant>>> grants;

    /** @param more kinds in addition to Gatehouse's own */
    Inputs(Graph graph, List<? extends Kind<?>> more) {
        routes = graph.source("routes");
        broken = graph.source("broken");
        code = graph.source("code");
        lastCode = graph.source("lastCode");
        for (Kind<?> kind : Kinds.ALL) {
            if (!ROUTES.contains(kind)) {
                sources.put(kind, graph.source(kind.name()));
            }
        }
        for (Kind<?> kind : more) {
            sources.put(kind, graph.source(kind.name()));
        }
        grants = graph.group("grants", of(Kinds.REFERENCE_GRANT), (key, _) -> Set.of(key.namespace()));
    }

    /** The objects of a kind other than routes. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    <S> Collection<ObjectKey, Resource<S>> of(Kind<S> kind) {
        Collection source = source(kind);
        return (Collection<ObjectKey, Resource<S>>) source;
    }

    /** The routes of all kinds. */
    Collection<ObjectRef, Resource<? extends RouteSpec>> routes() {
        return routes;
    }

    /** Whether a readable version of the object exists: the present one, or the last one before an edit broke the object. */
    boolean isReadable(Reads reads, ObjectRef ref) {
        return reads.get(routes, ref).isPresent()
                || sources.entrySet().stream()
                        .filter(each -> each.getKey().name().equals(ref.kind()))
                        .anyMatch(each -> reads.get(each.getValue(), ref.key()).isPresent());
    }

    /** The objects that cannot be read. */
    Collection<ObjectRef, BrokenObject> broken() {
        return broken;
    }

    /** The condition of a policy whose target is a SecurityPolicy that is not served. */
    Condition withoutSecurityPolicy(Reads reads, TargetKey key) {
        return reads.get(broken, ObjectRef.of(Kinds.SECURITY_POLICY, key.object()))
                        .isPresent()
                ? Condition.isFalse(Conditions.ACCEPTED, "Invalid", key + " cannot be read; see its status.")
                : Condition.isFalse(Conditions.ACCEPTED, "TargetNotFound", key + " is not there.");
    }

    /** The outcomes of the requests for Wasm code, by the requests' keys. */
    Collection<String, WasmState> code() {
        return code;
    }

    /** The last fetched code, by the user of the request. */
    Collection<String, WasmState.Ready> lastCode() {
        return lastCode;
    }

    void putCode(Graph.Writes writes, WasmRequest request, WasmState state) {
        writes.put(code, request.key(), state);
        if (state instanceof WasmState.Ready ready) {
            writes.put(lastCode, request.user(), ready);
        }
    }

    void put(Graph.Writes writes, Kind<?> kind, Resource<?> resource) {
        writes.remove(broken, ObjectRef.of(kind, resource.key()));
        if (ROUTES.contains(kind)) {
            writes.put(routes, ObjectRef.of(kind, resource.key()), asRoute(resource));
        } else {
            writes.put(source(kind), resource.key(), resource);
        }
    }

    /**
     * Puts an unreadable object. If an edit broke the object, its last good version stays; if no version was ever
     * readable, the object is not served.
     */
    void putBroken(Graph.Writes writes, Kind<?> kind, BrokenObject object) {
        writes.put(broken, ObjectRef.of(kind, object.metadata().key()), object);
    }

    void remove(Graph.Writes writes, Kind<?> kind, ObjectKey key) {
        writes.remove(broken, ObjectRef.of(kind, key));
        if (ROUTES.contains(kind)) {
            writes.remove(routes, ObjectRef.of(kind, key));
        } else {
            writes.remove(source(kind), key);
        }
    }

    /** True if a ReferenceGrant lets {@code from} refer to the object, or both are in the same namespace. */
    boolean permitted(Reads reads, ReferenceGrant.Origin from, String group, String kind, ObjectKey to) {
        return from.namespace().equals(to.namespace())
                || reads.get(grants, to.namespace())
                        .map(inNamespace -> inNamespace.values().stream()
                                .anyMatch(grant -> grant.spec().permits(from, group, kind, to.name())))
                        .orElse(false);
    }

    /** The labels of a namespace, including the name label that Kubernetes sets. Files need not contain that label. */
    Map<String, String> namespaceLabels(Reads reads, String namespace) {
        Map<String, String> labels = new HashMap<>(reads.get(of(Kinds.NAMESPACE), new ObjectKey("", namespace))
                .map(each -> each.metadata().labels())
                .orElse(Map.of()));
        labels.putIfAbsent("kubernetes.io/metadata.name", namespace);
        return labels;
    }

    private Source<ObjectKey, Resource<?>> source(Kind<?> kind) {
        Source<ObjectKey, Resource<?>> source = sources.get(kind);
        if (source == null) {
            throw new IllegalArgumentException("kind: " + kind + " (expected: one that is not a route)");
        }
        return source;
    }

    @SuppressWarnings("unchecked")
    private static Resource<? extends RouteSpec> asRoute(Resource<?> resource) {
        if (!(resource.spec() instanceof RouteSpec)) {
            throw new IllegalArgumentException("spec: " + resource.spec() + " (expected: a route)");
        }
        return (Resource<? extends RouteSpec>) resource;
    }
}
