package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;

/**
 * A policy of a kind of Envoy Gateway's API that Gatehouse knows and does not serve: EnvoyPatchPolicy. It has no
 * effect, and its status says so; where it protects something, that is closed.
 *
 * @param protects what it asks for keeps requests out: an extension that must not be left out
 */
public record UnservedPolicy(List<PolicyTarget> targets, List<TargetSelector> selectors, boolean protects)
        implements TargetedPolicy<UnservedPolicy> {
    public UnservedPolicy {
        targets = List.copyOf(targets);
        selectors = List.copyOf(selectors);
    }

    @Override
    public UnservedPolicy withTargets(List<PolicyTarget> targets) {
        return new UnservedPolicy(targets, selectors, protects);
    }

    static UnservedPolicy readPatch(Fields f) {
        return read(f, false);
    }

    private static UnservedPolicy read(Fields f, boolean protects) {
        f.lenient();
        return new UnservedPolicy(PolicyTarget.readAny(f), f.list("targetSelectors", TargetSelector::read), protects);
    }
}
