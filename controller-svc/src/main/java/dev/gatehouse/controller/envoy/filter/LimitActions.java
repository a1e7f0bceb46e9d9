package dev.gatehouse.controller.envoy.filter;

import com.github.xds.core.v3.CidrRange;
import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import dev.gatehouse.api.envoy.v1.AddressMatcher;
import dev.gatehouse.api.envoy.v1.RateLimitActionFields;
import dev.gatehouse.api.envoy.v1.RateLimitFields;
import dev.gatehouse.api.envoy.v1.RemoteAddressMatch;
import dev.gatehouse.controller.proto.NewerFields;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.traffic.RateLimits;
import dev.gatehouse.gatewayapi.traffic.RateLimits.Cost;
import dev.gatehouse.gatewayapi.traffic.RateLimits.Rule;
import dev.gatehouse.gatewayapi.traffic.RequestSelector;
import dev.gatehouse.gatewayapi.traffic.RequestSelector.MatchType;
import dev.gatehouse.gatewayapi.traffic.RequestSelector.MethodSelector;
import dev.gatehouse.gatewayapi.traffic.RequestSelector.PathSelector;
import dev.gatehouse.gatewayapi.traffic.RequestSelector.SourceSelector;
import dev.gatehouse.gatewayapi.traffic.RequestSelector.ValueSelector;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.metadata.v3.MetadataKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Turns the selectors of a rate limit rule into actions. Each action makes one entry of the descriptor by which a
 * request is counted. The keys are Envoy Gateway's, so that envoyproxy/ratelimit can stand in for ratelimit-svc.
 */
final class LimitActions {
    static final String GLOBAL_NETWORK_KEY = "masked_remote_address";
    static final String GLOBAL_ADDRESS_KEY = "remote_address";

    private LimitActions() {}

    /**
     * An entry of a descriptor.
     *
     * @param value empty: any value, with a count for each
     */
    record Entry(String key, Optional<String> value, RateLimit.Action action) {}

    /**
     * The entries of a rule's descriptors, as alternatives. Each method of the rule makes an alternative, and all
     * alternatives share one count.
     */
    static List<List<Entry>> alternatives(Rule rule, int index, boolean local) {
        List<Entry> before = new ArrayList<>();
        List<Entry> after = new ArrayList<>();
        List<MethodSelector> methods = new ArrayList<>();
        Optional<PathSelector> path = Optional.empty();
        Optional<SourceSelector> source = Optional.empty();
        int match = 0;
        for (RequestSelector selector : rule.selectors()) {
            for (ValueSelector header : selector.headers()) {
                before.add(header(matchKey(index, match++), header));
            }
            methods.addAll(selector.methods());
            path = selector.path().isPresent() ? selector.path() : path;
            source = selector.source().isPresent() ? selector.source() : source;
        }
        String prefix = "rule-" + index;
        path.ifPresent(each -> after.add(headerMatch(prefix + "-path", ":path", path(each), each.invert())));
        source.ifPresent(each -> after.addAll(
                local
                        ? source(prefix + "-masked-remote-address", prefix + "-remote-address", each)
                        : source(GLOBAL_NETWORK_KEY, GLOBAL_ADDRESS_KEY, each)));
        for (RequestSelector selector : rule.selectors()) {
            for (ValueSelector param : selector.queryParams()) {
                after.add(queryParam(matchKey(index, match++), param));
            }
        }
        List<List<Entry>> alternatives = new ArrayList<>();
        for (MethodSelector method : methods) {
            List<Entry> entries = new ArrayList<>(before);
            entries.add(headerMatch(
                    prefix + "-method",
                    ":method",
                    StringMatcher.newBuilder().setExact(method.value()).build(),
                    method.invert()));
            entries.addAll(after);
            alternatives.add(entries);
        }
        if (methods.isEmpty()) {
            before.addAll(after);
            alternatives.add(before);
        }
        return alternatives;
    }

    /** The key of a selector of a header or query parameter. A rule that selects every request has the number -1. */
    static String matchKey(int rule, int match) {
        return "rule-" + rule + "-match-" + match;
    }

    /** An entry that every request has. */
    static Entry constant(String key) {
        return new Entry(
                key,
                Optional.of(key),
                RateLimit.Action.newBuilder()
                        .setGenericKey(RateLimit.Action.GenericKey.newBuilder()
                                .setDescriptorKey(key)
                                .setDescriptorValue(key))
                        .build());
    }

    /** The descriptor of {@code entries}, with the rule's cost and headers. */
    static RateLimit limit(List<Entry> entries, Rule rule, Optional<Cost> cost, boolean onResponse) {
        RateLimit.Builder limit = RateLimit.newBuilder().setApplyOnStreamDone(onResponse);
        entries.forEach(entry -> limit.addActions(entry.action()));
        cost.ifPresent(each -> limit.setHitsAddend(addend(each)));
        rule.limit()
                .fromMetadata()
                .ifPresent(key -> limit.setLimit(RateLimit.Override.newBuilder()
                        .setDynamicMetadata(RateLimit.Override.DynamicMetadata.newBuilder()
                                .setMetadataKey(MetadataKey.newBuilder()
                                        .setKey(key.namespace())
                                        .addPath(MetadataKey.PathSegment.newBuilder()
                                                .setKey(key.key()))))));
        return rule.headers()
                .map(headers -> NewerFields.with(
                        limit.build(),
                        RateLimitFields.newBuilder()
                                .setXRatelimitOption(option(headers))
                                .build()))
                .orElseGet(limit::build);
    }

