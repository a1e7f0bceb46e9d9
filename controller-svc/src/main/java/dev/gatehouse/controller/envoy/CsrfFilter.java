package dev.gatehouse.controller.envoy;

import dev.gatehouse.gatewayapi.security.Csrf;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.extensions.filters.http.csrf.v3.CsrfPolicy;

/** Requests that another site's page makes a browser send, by Envoy's filter {@code csrf}. */
final class CsrfFilter {
    private CsrfFilter() {}

    /** Checks nothing. */
    static CsrfPolicy onListener() {
        return CsrfPolicy.newBuilder().setFilterEnabled(share(0, 1)).build();
    }

    /** Envoy looks at a request either to refuse it, or, where it does not, to count it. */
    static CsrfPolicy onRoute(Csrf csrf) {
        int of = csrf.shadow().denominator();
        int shadow = csrf.shadow().numerator();
        CsrfPolicy.Builder policy = CsrfPolicy.newBuilder().setFilterEnabled(share(of - shadow, of));
        if (shadow > 0) {
            policy.setShadowEnabled(share(1, 1));
        }
        for (String origin : csrf.additionalOrigins()) {
            // Envoy compares host and port.
            policy.addAdditionalOrigins(CorsFilter.origin(origin.substring(origin.indexOf("://") < 0 ? 0 : origin.indexOf("://") + 3)));
        }
        return policy.build();
    }

    private static RuntimeFractionalPercent share(long numerator, long denominator) {
        return RuntimeFractionalPercent.newBuilder()
                .setDefaultValue(Protos.fraction(numerator, denominator))
                .build();
    }
}
