package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.traffic.LoadBalancer;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Envoy Gateway's BackendTrafficPolicy: how requests go from Envoy to backends.
 *
 * @param tree the specification as it was written, for merging
 * @param deprecated the fields in use that have a successor, in order
 * @param passedOver the fields that are not served and have no effect: they tune, and keep nobody out
 */
public record BackendTrafficPolicy(
        List<PolicyTarget> targets,
        List<TargetSelector> selectors,
        Optional<MergeType> merge,
        TrafficSettings settings,
        Map<String, Object> tree,
        List<String> deprecated,
        List<String> passedOver)
        implements TargetedPolicy<BackendTrafficPolicy> {
    public BackendTrafficPolicy {
        targets = List.copyOf(targets);
        selectors = List.copyOf(selectors);
        deprecated = List.copyOf(deprecated);
        passedOver = List.copyOf(passedOver);
    }

    @Override
    public BackendTrafficPolicy withTargets(List<PolicyTarget> targets) {
        return new BackendTrafficPolicy(targets, selectors, merge, settings, tree, deprecated, passedOver);
    }

    static BackendTrafficPolicy read(Fields f) {
        Policy<TrafficSettings> policy = Policy.read(f, TrafficSettings::read);
        List<String> deprecated = new ArrayList<>(policy.deprecated());
        if (f.has("compression")) {
            deprecated.addFirst("spec.compression is deprecated, use spec.compressor instead");
        }
        return new BackendTrafficPolicy(
                policy.targets(),
                policy.selectors(),
                policy.merge(),
                policy.settings(),
                policy.tree(),
                deprecated,
                policy.settings()
                        .backend()
                        .loadBalancer()
                        .map(LoadBalancer::unserved)
                        .orElse(List.of()));
    }
}
