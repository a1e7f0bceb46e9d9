package dev.gatehouse.controller.policy;

import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.Resource;
import java.util.Comparator;
import java.util.Optional;

/** Targets of policies, and the precedence between policies of one target. */
public final class PolicyIndex {
    private PolicyIndex() {}

    /** A target with its namespace. */
    public record TargetKey(String kind, ObjectKey object, Optional<String> section) implements Comparable<TargetKey> {
        private static final Comparator<TargetKey> ORDER = Comparator.comparing(TargetKey::kind)
                .thenComparing(TargetKey::object)
                .thenComparing(key -> key.section().orElse(""));

        /** The target of a policy in {@code namespace}. */
        public static TargetKey of(PolicyTarget target, String namespace) {
            return new TargetKey(
                    target.kind(),
                    new ObjectKey(target.namespace().orElse(namespace), target.name()),
                    target.sectionName());
        }

        /** The target without its section. */
        public ObjectRef owner() {
            return new ObjectRef(kind, object.namespace(), object.name());
        }

        @Override
        public int compareTo(TargetKey other) {
            return ORDER.compare(this, other);
        }

        @Override
        public String toString() {
            return kind + " " + object
                    + section.map(name -> ", section \"" + name + "\"").orElse("");
        }
    }

    /** The effective policy among policies with the same target: the oldest, then the first by name (GEP-713). */
    public static <S> Optional<Resource<S>> winner(Iterable<Resource<S>> policies) {
        Optional<Resource<S>> best = Optional.empty();
        for (Resource<S> policy : policies) {
            if (best.isEmpty() || policy.compareTo(best.get()) < 0) {
                best = Optional.of(policy);
            }
        }
        return best;
    }
}
