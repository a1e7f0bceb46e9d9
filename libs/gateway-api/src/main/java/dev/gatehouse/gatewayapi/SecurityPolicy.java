package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.security.SecuritySettings;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;

/** Envoy Gateway's SecurityPolicy. */
public record SecurityPolicy(List<PolicyTarget> targets, List<TargetSelector> selectors, SecuritySettings settings)
        implements TargetedPolicy<SecurityPolicy> {
    public SecurityPolicy {
        targets = List.copyOf(targets);
        selectors = List.copyOf(selectors);
    }

    @Override
    public SecurityPolicy withTargets(List<PolicyTarget> targets) {
        return new SecurityPolicy(targets, selectors, settings);
    }

    static SecurityPolicy read(Fields f) {
        return new SecurityPolicy(
                PolicyTarget.readOrSelected(f),
                f.list("targetSelectors", TargetSelector::read),
                SecuritySettings.read(f));
    }
}
