package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.BoolValue;
import dev.gatehouse.controller.proto.Protos;
import io.envoyproxy.envoy.config.common.mutation_rules.v3.HeaderMutationRules;

/** What an authorization server that may name any header cannot change of a request. */
public final class HeaderRules {
    /** How a message is framed is the proxy's own. Short: RE2 programs of more than 100 steps Envoy does not load. */
    public static final String HOST_AND_FRAMING = "^(host|:a.*|:s.*|te|content-length|transfer-.*|connection)$";

    public static final String PSEUDO_AND_FRAMING = "^(host|:.*|te|content-length|transfer-.*|connection)$";

    private HeaderRules() {}

    /** A change that is not allowed does not take effect, and the request goes on (GEP-5224). */
    public static HeaderMutationRules without(String refused) {
        return HeaderMutationRules.newBuilder()
                .setAllowAllRouting(BoolValue.of(true))
                .setDisallowExpression(Protos.regex(refused))
                .build();
    }
}
