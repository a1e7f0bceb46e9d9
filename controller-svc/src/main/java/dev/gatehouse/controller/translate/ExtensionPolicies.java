package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.BackendAddresses;
import dev.gatehouse.controller.envoy.ClusterResources;
import dev.gatehouse.controller.envoy.filter.ExtensionNeeds;
import dev.gatehouse.controller.extension.Candidates;
import dev.gatehouse.controller.extension.ExtensionOutcome;
import dev.gatehouse.controller.extension.ExtensionResolver;
import dev.gatehouse.controller.extension.Extensions;
import dev.gatehouse.controller.extension.Wanted;
import dev.gatehouse.controller.extension.WasmRequests;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.policy.Effective;
import dev.gatehouse.controller.wasm.WasmRequest;
import dev.gatehouse.controller.wasm.WasmState;
import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Policy;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.extension.ExtensionSettings;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Resolves EnvoyExtensionPolicies: each policy alone, and merged policies at each rule where they are merged. An
 * extension that cannot be made closes the policy's targets, unless the extension is marked as optional (fail open).
 */
final class ExtensionPolicies {
    private final Inputs inputs;
    private final Model model;
    private final BackendAddresses addresses;
    private final Settings.Extensions settings;
    private final Attached<Policy<ExtensionSettings>> attached;

    /** The Wasm code to fetch, by policy. */
    final Collection<ObjectKey, List<WasmRequest>> wasmRequests;

    /** The extensions of each policy alone. */
    private final Collection<ObjectKey, Candidates> candidates;

    ExtensionPolicies(
            Graph graph,
            Inputs inputs,
            Model model,
            PolicySelection selection,
            BackendAddresses addresses,
            Settings.Extensions settings) {
        this.inputs = inputs;
        this.model = model;
        this.addresses = addresses;
        this.settings = settings;
        attached = new Attached<>(graph, selection, Kinds.ENVOY_EXTENSION_POLICY);
        wasmRequests = graph.map("wasmRequests", inputs.of(Kinds.ENVOY_EXTENSION_POLICY), (reads, _, policy) -> {
            List<WasmRequest> requests = WasmRequests.of(wanted(Effective.of(policy)), world(reads));
            return requests.isEmpty() ? Optional.empty() : Optional.of(requests);
        });
        candidates = graph.map(
                "extensionCandidates",
                inputs.of(Kinds.ENVOY_EXTENSION_POLICY),
                (reads, _, policy) ->
                        Optional.of(ExtensionResolver.resolve(wanted(Effective.of(policy)), world(reads))),
                (_, failure) -> Optional.of(Candidates.unusable(failure.toString())));
    }

    Attached<Policy<ExtensionSettings>> attached() {
        return attached;
    }

    /** The outcome of the merged policies of a rule of a route on a listener. */
    Optional<ExtensionOutcome> outcome(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return attached.effective(reads, listener, route, rule).map(policy -> {
            if (!policy.problems().isEmpty()) {
                return new ExtensionOutcome.Invalid(String.join("; ", policy.problems()));
            }
            Candidates candidates = policy.members().size() == 1
                    ? candidates(reads, policy.policy())
                    : ExtensionResolver.resolve(wanted(policy), world(reads));
            return onGateway(reads, candidates, listener.gateway());
        });
    }

    private static Wanted wanted(Effective<Policy<ExtensionSettings>> policy) {
        return new Wanted(
                policy.spec().settings(),
                policy.policy(),
                policy::owner,
                key -> policy.members().stream()
                        .filter(member -> member.key().equals(key))
                        .mapToLong(member -> member.metadata().generation())
                        .findFirst()
                        .orElse(0));
    }

    /** Why the extensions of a policy cannot all be made on {@code gateways}, where its targets attach to. */
    Optional<String> problem(Reads reads, ObjectKey policy, Set<ObjectKey> gateways) {
        return problem(reads, candidates(reads, policy), gateways);
    }

    /** Why the extensions of merged policies cannot all be made on {@code gateways}. */
    Optional<String> problem(Reads reads, Effective<Policy<ExtensionSettings>> merged, Set<ObjectKey> gateways) {
        return merged.problems().isEmpty()
                ? problem(reads, ExtensionResolver.resolve(wanted(merged), world(reads)), gateways)
                : Optional.of(String.join("; ", merged.problems()));
    }

    private Optional<String> problem(Reads reads, Candidates candidates, Set<ObjectKey> gateways) {
        String problems = gateways.stream()
                .sorted()
                .flatMap(gateway -> onGateway(reads, candidates, gateway).problem().stream())
                .distinct()
                .collect(Collectors.joining("; "));
        return problems.isEmpty() ? Optional.empty() : Optional.of(problems);
    }

    private Candidates candidates(Reads reads, ObjectKey policy) {
        return reads.get(candidates, policy).orElse(Candidates.unusable("not resolved"));
    }

    private ExtensionOutcome onGateway(Reads reads, Candidates candidates, ObjectKey gateway) {
        ExtensionOutcome outcome = candidates.on(reads.get(model.serving, gateway)
                .map(state -> state.proxy().spec())
                .orElse(EnvoyProxySpec.DEFAULT));
        return switch (outcome) {
            case ExtensionOutcome.Invalid _ -> outcome;
            case ExtensionOutcome.Enforced enforced ->
                ExtensionNeeds.problem(enforced.extensions())
                        .or(() -> enforced.extensions().clusters().stream()
                                .flatMap(cluster -> ClusterResources.problem(cluster).stream())
                                .findFirst())
                        .<ExtensionOutcome>map(problem ->
                                new ExtensionOutcome.Invalid("Envoy would refuse what it becomes: " + problem))
                        .orElse(outcome);
        };
    }

    /** The extensions of an outcome. */
    static Optional<Extensions> enforced(ExtensionOutcome outcome) {
        return switch (outcome) {
            case ExtensionOutcome.Enforced enforced -> Optional.of(enforced.extensions());
            case ExtensionOutcome.Invalid _ -> Optional.empty();
        };
    }

    private ExtensionResolver.World world(Reads reads) {
        return new World(reads);
    }

    private final class World extends CalledServices implements ExtensionResolver.World {
        private final Reads reads;

        World(Reads reads) {
            super(reads, inputs, model, addresses);
            this.reads = reads;
        }

        @Override
        public Optional<String> bundle(String kind, ObjectKey key) {
            return model.bundle(reads, kind, key);
        }

        @Override
        public boolean permitted(ReferenceGrant.Origin from, String group, String kind, ObjectKey to) {
            return inputs.permitted(reads, from, group, kind, to);
        }

        @Override
        public Optional<WasmState> code(WasmRequest request) {
            return settings.fetches()
                    ? reads.get(inputs.code(), request.key())
                    : Optional.of(new WasmState.Ready(request.sha256().orElse("0".repeat(64))));
        }

        @Override
        public Optional<WasmState.Ready> lastCode(String user) {
            return reads.get(inputs.lastCode(), user);
        }

        @Override
        public String codeServer() {
            return settings.codeServer();
        }

        @Override
        public boolean allowsLua() {
            return settings.lua();
        }
    }
}
