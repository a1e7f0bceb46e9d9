package dev.gatehouse.controller.patch;

import dev.gatehouse.gatewayapi.EnvoyPatchPolicy.Patch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The load balancing policy of a cluster. In Envoy Gateway, and so in its users' patches, it is a
 * {@code load_balancing_policy}. In Gatehouse the usual policy has Envoy's short form, {@code lb_policy}, beside which
 * Envoy refuses a {@code load_balancing_policy}. A patch of that field is applied to the long form of the policy.
 */
final class BalancingPolicy {
    private static final String LONG = "load_balancing_policy";
    private static final String SHORT = "lb_policy";
    private static final String COMMON = "common_lb_config";
    private static final String LOCALITIES = "locality_weighted_lb_config";

    private BalancingPolicy() {}

    /** The {@code tree} of a cluster in the form that {@code patch} refers to. */
    static Map<String, Object> formFor(Patch patch, Map<String, Object> tree) {
        if (!patch.operation().mentions(LONG) || tree.containsKey(LONG) || !"LEAST_REQUEST".equals(tree.get(SHORT))) {
            return tree;
        }
        Map<String, Object> made = new LinkedHashMap<>(tree);
        made.remove(SHORT);
        if (made.remove(COMMON) instanceof Map<?, ?> common) {
            Map<Object, Object> left = new LinkedHashMap<>(common);
            left.remove(LOCALITIES);
            if (!left.isEmpty()) {
                made.put(COMMON, left);
            }
        }
        made.put(
                LONG,
                Map.of(
                        "policies",
                        List.of(Map.of(
                                "typed_extension_config",
                                Map.of(
                                        "name",
                                        "envoy.load_balancing_policies.least_request",
                                        "typed_config",
                                        Map.of(
                                                "@type",
                                                "type.googleapis.com/envoy.extensions.load_balancing_policies."
                                                        + "least_request.v3.LeastRequest",
                                                "locality_lb_config",
                                                Map.of(LOCALITIES, Map.of())))))));
        return made;
    }
}
