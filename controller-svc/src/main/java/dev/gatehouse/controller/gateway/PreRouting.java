package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.gatewayapi.ListenerFilter;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.WafPolicy;

/** What runs on every request of a listener before a route is selected, with its references resolved (GEP-5224). */
public sealed interface PreRouting {
    /** An authorization server is asked. */
    record ExternalAuth(ListenerFilter.ExternalAuth filter, ClusterSpec cluster) implements PreRouting {}

    /** A SecurityPolicy is enforced. */
    record Access(ObjectKey policy) implements PreRouting {}

    /** A WAFPolicy is enforced. */
    record Waf(ObjectKey policy, WafPolicy spec) implements PreRouting {}

    /** The same on a Gateway that shows {@code certificate} to its backends. */
    default PreRouting presenting(ObjectKey certificate) {
        return switch (this) {
            case ExternalAuth auth ->
                new ExternalAuth(auth.filter(), auth.cluster().presenting(certificate));
            case Access access -> access;
            case Waf waf -> waf;
        };
    }
}
