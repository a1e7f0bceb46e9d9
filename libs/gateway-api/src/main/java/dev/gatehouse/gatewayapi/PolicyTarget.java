package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A policy's target: an object, or a section of an object (a listener of a Gateway, a rule of a route).
 *
 * @param namespace the namespace of an object that labels select in another namespace; empty: the policy's namespace
 */
public record PolicyTarget(
        String group, String kind, Optional<String> namespace, String name, Optional<String> sectionName) {
    static PolicyTarget read(Fields f) {
        return new PolicyTarget(
                f.string("group").orElse(""),
                f.requiredString("kind"),
                Optional.empty(),
                f.requiredString("name"),
                f.string("sectionName"));
    }

    /** As {@link #readAll}, but the list may be empty. */
    static List<PolicyTarget> readAny(Fields f) {
        List<PolicyTarget> targets = new ArrayList<>(f.list("targetRefs", 0, 16, PolicyTarget::read));
        f.object("targetRef", PolicyTarget::read).ifPresent(targets::add);
        return List.copyOf(targets);
    }

    /** As {@link #readAll}, for a policy that may have {@code targetSelectors} instead. */
    public static List<PolicyTarget> readOrSelected(Fields f) {
        return f.has("targetSelectors") ? readAny(f) : readAll(f);
    }

    /** The messages about deprecated fields in use. */
    static List<String> deprecated(Fields f) {
        return f.has("targetRef") ? List.of("spec.targetRef is deprecated, use spec.targetRefs instead") : List.of();
    }

    /** Reads {@code targetRefs}, and the older {@code targetRef}. */
    public static List<PolicyTarget> readAll(Fields f) {
        List<PolicyTarget> targets = readAny(f);
        if (targets.isEmpty()) {
            f.wrong("targetRefs", "is empty (expected: at least one target)");
        }
        return targets;
    }
}
