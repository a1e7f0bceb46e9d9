package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.collections.Source;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.patch.PatchedResource;
import dev.gatehouse.controller.patch.PatchedResource.Outcome;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.EnvoyPatchPolicy;
import dev.gatehouse.gatewayapi.EnvoyPatchPolicy.Patch;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.Resource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * The EnvoyPatchPolicies: finds the resources that each policy patches, and applies the patches. Resources without
 * patches cost nothing. A changed resource has its patches applied again, and a changed policy affects only its own
 * resources.
 */
final class Patches {
    /** Lower priorities first; of equal ones the older policy, then the name. */
    private static final Comparator<Resource<EnvoyPatchPolicy>> ORDER =
            Comparator.<Resource<EnvoyPatchPolicy>>comparingInt(
                            policy -> policy.spec().priority())
                    .thenComparing(Comparator.naturalOrder());

    /** The outcome of looking up a policy's target. */
    sealed interface Reach {
        /** The target is served by a fleet, whose proxies get the patches. */
        record OfFleet(FleetMembers fleet) implements Reach {}

        /** This controller serves no such Gateway or GatewayClass. */
        record Missing() implements Reach {}

        /**
         * The policy cannot have a target of this kind.
         *
         * @param expected the possible targets
         */
        record Wrong(String expected) implements Reach {}
    }

    /**
     * A policy that is in force.
     *
     * @param targets the resources that each patch may mean, in the order of the patches
     */
    record Placement(String fleet, Resource<EnvoyPatchPolicy> policy, List<Set<ResourceId>> targets) {
        Placement {
            targets = List.copyOf(targets);
        }

        Set<ResourceId> resources() {
            Set<ResourceId> all = new HashSet<>();
            targets.forEach(all::addAll);
            return all;
        }
    }

    /** The patched resource and the outcomes of its patches. */
    private record Result(Optional<Output> output, Map<PatchPart, Outcome> outcomes) {
        Result {
            outcomes = Map.copyOf(outcomes);
        }
    }

    private final Model model;
    private final PatchTargets patchTargets;
    private final List<Collection<ResourceId, Output>> made;
    private final Collection<ObjectKey, Placement> placements;
    private final Collection<ResourceId, Result> results;
    private final Collection<ResourceId, Output> patched;
    private final Source<PatchPart, Hold> held;

    /** @param made the resources before they are patched; of several resources with one key, the first is used */
    Patches(
            Graph graph,
            Inputs inputs,
            Model model,
            Settings settings,
            PatchTargets.Names names,
            List<Collection<ResourceId, Output>> made) {
        this.model = model;
        this.made = List.copyOf(made);
        patchTargets = new PatchTargets(names);
        held = graph.source("heldPatches");
        placements = graph.map(
                "patches",
                inputs.of(Kinds.ENVOY_PATCH_POLICY),
                (reads, _, policy) -> settings.extensions().patches() ? placement(reads, policy) : Optional.empty());
        Collection<ResourceId, SortedMap<ObjectKey, Placement>> byResource =
                graph.group("patchesByResource", placements, (_, placement) -> placement.resources());
        results = graph.map("patchResults", byResource, (reads, id, each) -> Optional.of(result(reads, id, each)));
        patched = graph.expand(
                "patched",
                results,
                (_, id, result) ->
                        result.output().map(output -> Map.of(id, output)).orElse(Map.of()));
    }

    /** The patched resources, with their patches applied. */
    Collection<ResourceId, Output> patched() {
        return patched;
    }

    void hold(Graph.Writes writes, PatchPart part, Optional<Hold> hold) {
        hold.ifPresentOrElse(each -> writes.put(held, part, each), () -> writes.remove(held, part));
    }

    /** Looks up the target of a policy in {@code namespace}. */
    Reach reach(Reads reads, PolicyTarget target, String namespace) {
        boolean ofApi = target.group().equals(Kinds.GATEWAY_GROUP);
        if (ofApi && target.kind().equals("GatewayClass")) {
            Optional<FleetMembers> fleet =
                    reads.get(model.fleets, target.name()).filter(FleetMembers::merged);
            if (fleet.isPresent()) {
                return new Reach.OfFleet(fleet.get());
            }
            return reads.get(model.classes, new ObjectKey("", target.name())).isPresent()
                    ? new Reach.Wrong("a Gateway, since the Gateways of the GatewayClass do not share their proxies")
                    : new Reach.Missing();
        }
        Optional<GatewayState> gateway = reads.get(model.gateways, new ObjectKey(namespace, target.name()));
        if (gateway.isEmpty()) {
            return new Reach.Missing();
        }
        if (gateway.get().merged()) {
            return new Reach.Wrong(
                    "GatewayClass " + gateway.get().fleet() + ", since its Gateways share their proxies");
        }
        if (!ofApi || !target.kind().equals("Gateway")) {
            return new Reach.Wrong("a Gateway of " + Kinds.GATEWAY_GROUP);
        }
        return reads.get(model.fleets, gateway.get().fleet())
                .<Reach>map(Reach.OfFleet::new)
                .orElseGet(Reach.Missing::new);
    }

