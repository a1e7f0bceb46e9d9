package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.collections.Source;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.infrastructure.Infrastructure;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.security.SecurityOutcome;
import dev.gatehouse.controller.status.FleetState;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.controller.wasm.WasmRequest;
import dev.gatehouse.controller.wasm.WasmState;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.BrokenObject;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.RouteSpec;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.gatewayapi.access.AccessPolicy;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;

/**
 * The translation of Gateway API to Envoy: objects go in, resources and statuses come out. A change recomputes only the
 * results that depend on it. Pure: no I/O, no clock. Not thread-safe.
 */
public final class Translator {
    /** Reads the present contents of collections, for callers outside of the derivations. */
    private static final Reads PRESENT = new Reads() {
        @Override
        public <K, V> Optional<V> get(Collection<K, V> collection, K key) {
            return collection.get(key);
        }

        @Override
        public <K, V> Map<K, V> all(Collection<K, V> collection) {
            return collection.entries();
        }
    };

    private final Graph graph;
    private final Inputs inputs;
    private final Model model;
    private final Source<String, FleetState> fleetStates;
    private final Source<String, Change.Applied> applied;
    private final Source<String, ExtensionTrouble> troubles;
    private final Collection<String, Infrastructure> infrastructure;
    private final Resources resources;
    private final Collection<ObjectKey, List<WasmRequest>> wasmRequests;
    private final Statuses statuses;

    /** All statuses after the last change. */
    private HashPMap<ObjectRef, ObjectStatus> known = HashTreePMap.empty();

    /**
     * Receives failures of the translation: derivations that threw. The derivation's last good output stays, and the
     * object's status reports the failure.
     */
    @FunctionalInterface
    public interface FaultLog {
        void failed(String collection, String key, Throwable failure);
    }

    public Translator(Settings settings, FaultLog faults) {
        FailedObjects failed = new FailedObjects(faults);
        graph = failed.graph();
        inputs = new Inputs(graph, settings.extensions().servers().kinds());
        fleetStates = graph.source("fleetStates");
        model = new Model(graph, inputs, settings);
        Infrastructures infrastructures = new Infrastructures(graph, inputs, model, settings.infrastructure());
        resources = new Resources(graph, inputs, model, infrastructures, settings);
        wasmRequests = model.extensions.wasmRequests;
        applied = graph.source("applied");
        troubles = graph.source("extensionTroubles");
        infrastructure = FleetInfrastructure.collection(graph, model, settings);
        statuses = new Statuses(
                graph,
                inputs,
                model,
                infrastructures,
                fleetStates,
                infrastructure,
                applied,
                troubles,
                failed,
                resources,
                settings);
    }

    /** A change of inputs. */
    public sealed interface Change {
        record Put(Kind<?> kind, Resource<?> resource) implements Change {}

        /** The object exists and cannot be read. */
        record Broken(Kind<?> kind, BrokenObject object) implements Change {}

        record Remove(Kind<?> kind, ObjectKey key) implements Change {}

        /** The outcome of fetching the code of a Wasm extension. */
        record Code(WasmRequest request, WasmState state) implements Change {}

        /** The state that a fleet's proxies report has changed. */
        record Fleet(String fleet, FleetState state) implements Change {}

        /** A part of a resource is held back ({@link Hold}); empty: the hold has ended. */
        record Held(OutputPart part, Optional<Hold> hold) implements Change {}

        /** Proxies have accepted the contribution of a route or a policy. */
        record Accepted(OutputPart part, int fingerprint) implements Change {}

        /** A route or a policy no longer contributes. Its last accepted contribution must not be served again. */
        record Withdrawn(OutputPart part) implements Change {}

        /**
         * The outcome of applying a fleet's Kubernetes objects has changed.
         *
         * @param refusal why Kubernetes refuses the objects; empty: Kubernetes accepted them
         * @param unmadePods why Kubernetes cannot make the proxies' pods; empty: it can, as far as is known
         */
        record Applied(String fleet, Optional<String> refusal, Optional<String> unmadePods) implements Change {}

        /** The failure of extension servers for a fleet; empty: no failure. */
        record Extensions(String fleet, Optional<ExtensionTrouble> trouble) implements Change {}
    }

    /**
     * The results of a change.
     *
     * @param resources the resources that changed; empty: the resource is removed
     * @param statuses the statuses that changed; empty: the object no longer has a status
     * @param served the Gateways and ListenerSets whose generation changed; empty: the object is no longer served
     */
    public record Effect(
            Map<ResourceId, Optional<Output>> resources,
            Map<ObjectRef, Optional<ObjectStatus>> statuses,
            Map<ObjectRef, Optional<Served>> served) {}

    /** Applies {@code changes} as one. */
    public Effect apply(List<? extends Change> changes) {
        graph.transact(writes -> {
            for (Change change : changes) {
                switch (change) {
                    case Change.Put put -> inputs.put(writes, put.kind(), put.resource());
                    case Change.Broken broken -> inputs.putBroken(writes, broken.kind(), broken.object());
                    case Change.Remove remove -> inputs.remove(writes, remove.kind(), remove.key());
                    case Change.Code code -> inputs.putCode(writes, code.request(), code.state());
                    case Change.Fleet fleet -> writes.put(fleetStates, fleet.fleet(), fleet.state());
                    case Change.Held held -> resources.hold(writes, held.part(), held.hold());
                    case Change.Accepted accepted -> resources.accept(writes, accepted.part(), accepted.fingerprint());
                    case Change.Withdrawn withdrawn -> resources.forget(writes, withdrawn.part());
                    case Change.Extensions extensions ->
                        extensions
                                .trouble()
                                .ifPresentOrElse(
                                        trouble -> writes.put(troubles, extensions.fleet(), trouble),
                                        () -> writes.remove(troubles, extensions.fleet()));
                    case Change.Applied outcome -> {
                        if (outcome.refusal().isEmpty() && outcome.unmadePods().isEmpty()) {
                            writes.remove(applied, outcome.fleet());
                        } else {
                            writes.put(applied, outcome.fleet(), outcome);
                        }
                    }
                }
            }
        });
        Map<ObjectRef, Optional<ObjectStatus>> said = changesOf(statuses.all());
        said.forEach((ref, status) ->
                known = status.map(each -> known.plus(ref, each)).orElseGet(() -> known.minus(ref)));
        return new Effect(changesOf(resources.all()), said, changesOf(List.of(statuses.served())));
    }

