package dev.gatehouse.controller.proto;

import dev.gatehouse.gatewayapi.client.StringMatch;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

/** Makes matchers of texts. */
public final class TextMatchers {
    private TextMatchers() {}

    public static StringMatcher of(StringMatch match) {
        StringMatcher.Builder matcher = StringMatcher.newBuilder();
        switch (match.type()) {
            case Exact -> matcher.setExact(match.value());
            case Prefix -> matcher.setPrefix(match.value());
            case Suffix -> matcher.setSuffix(match.value());
            case RegularExpression ->
                matcher.setSafeRegex(RegexMatcher.newBuilder().setRegex(match.value()));
        }
        return matcher.build();
    }
}