    private Optional<Placement> placement(Reads reads, Resource<EnvoyPatchPolicy> policy) {
        return switch (reach(reads, policy.spec().target(), policy.namespace())) {
            case Reach.OfFleet reached -> {
                List<Set<ResourceId>> targets = new ArrayList<>();
                for (Patch patch : policy.spec().patches()) {
                    targets.add(
                            patch.addsResource()
                                    ? PatchedResource.nameOfAdded(patch)
                                            .map(name -> Set.of(new ResourceId(
                                                    reached.fleet().name(), patch.typeUrl(), name)))
                                            .orElse(Set.of())
                                    : patchTargets.of(reads, reached.fleet(), patch.typeUrl(), patch.name()));
                }
                yield Optional.of(new Placement(reached.fleet().name(), policy, targets));
            }
            case Reach.Missing _, Reach.Wrong _ -> Optional.empty();
        };
    }

    private Result result(Reads reads, ResourceId id, SortedMap<ObjectKey, Placement> placed) {
        List<PatchPart> parts = new ArrayList<>();
        List<Patch> patches = new ArrayList<>();
        Set<OutputPart> heldBack = new HashSet<>();
        Map<PatchPart, Outcome> outcomes = new HashMap<>();
        placed.values().stream().map(Placement::policy).sorted(ORDER).forEach(policy -> {
            List<Set<ResourceId>> targets =
                    Optional.ofNullable(placed.get(policy.key())).orElseThrow().targets();
            for (int i = 0; i < targets.size(); i++) {
                if (targets.get(i).contains(id)) {
                    PatchPart part = new PatchPart(id, policy.key(), i);
                    Patch patch = policy.spec().patches().get(i);
                    if (reads.get(held, part)
                            .filter(hold -> hold.fingerprint() == patch.hashCode())
                            .isPresent()) {
                        heldBack.add(part);
                        outcomes.put(part, new Outcome.Applied());
                    } else {
                        parts.add(part);
                        patches.add(patch);
                    }
                }
            }
        });
        Optional<Output> base = base(reads, id);
        PatchedResource result = PatchedResource.of(
                new PatchedResource.Identity(id.typeUrl(), id.name()), base.map(Output::message), patches);
        Map<OutputPart, Integer> effective = new HashMap<>();
        Set<ObjectRef> adders = new HashSet<>();
        for (int i = 0; i < parts.size(); i++) {
            outcomes.put(parts.get(i), result.outcomes().get(i));
            if (result.effective().contains(i)) {
                effective.put(parts.get(i), patches.get(i).hashCode());
            } else if (base.isEmpty() && patches.get(i).addsResource()) {
                adders.add(parts.get(i).owner());
            }
        }
        Optional<Output> output = result.resource().map(message -> {
            base.ifPresent(each -> effective.putAll(each.parts()));
            base.ifPresent(each -> heldBack.addAll(each.heldBack()));
            return new Output(
                    message,
                    base.map(Output::secret).orElse(id.typeUrl().equals(TypeUrls.SECRET)),
                    base.map(Output::owners).orElse(adders),
                    effective,
                    heldBack,
                    result.unpatched(),
                    base.map(Output::hooks).orElse(HookContext.NONE),
                    base.map(Output::clues).orElse(Clues.NONE));
        });
        return new Result(output, outcomes);
    }

    private Optional<Output> base(Reads reads, ResourceId id) {
        for (Collection<ResourceId, Output> each : made) {
            Optional<Output> output = reads.get(each, id);
            if (output.isPresent()) {
                return output;
            }
        }
        return Optional.empty();
    }

    /**
     * The outcome of a policy's patches.
     *
     * @param fleet the fleet that gets the patches
     * @param problems the patches that are left out, as "path: message"
     * @param notFound true if a patched resource does not exist
     */
    record Report(String fleet, List<String> problems, boolean notFound) {
        Report {
            problems = List.copyOf(problems);
        }
    }

    /** The outcome of a policy's patches; empty: the policy is not in force. */
    Optional<Report> report(Reads reads, ObjectKey key) {
        return reads.get(placements, key).map(placement -> {
            List<String> problems = new ArrayList<>();
            boolean notFound = false;
            for (int i = 0; i < placement.targets().size(); i++) {
                Patch patch = placement.policy().spec().patches().get(i);
                String place = "spec.jsonPatches[" + i + "]";
                boolean found = false;
                Set<String> failures = new HashSet<>();
                for (ResourceId id : placement.targets().get(i)) {
                    PatchPart part = new PatchPart(id, key, i);
                    switch (reads.get(results, id)
                            .map(result -> result.outcomes().get(part))
                            .orElseGet(Outcome.NotFound::new)) {
                        case Outcome.Applied _ -> found = true;
                        case Outcome.Failed failed -> failures.add(failed.problem());
                        case Outcome.NotFound _ -> {
                            // The name may also mean another resource.
                        }
                    }
                }
                if (placement.targets().get(i).isEmpty() && patch.addsResource()) {
                    problems.add(place + ".operation.value: has no name (expected: the name of the resource)");
                } else if (!failures.isEmpty()) {
                    failures.stream()
                            .sorted()
                            .forEach(failure ->
                                    problems.add(place + (failure.startsWith("operation") ? "." : ": ") + failure));
                } else if (!found) {
                    notFound = true;
                    problems.add(place + ".name: " + patch.typeUrl() + "/" + patch.name()
                            + " is not there (expected: a resource that `gatehouse translate` shows)");
                }
            }
            return new Report(placement.fleet(), problems, notFound);
        });
    }
}
