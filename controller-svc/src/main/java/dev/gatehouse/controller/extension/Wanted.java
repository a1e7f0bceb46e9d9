package dev.gatehouse.controller.extension;

import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.extension.ExtensionSettings;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * What a policy, alone or merged with another, asks for.
 *
 * @param policy that counts
 * @param owners the policy that a field comes from, such as "wasm": references in it are meant in that one's namespace
 * @param generations of the policies
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
