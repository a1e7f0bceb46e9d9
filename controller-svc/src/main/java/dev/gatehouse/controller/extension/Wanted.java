package dev.gatehouse.controller.extension;

import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.extension.ExtensionSettings;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The extension settings of a policy, alone or merged with another.
 *
 * @param policy the effective policy
 * @param owners gives the policy that a field such as "wasm" comes from, whose namespace the field's references are in
 * @param generations the generations of the policies
 */
public record Wanted(
        ExtensionSettings settings,
        ObjectKey policy,
        Function<String, ObjectKey> owners,
        ToLongFunction<ObjectKey> generations) {
    ObjectKey owner(String field) {
        return owners.apply(field);
    }
}
