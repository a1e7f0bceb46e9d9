package dev.gatehouse.controller.envoy.filter;

import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Message;
import dev.gatehouse.controller.proto.Protos;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.common.matching.v3.ExtensionWithMatcher;
import io.envoyproxy.envoy.extensions.common.matching.v3.ExtensionWithMatcherPerRoute;
import io.envoyproxy.envoy.extensions.filters.common.matcher.action.v3.SkipFilter;

/**
 * A filter that a request passes on routes that say so, and on no other. Most filters of Envoy can be told so by the route itself; those of
 * libraries and of Wasm cannot, and a matcher around the filter is told instead.
 */
final class SkippedFilter {
    private SkippedFilter() {}

    /** {@code filter}, which requests do not pass. */
    static ExtensionWithMatcher of(String name, Message filter) {
        return ExtensionWithMatcher.newBuilder()
                .setXdsMatcher(always(Protos.any(SkipFilter.getDefaultInstance())))
                .setExtensionConfig(
                        TypedExtensionConfig.newBuilder().setName(name).setTypedConfig(Protos.any(filter)))
                .build();
    }

    /** Has the requests of a route pass the filter: nothing matches. */
    static ExtensionWithMatcherPerRoute passed() {
        return ExtensionWithMatcherPerRoute.newBuilder()
                .setXdsMatcher(Matcher.getDefaultInstance())
                .build();
    }

    private static Matcher always(com.google.protobuf.Any action) {
        return Matcher.newBuilder()
                .setOnNoMatch(Matcher.OnMatch.newBuilder()
                        .setAction(com.github.xds.core.v3.TypedExtensionConfig.newBuilder()
                                .setName("skip")
                                .setTypedConfig(action)))
                .build();
    }
}
