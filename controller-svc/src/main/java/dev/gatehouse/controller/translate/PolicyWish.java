package dev.gatehouse.controller.translate;

import java.util.Set;

/**
 * What a policy is to add to an Envoy listener for one place where it is effective.
 *
 * @param part the policy's contribution to the listener, which consists of the wishes for all its places
 * @param settings the settings for the place
 * @param fingerprint a hash of what the listener has for them
 * @param names the names in them by which Envoy's error messages refer to them
 */
record PolicyWish<S>(PolicyPart part, S settings, int fingerprint, Set<String> names) {
    PolicyWish {
        names = Set.copyOf(names);
    }
}
