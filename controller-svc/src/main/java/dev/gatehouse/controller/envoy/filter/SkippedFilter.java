package dev.gatehouse.controller.envoy.filter;

import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Message;
import dev.gatehouse.controller.proto.Protos;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.common.matching.v3.ExtensionWithMatcher;
import io.envoyproxy.envoy.extensions.common.matching.v3.ExtensionWithMatcherPerRoute;
import io.envoyproxy.envoy.extensions.filters.common.matcher.action.v3.SkipFilter;

/**
 * A filter that only requests of enabling routes pass. Most of Envoy's filters can be enabled by a route. Dynamic
 * modules and Wasm filters cannot, so a matcher around the filter is configured by the route instead.
 */
final class SkippedFilter {
    private SkippedFilter() {}

    /** Wraps {@code filter} in a matcher that lets every request skip it. */
    static ExtensionWithMatcher of(String name, Message filter) {
        return ExtensionWithMatcher.newBuilder()
                .setXdsMatcher(always(Protos.any(SkipFilter.getDefaultInstance())))
                .setExtensionConfig(
                        TypedExtensionConfig.newBuilder().setName(name).setTypedConfig(Protos.any(filter)))
                .build();
    }

    /** The route configuration that makes requests pass the filter, since its matcher skips nothing. */
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
