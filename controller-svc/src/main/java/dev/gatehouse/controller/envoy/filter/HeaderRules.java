package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.BoolValue;
import dev.gatehouse.controller.proto.Protos;
import io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutationRules;

/** The headers of a request that an authorization server must not change, even if it may set any other header. */
public final class HeaderRules {
    /**
     * Matches the host and the headers of message framing, which is the proxy's own. The expression is short, since
     * Envoy refuses RE2 programs of more than 100 steps.
     */
    public static final String HOST_AND_FRAMING = "^(host|:a.*|:s.*|te|content-length|transfer-.*|connection)$";

    public static final String PSEUDO_AND_FRAMING = "^(host|:.*|te|content-length|transfer-.*|connection)$";

    private HeaderRules() {}

    /** Rules that ignore changes of headers matching {@code refused}. The request goes on (GEP-5224). */
    public static HeaderMutationRules without(String refused) {
        return HeaderMutationRules.newBuilder()
                .setAllowAllRouting(BoolValue.of(true))
                .setDisallowExpression(Protos.regex(refused))
                .build();
    }
}
