package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.ArrayList;
import java.util.List;

/**
 * Envoy Gateway's BackendTrafficPolicy: how requests go from Envoy to backends.
 *
 * @param passedOver what is not served and has no effect, as "field: why": it tunes, and keeps nobody out
 */
public record BackendTrafficPolicy(
        List<PolicyTarget> targets, List<TargetSelector> selectors, TrafficSettings settings, List<String> passedOver)
        implements TargetedPolicy<BackendTrafficPolicy> {
    public BackendTrafficPolicy {
        targets = List.copyOf(targets);
        selectors = List.copyOf(selectors);
        passedOver = List.copyOf(passedOver);
    }

    @Override
    public BackendTrafficPolicy withTargets(List<PolicyTarget> targets) {
        return new BackendTrafficPolicy(targets, selectors, settings, passedOver);
    }

    static BackendTrafficPolicy read(Fields f) {
        TrafficSettings settings = TrafficSettings.read(f);
        List<String> passedOver = new ArrayList<>();
        if (f.has("mergeType")) {
            f.warn("mergeType", "is not served and has no effect; passed over");
            passedOver.add("mergeType");
        }
        settings.backend().loadBalancer().ifPresent(balancer -> passedOver.addAll(balancer.unserved()));
        return new BackendTrafficPolicy(
                PolicyTarget.readOrSelected(f), f.list("targetSelectors", TargetSelector::read), settings, passedOver);
    }
}
