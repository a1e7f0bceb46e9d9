package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.gatewayapi.ListenerFilter;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.WafPolicy;

/** A filter that runs on every request of a listener before a route is selected (GEP-5224), with its references resolved. */
public sealed interface PreRouting {
    /** Calls an authorization server. */
    record ExternalAuth(ListenerFilter.ExternalAuth filter, ClusterSpec cluster) implements PreRouting {}

    /** Enforces a SecurityPolicy. */
    record Access(ObjectKey policy) implements PreRouting {}

    /** Enforces a WAFPolicy. */
    record Waf(ObjectKey policy, WafPolicy spec) implements PreRouting {}

    /** A copy for a Gateway whose client certificate for backends is {@code certificate}. */
    default PreRouting presenting(ObjectKey certificate) {
        return switch (this) {
            case ExternalAuth auth ->
                new ExternalAuth(auth.filter(), auth.cluster().presenting(certificate));
            case Access access -> access;
            case Waf waf -> waf;
        };
    }
}