    private static RateLimitFields.XRateLimitOption option(RateLimits.Headers headers) {
        return switch (headers) {
            case Off -> RateLimitFields.XRateLimitOption.OFF;
            case DraftVersion03 -> RateLimitFields.XRateLimitOption.DRAFT_VERSION_03;
        };
    }

    private static RateLimit.HitsAddend addend(Cost cost) {
        return cost.metadata()
                .map(key -> RateLimit.HitsAddend.newBuilder()
                        .setFormat("%DYNAMIC_METADATA(" + key.namespace() + ":" + key.key() + ")%"))
                .orElseGet(() -> RateLimit.HitsAddend.newBuilder().setNumber(UInt64Value.of(cost.number())))
                .build();
    }

    private static Entry header(String key, ValueSelector header) {
        return header.type() == MatchType.Distinct
                ? new Entry(
                        key,
                        Optional.empty(),
                        RateLimit.Action.newBuilder()
                                .setRequestHeaders(RateLimit.Action.RequestHeaders.newBuilder()
                                        .setHeaderName(header.name())
                                        .setDescriptorKey(key))
                                .build())
                : headerMatch(key, header.name(), value(header), header.invert());
    }

    private static Entry headerMatch(String key, String name, StringMatcher matcher, boolean invert) {
        return new Entry(
                key,
                Optional.of(key),
                RateLimit.Action.newBuilder()
                        .setHeaderValueMatch(RateLimit.Action.HeaderValueMatch.newBuilder()
                                .setDescriptorKey(key)
                                .setDescriptorValue(key)
                                .setExpectMatch(BoolValue.of(!invert))
                                .addHeaders(
                                        HeaderMatcher.newBuilder().setName(name).setStringMatch(matcher)))
                        .build());
    }

    private static Entry queryParam(String key, ValueSelector param) {
        return param.type() == MatchType.Distinct
                ? new Entry(
                        key,
                        Optional.empty(),
                        RateLimit.Action.newBuilder()
                                .setQueryParameters(RateLimit.Action.QueryParameters.newBuilder()
                                        .setQueryParameterName(param.name())
                                        .setDescriptorKey(key))
                                .build())
                : new Entry(
                        key,
                        Optional.of(key),
                        RateLimit.Action.newBuilder()
                                .setQueryParameterValueMatch(RateLimit.Action.QueryParameterValueMatch.newBuilder()
                                        .setDescriptorKey(key)
                                        .setDescriptorValue(key)
                                        .setExpectMatch(BoolValue.of(!param.invert()))
                                        .addQueryParameters(QueryParameterMatcher.newBuilder()
                                                .setName(param.name())
                                                .setStringMatch(value(param))))
                                .build());
    }

    private static StringMatcher value(ValueSelector selector) {
        String value = selector.value().orElse("");
        return selector.type() == MatchType.RegularExpression
                ? StringMatcher.newBuilder().setSafeRegex(Protos.regex(value)).build()
                : StringMatcher.newBuilder().setExact(value).build();
    }

    /** Exact and prefix paths ignore the query, which would otherwise evade a limit. A regular expression sees the query. */
    private static StringMatcher path(PathSelector path) {
        String value = path.value();
        String literal = Pattern.quote(value.endsWith("/") ? value.substring(0, value.length() - 1) : value);
        return switch (path.type()) {
            case Exact ->
                StringMatcher.newBuilder()
                        .setSafeRegex(Protos.regex(Pattern.quote(value) + "(?:\\?.*)?"))
                        .build();
            case PathPrefix ->
                value.equals("/")
                        ? StringMatcher.newBuilder().setPrefix("/").build()
                        : StringMatcher.newBuilder()
                                .setSafeRegex(Protos.regex(literal + "(?:[/?].*)?"))
                                .build();
            case RegularExpression ->
                StringMatcher.newBuilder().setSafeRegex(Protos.regex(value)).build();
        };
    }

    private static List<Entry> source(String networkKey, String addressKey, SourceSelector source) {
        String network = (source.invert() ? "invert:" : "") + source.cidr();
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(networkKey, Optional.of(network), addressMatch(networkKey, network, source)));
        if (source.distinct()) {
            entries.add(new Entry(
                    addressKey,
                    Optional.empty(),
                    addressMatch(addressKey, "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%", source)));
        }
        return entries;
    }

    private static RateLimit.Action addressMatch(String key, String value, SourceSelector source) {
        return NewerFields.with(
                RateLimit.Action.getDefaultInstance(),
                RateLimitActionFields.newBuilder()
                        .setRemoteAddressMatch(RemoteAddressMatch.newBuilder()
                                .setDescriptorKey(key)
                                .setDescriptorValue(value)
                                .setAddressMatcher(AddressMatcher.newBuilder()
                                        .addRanges(CidrRange.newBuilder()
                                                .setAddressPrefix(source.address())
                                                .setPrefixLen(UInt32Value.of(source.prefix())))
                                        .setInvertMatch(source.invert())))
                        .build());
    }
}
