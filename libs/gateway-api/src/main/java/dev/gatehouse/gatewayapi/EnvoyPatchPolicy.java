package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.merge.JsonPatch;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Optional;

/**
 * Patches of the configuration of a Gateway's proxies, or of the proxies that all Gateways of a GatewayClass share.
 *
 * @param priority the order among the policies of a fleet: the lowest comes first
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
     * @param problem the problem of an invalid operation
     */
    public record Patch(String typeUrl, String name, JsonPatch.Operation operation, Optional<String> problem) {
        /** Whether the operation adds a new resource, which is the operation's value. */
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
