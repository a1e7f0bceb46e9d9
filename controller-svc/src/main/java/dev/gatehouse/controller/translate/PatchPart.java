package dev.gatehouse.controller.translate;

import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;

/**
 * A patch of a resource.
 *
 * @param policy the EnvoyPatchPolicy
 * @param index the patch's index in the policy
 */
public record PatchPart(ResourceId resource, ObjectKey policy, int index) implements OutputPart {
    @Override
    public ObjectRef owner() {
        return ObjectRef.of(Kinds.ENVOY_PATCH_POLICY, policy);
    }
}