    /** The requests for the code of Wasm extensions, by their keys. */
    public Map<String, WasmRequest> wasmRequests() {
        Map<String, WasmRequest> requests = new HashMap<>();
        wasmRequests.entries().values().stream()
                .flatMap(List::stream)
                .forEach(request -> requests.put(request.key(), request));
        return requests;
    }

    /** The policies of extension servers for each fleet's Gateways and their listeners. */
    public Map<String, List<HookContext.Part>> extensionPolicies() {
        return model.served.ofFleets.entries();
    }

    /** The Secret {@code key}. */
    public Optional<Secret> secret(ObjectKey key) {
        return inputs.of(Kinds.SECRET).get(key).map(Resource::spec);
    }

    /** All resources. */
    public Map<ResourceId, Output> resources() {
        Map<ResourceId, Output> all = new HashMap<>();
        resources.all().forEach(collection -> collection.entries().forEach(all::putIfAbsent));
        return all;
    }

    /** The resource {@code id}. */
    public Optional<Output> resource(ResourceId id) {
        return find(resources.all(), id);
    }

    /** All statuses. Later changes do not change the returned map. */
    public Map<ObjectRef, ObjectStatus> statuses() {
        return known;
    }

    /** The desired infrastructure of each fleet. */
    public Map<String, Infrastructure> infrastructure() {
        return infrastructure.entries();
    }

    /** The Gateways that this controller serves. */
    public Map<ObjectKey, GatewayState> gateways() {
        return resources.gateways().entries();
    }

    /** All routes, as a view that callers must not keep beyond the next change. */
    public Map<ObjectRef, Resource<? extends RouteSpec>> routes() {
        return inputs.routes().entries();
    }

    /** The objects of a kind other than routes, as a view that callers must not keep beyond the next change. */
    public <S> Map<ObjectKey, Resource<S>> objects(Kind<S> kind) {
        return inputs.of(kind).entries();
    }

    /** The listeners that a route is attached to. */
    public List<ListenerKey> listeners(ObjectRef route) {
        return model.attachments
                .get(route)
                .map(attachments -> attachments.parents().stream()
                        .flatMap(parent -> parent.bindings().stream())
                        .map(Attachments.Binding::listener)
                        .distinct()
                        .sorted()
                        .toList())
                .orElse(List.of());
    }

    /** The effective policies of a rule of a route on a listener, in the order in which a request meets them. */
    public List<PolicyUse> policies(ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return model.policies.uses(PRESENT, listener, route, rule);
    }

    /**
     * The merged settings of the SecurityPolicies of a rule of a route on a listener; empty: there is no policy, or its
     * settings cannot be used.
     */
    public Optional<SecuritySettings> security(ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return model.securities
                .attached()
                .effective(PRESENT, listener, route, rule)
                .filter(policy -> policy.problems().isEmpty())
                .map(policy -> policy.spec().settings());
    }

    /** Why the SecurityPolicies for a rule of a route on a listener cannot be enforced: its requests are answered with 500. */
    public Optional<String> securityProblem(ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return model.securities.outcome(PRESENT, listener, route, rule).flatMap(outcome -> switch (outcome) {
            case SecurityOutcome.Invalid invalid -> Optional.of(invalid.message());
            case SecurityOutcome.Enforced _ -> Optional.empty();
        });
    }

    /** The effective AccessPolicy of a rule of a route on a listener. */
    public Optional<AccessPolicy> accessPolicy(ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return model.securities
                .accessPolicy(PRESENT, listener, route, rule)
                .map(each -> each.policy().spec());
    }

    /** The name of a rule of a route; empty: the rule has no name. */
    public Optional<String> ruleName(ObjectRef route, int index) {
        return model.routes
                .get(route)
                .flatMap(resolved -> resolved.rules().stream()
                        .filter(rule -> rule.index() == index)
                        .findFirst())
                .flatMap(ResolvedRoute.Rule::name);
    }

    /** The number of derivations that have run so far. It measures the cost of changes. */
    public long derivations() {
        return graph.derivations();
    }

    private static <K, V> Map<K, Optional<V>> changesOf(List<? extends Collection<K, ? extends V>> collections) {
        Set<K> keys = new HashSet<>();
        collections.forEach(collection -> keys.addAll(collection.changed()));
        Map<K, Optional<V>> changes = new HashMap<>();
        keys.forEach(key -> changes.put(key, find(collections, key)));
        return changes;
    }

    private static <K, V> Optional<V> find(List<? extends Collection<K, ? extends V>> collections, K key) {
        for (Collection<K, ? extends V> collection : collections) {
            Optional<? extends V> value = collection.get(key);
            if (value.isPresent()) {
                return Optional.of(value.get());
            }
        }
        return Optional.empty();
    }
}
