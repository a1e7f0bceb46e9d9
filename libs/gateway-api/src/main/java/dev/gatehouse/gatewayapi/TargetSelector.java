package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Map;
import java.util.Optional;

/**
 * Selects a policy's targets by labels: all objects of a kind with these labels, in the policy's namespace and in other
 * namespaces whose ReferenceGrant permits it.
 */
public record TargetSelector(String group, String kind, Namespaces namespaces, LabelSelector labels) {
    /** The namespaces in which objects are selected. */
    public enum From {
        Same,
        All,
        Selector
    }

    /** @param selector selects namespaces by their labels, for {@link From#Selector} */
    public record Namespaces(From from, Optional<LabelSelector> selector) {
        static final Namespaces SAME = new Namespaces(From.Same, Optional.empty());

        static Namespaces read(Fields f) {
            Namespaces namespaces = new Namespaces(
                    f.choice("from", From.class).orElse(From.Same), f.object("selector", LabelSelector::read));
            if (namespaces.from == From.Selector && namespaces.selector.isEmpty()) {
                f.wrong("selector", "is missing (expected: a selector of namespaces, since from is Selector)");
            }
            return namespaces;
        }

        /** True if it includes {@code namespace} with the labels {@code labels}, as seen from an object in {@code own}. */
        public boolean include(String own, String namespace, Map<String, String> labels) {
            return switch (from) {
                case Same -> own.equals(namespace);
                case All -> true;
                case Selector -> selector.map(each -> each.matches(labels)).orElse(false);
            };
        }
    }

    /** Reads one of a policy's {@code targetSelectors}. */
    public static TargetSelector read(Fields f) {
        return new TargetSelector(
                f.string("group").orElse(Kinds.GATEWAY_GROUP),
                f.requiredString("kind"),
                f.object("namespaces", Namespaces::read).orElse(Namespaces.SAME),
                LabelSelector.read(f));
    }

    /** True if it selects objects of {@code kind}. */
    public boolean isFor(String kind) {
        return group.equals(Kinds.GATEWAY_GROUP) && this.kind.equals(kind);
    }
}
