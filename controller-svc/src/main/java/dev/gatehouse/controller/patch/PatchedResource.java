package dev.gatehouse.controller.patch;

import com.google.protobuf.Message;
import dev.gatehouse.controller.check.EnvoyRules;
import dev.gatehouse.controller.proto.PackedTypes;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.gatewayapi.EnvoyPatchPolicy.Patch;
import dev.gatehouse.gatewayapi.merge.JsonPatch;
import dev.gatehouse.gatewayapi.merge.PatchFailure;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A resource with patches. Each patch is applied to what those before it made. A patch that cannot be applied, or whose
 * result Envoy would refuse, is left out, and the other patches are still applied.
 *
 * @param resource the result; empty: there is no resource to patch
 * @param unpatched the resource before its patches: the given one, or the one that the first patch added
 * @param outcomes the outcome of each patch
 * @param effective the indexes of the patches that changed the resource
 */
public record PatchedResource(
        Optional<Message> resource, Optional<Message> unpatched, List<Outcome> outcomes, Set<Integer> effective) {
    /** The problem of a patch of a Secret. It is fixed, since other messages quote values. */
    private static final String UNSHOWN =
            "it does not fit the Secret, or the result is no Secret that Envoy takes; its values are not shown here";

    /** What the problem of a Secret's patch may say besides: the name of a type that Envoy's API does not have. */
    private static final Pattern UNKNOWN_TYPE = Pattern.compile("Cannot resolve type: [A-Za-z0-9_./-]+");

    private static final EnvoyRules RULES = EnvoyRules.ofAllTypes(PackedTypes::find);

    public PatchedResource {
        outcomes = List.copyOf(outcomes);
        effective = Set.copyOf(effective);
    }

    /** The outcome of a patch. */
    public sealed interface Outcome {
        record Applied() implements Outcome {}

        /** The resource does not exist. */
        record NotFound() implements Outcome {}

        /** The patch is left out. */
        record Failed(String problem) implements Outcome {}
    }

    /** The type and name of a resource. */
    public record Identity(String typeUrl, String name) {}

    /**
     * Applies {@code patches} in their order.
     *
     * @param resource the resource; empty: a patch may add it
     */
    public static PatchedResource of(Identity identity, Optional<Message> resource, List<Patch> patches) {
        // The first pass checks only the final result. If it is invalid, a second pass checks after each patch, to find
        // the patches to leave out.
        Run quick = new Run(identity, resource, false);
        patches.forEach(quick::apply);
        if (quick.failed() || quick.tree == null) {
            return careful(identity, resource, patches);
        }
        try {
            return quick.result(checked(identity, quick.tree));
        } catch (PatchFailure e) {
            return careful(identity, resource, patches);
        }
    }

    private static PatchedResource careful(Identity identity, Optional<Message> resource, List<Patch> patches) {
        Run careful = new Run(identity, resource, true);
        patches.forEach(careful::apply);
        return careful.result(careful.current);
    }

    /** One pass over the patches. */
    private static final class Run {
        private final Identity identity;
        private final boolean checking;
        private final List<Outcome> outcomes = new ArrayList<>();
        private final Set<Integer> effective = new LinkedHashSet<>();
        private Optional<Message> unpatched;
        private @Nullable Message current;
        private @Nullable Map<String, Object> tree;

        /** @param checking whether the result of each patch is checked */
        Run(Identity identity, Optional<Message> resource, boolean checking) {
            this.identity = identity;
            this.checking = checking;
            unpatched = resource;
            current = resource.orElse(null);
            tree = resource.map(ResourceTree::of).orElse(null);
        }

        void apply(Patch patch) {
            int place = outcomes.size();
            if (patch.problem().isPresent()) {
                outcomes.add(new Outcome.Failed("operation." + patch.problem().get()));
                return;
            }
            Map<String, Object> before = tree;
            if (before == null && !patch.addsResource()) {
                outcomes.add(new Outcome.NotFound());
                return;
            }
            try {
                Map<String, Object> after;
                if (before == null || patch.addsResource()) {
                    // The added resource may use any spelling of field names. It is normalised, since later patches use
                    // one spelling.
                    Message added = checked(identity, whole(patch));
                    after = ResourceTree.of(added);
                    current = added;
                    if (before == null) {
                        unpatched = Optional.of(added);
                    }
                } else {
                    after = DefaultChain.apply(BalancingPolicy.formFor(patch, before), patch);
                    if (checking) {
                        current = checked(identity, after);
                        after = ResourceTree.of(current);
                    }
                }
                if (before != null && !after.equals(before)) {
                    effective.add(place);
                }
                tree = after;
                outcomes.add(new Outcome.Applied());
            } catch (PatchFailure e) {
                outcomes.add(new Outcome.Failed(problem(e)));
            }
        }

        /** The message omits the operation's index, since the JSON patch has only one operation. */
        private String problem(PatchFailure failure) {
            String message = failure.getMessage();
            if (identity.typeUrl().equals(TypeUrls.SECRET)) {
                Matcher type = UNKNOWN_TYPE.matcher(message);
                return type.find() ? "the result is not a Secret: " + type.group() : UNSHOWN;
            }
            return message.startsWith("[0]") ? "operation" + message.substring("[0]".length()) : message;
        }

        boolean failed() {
            return outcomes.stream().anyMatch(Outcome.Failed.class::isInstance);
        }

        PatchedResource result(@Nullable Message message) {
            return new PatchedResource(Optional.ofNullable(message), unpatched, outcomes, effective);
        }
    }

    @SuppressWarnings("unchecked") // Trees have strings as keys.
    private static Map<String, Object> whole(Patch patch) throws PatchFailure {
        if (patch.operation().value() instanceof Map<?, ?> value) {
            return JsonPatch.apply((Map<String, Object>) value, List.of());
        }
        throw new PatchFailure(
                "operation.value: " + patch.operation().value() + " (expected: a resource, as an object)");
    }

    private static Message checked(Identity identity, Map<String, Object> tree) throws PatchFailure {
        Message resource = ResourceTree.resource(identity.typeUrl(), tree);
        String name = ResourceTree.name(resource);
        if (!name.equals(identity.name())) {
            throw new PatchFailure("the result is called \"" + name + "\" (expected: \"" + identity.name()
                    + "\", since others refer to it by its name)");
        }
        Optional<String> problem = RULES.problem(resource);
        if (problem.isPresent()) {
            throw new PatchFailure("Envoy would refuse the result: " + problem.get());
        }
        return resource;
    }

    /** The name of the resource that a patch adds; empty: the value has no name. */
    public static Optional<String> nameOfAdded(Patch patch) {
        if (!(patch.operation().value() instanceof Map<?, ?> value)) {
            return Optional.empty();
        }
        for (String field : List.of("name", "cluster_name", "clusterName")) {
            if (value.get(field) instanceof String name && !name.isEmpty()) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }
}
