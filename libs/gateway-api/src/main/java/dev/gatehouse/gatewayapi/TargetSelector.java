package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;

/** What a policy is for, by labels: all objects of a kind in the policy's namespace that have them. */
public record TargetSelector(String group, String kind, LabelSelector labels) {
    /** Reads one of a policy's {@code targetSelectors}. */
    public static TargetSelector read(Fields f) {
        return new TargetSelector(
                f.string("group").orElse(Kinds.GATEWAY_GROUP), f.requiredString("kind"), LabelSelector.read(f));
    }

    /** True if it selects objects of {@code kind}. */
    public boolean isFor(String kind) {
        return group.equals(Kinds.GATEWAY_GROUP) && this.kind.equals(kind);
    }
}
