package dev.gatehouse.controller.envoy.filter;

import com.github.xds.core.v3.CidrRange;
import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import dev.gatehouse.api.envoy.v1.AddressMatcher;
import dev.gatehouse.api.envoy.v1.RateLimitActionFields;
import dev.gatehouse.api.envoy.v1.RateLimitFields;
import dev.gatehouse.api.envoy.v1.RemoteAddressMatch;
import dev.gatehouse.controller.check.Expressions;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Turns the selectors of a rate limit rule into actions. Each action makes one entry of the descriptor by which a
 * request is counted. The keys are Envoy Gateway's, so that envoyproxy/ratelimit can stand in for ratelimit-svc.
 */
final class LimitActions {
    /** What may follow the segments of a path. */
    private static final String PARAMETERS = "(?:[;?#].*)?";

    private LimitActions() {}

    /** The keys of the entries for clients' addresses: for the range of addresses, and for the single address. */
    record AddressKeys(String network, String address) {
        /** Envoy Gateway's keys for global limits. They are the same for all rules. */
        static final AddressKeys COMMON = new AddressKeys("masked_remote_address", "remote_address");

        /** The keys of one rule, which are Envoy Gateway's for local limits. */
        static AddressKeys of(int rule) {
            return new AddressKeys("rule-" + rule + "-masked-remote-address", "rule-" + rule + "-remote-address");
        }
    }

    /**
     * An entry of a descriptor.
     *
     * @param value empty: any value, with a count for each
     */
    record Entry(String key, Optional<String> value, RateLimit.Action action) {}

    /**
     * The entries of a rule's descriptor. A request has the descriptor if each entry's action matches, so that all selectors hold:
     * parts of the same kind in several selectors are several entries of the same key.
     *
     * @param addressKeys the keys of clients' addresses
     */
    static List<Entry> entries(Rule rule, int index, AddressKeys addressKeys) {
        String prefix = "rule-" + index;
        List<Entry> entries = new ArrayList<>();
        int match = 0;
        for (RequestSelector selector : rule.selectors()) {
            for (ValueSelector header : selector.headers()) {
                entries.add(header(matchKey(index, match++), header));
            }
        }
        for (RequestSelector selector : rule.selectors()) {
            if (!selector.methods().isEmpty()) {
                entries.add(anyOf(prefix + "-method", selector.methods()));
            }
        }
        for (RequestSelector selector : rule.selectors()) {
            selector.path()
                    .ifPresent(path -> entries.add(headerMatch(prefix + "-path", ":path", path(path), path.invert())));
        }
        for (RequestSelector selector : rule.selectors()) {
            selector.source().ifPresent(source -> entries.addAll(source(addressKeys, source)));
        }
        for (RequestSelector selector : rule.selectors()) {
            for (ValueSelector param : selector.queryParams()) {
                entries.add(queryParam(matchKey(index, match++), param));
            }
        }
        return entries;
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

    /** One entry for all methods: a request that two of them select is counted once. */
    private static Entry anyOf(String key, List<MethodSelector> methods) {
        Set<String> wanted = values(methods, false);
        Set<String> unwanted = values(methods, true);
        if (unwanted.isEmpty()) {
            return headerMatch(key, ":method", method(String.join("|", wanted)), false);
        }
        // Every method is another one than the first or another one than the second.
        return unwanted.size() > 1 || wanted.containsAll(unwanted)
                ? headerMatch(key, ":method", method(".*"), false)
                : headerMatch(key, ":method", method(String.join("|", unwanted)), true);
    }

    private static Set<String> values(List<MethodSelector> methods, boolean inverted) {
        return methods.stream()
                .filter(each -> each.invert() == inverted)
                .map(MethodSelector::value)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static StringMatcher method(String expression) {
        return expression.chars().allMatch(Character::isLetter)
                ? StringMatcher.newBuilder().setExact(expression).build()
                : StringMatcher.newBuilder()
                        .setSafeRegex(Protos.regex(expression))
                        .build();
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

    /**
     * A path ends before path parameters (RFC 3986, 3.3), the query and the fragment, which would otherwise evade a limit. A regular
     * expression may match those, too.
     */
    private static StringMatcher path(PathSelector path) {
        String value = path.value();
        String literal = Pattern.quote(value.endsWith("/") ? value.substring(0, value.length() - 1) : value);
        return switch (path.type()) {
            case Exact ->
                StringMatcher.newBuilder()
                        .setSafeRegex(Protos.regex(Pattern.quote(value) + PARAMETERS))
                        .build();
            case PathPrefix ->
                value.equals("/")
                        ? StringMatcher.newBuilder().setPrefix("/").build()
                        : StringMatcher.newBuilder()
                                .setSafeRegex(Protos.regex(literal + "(?:[/;?#].*)?"))
                                .build();
            case RegularExpression ->
                StringMatcher.newBuilder()
                        .setSafeRegex(Protos.regex(Expressions.followedBy(value, PARAMETERS)))
                        .build();
        };
    }

    private static List<Entry> source(AddressKeys keys, SourceSelector source) {
        String network = (source.invert() ? "invert:" : "") + source.cidr();
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(keys.network(), Optional.of(network), addressMatch(keys.network(), network, source)));
        if (source.distinct()) {
            entries.add(new Entry(
                    keys.address(),
                    Optional.empty(),
                    addressMatch(keys.address(), "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%", source)));
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
