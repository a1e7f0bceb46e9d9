package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.merge.JsonPatch;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Optional;

/**
 * Patches of the configuration that the proxies of a Gateway get, or of all Gateways of a GatewayClass that share theirs.
 *
 * @param priority its place among the policies of a fleet: the lowest comes first
 */
public record EnvoyPatchPolicy(PolicyTarget target, int priority, List<Patch> patches) {
    /** The kinds of patches. */
    private enum Type {
        JSONPatch
    }

    /**
     * A patch of one resource.
     *
     * @param typeUrl the resource's type
     * @param name the resource's name
     * @param problem what is wrong with the operation as it is written
     */
    public record Patch(String typeUrl, String name, JsonPatch.Operation operation, Optional<String> problem) {
        /** Whether the value is the resource itself, which is added to those that are there. */
        public boolean addsResource() {
            return operation.op() == JsonPatch.Op.add
                    && operation.path().isEmpty()
                    && operation.jsonPath().isEmpty();
        }
    }

    public EnvoyPatchPolicy {
        patches = List.copyOf(patches);
    }

    static EnvoyPatchPolicy read(Fields f) {
        f.requiredChoice("type", Type.class);
        return new EnvoyPatchPolicy(
                f.requiredObject("targetRef", PolicyTarget::read),
                f.integer("priority", Integer.MIN_VALUE, Integer.MAX_VALUE).orElse(0),
                f.list("jsonPatches", EnvoyPatchPolicy::patch));
    }

    private static Patch patch(Fields f) {
        record Operation(JsonPatch.Operation operation, Optional<String> problem) {}
        Operation operation = f.requiredObject("operation", each -> {
            JsonPatch.Operation read = PatchOperation.read(each);
            return new Operation(read, PatchOperation.problem(each, read));
        });
        return new Patch(
                f.requiredString("type"), f.requiredString("name"), operation.operation(), operation.problem());
    }
}
