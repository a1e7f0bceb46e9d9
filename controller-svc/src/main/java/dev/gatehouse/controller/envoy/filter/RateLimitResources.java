package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.BoolValue;
import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.api.ratelimit.v3.RateLimitDescriptor;
import dev.gatehouse.api.ratelimit.v3.RateLimitPolicy;
import dev.gatehouse.api.ratelimit.v3.RateLimitUnit;
import dev.gatehouse.controller.check.Expressions;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.BackendTrafficPolicy.ClientSelector;
import dev.gatehouse.gatewayapi.BackendTrafficPolicy.GlobalRateLimit;
import dev.gatehouse.gatewayapi.BackendTrafficPolicy.HeaderMatchType;
import dev.gatehouse.gatewayapi.BackendTrafficPolicy.HeaderSelector;
import dev.gatehouse.gatewayapi.BackendTrafficPolicy.Rule;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Makes global rate limits: the actions that a route sends, and the descriptors that ratelimit-svc holds against them.
 * Descriptors are those of Envoy Gateway (a first level that names the rule of the route, then one for each selector), so
 * that envoyproxy/ratelimit can stand in for ratelimit-svc.
 */
public final class RateLimitResources {
    private RateLimitResources() {}

    /** A rule with at most one selector: each selector of a rule counts by itself. */
    private record Flat(int index, List<HeaderSelector> headers, Rule rule) {}

    /** What Envoy would refuse of {@code limit}, with the field's path; empty: nothing. */
    public static Optional<String> problem(GlobalRateLimit limit) {
        for (int rule = 0; rule < limit.rules().size(); rule++) {
            List<ClientSelector> selectors = limit.rules().get(rule).selectors();
            for (int selector = 0; selector < selectors.size(); selector++) {
                List<HeaderSelector> headers = selectors.get(selector).headers();
                for (int header = 0; header < headers.size(); header++) {
                    HeaderSelector each = headers.get(header);
                    Optional<String> problem = each.type() == HeaderMatchType.RegularExpression
                            ? Expressions.problem(each.value().orElse(""))
                            : Optional.empty();
                    if (problem.isPresent()) {
                        String place = "spec.rateLimit.global.rules[" + rule + "].clientSelectors[" + selector
                                + "].headers[" + header + "].value: ";
                        return problem.map(text -> place + text);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** The domain of a listener's limits. */
    public static String domain(ListenerKey listener) {
        return listener.toString();
    }

    /** What a route sends for each request. */
    public static List<RateLimit> actions(String ruleName, GlobalRateLimit limit) {
        List<RateLimit> limits = new ArrayList<>();
        for (Flat flat : flatten(limit)) {
            RateLimit.Builder builder = RateLimit.newBuilder();
            builder.addActions(RateLimit.Action.newBuilder()
                    .setGenericKey(RateLimit.Action.GenericKey.newBuilder()
                            .setDescriptorKey(ruleName)
                            .setDescriptorValue(ruleName)));
            if (flat.headers().isEmpty()) {
                String key = anyKey(flat);
                builder.addActions(RateLimit.Action.newBuilder()
                        .setGenericKey(RateLimit.Action.GenericKey.newBuilder()
                                .setDescriptorKey(key)
                                .setDescriptorValue(key)));
            }
            for (int i = 0; i < flat.headers().size(); i++) {
                builder.addActions(action(matchKey(flat, i), flat.headers().get(i)));
            }
            limits.add(builder.build());
        }
        return limits;
    }

    /** The limits of a domain: of each rule of a route, by the rule's name. */
    public static RateLimitConfig config(String domain, SortedMap<String, GlobalRateLimit> limits) {
        RateLimitConfig.Builder config =
                RateLimitConfig.newBuilder().setName(domain).setDomain(domain);
        for (Map.Entry<String, GlobalRateLimit> entry : limits.entrySet()) {
            RateLimitDescriptor.Builder rule =
                    RateLimitDescriptor.newBuilder().setKey(entry.getKey()).setValue(entry.getKey());
            for (Flat flat : flatten(entry.getValue())) {
                rule.addDescriptors(descriptor(flat));
            }
            config.addDescriptors(rule);
        }
        return config.build();
    }

    private static RateLimitDescriptor descriptor(Flat flat) {
        RateLimitPolicy policy = RateLimitPolicy.newBuilder()
                .setUnit(
                        switch (flat.rule().unit()) {
                            case Second -> RateLimitUnit.SECOND;
                            case Minute -> RateLimitUnit.MINUTE;
                            case Hour -> RateLimitUnit.HOUR;
                            case Day -> RateLimitUnit.DAY;
                            case Week -> RateLimitUnit.WEEK;
                            case Month -> RateLimitUnit.MONTH;
                            case Year -> RateLimitUnit.YEAR;
                        })
                .setRequestsPerUnit((int) flat.rule().requests())
                .build();
        if (flat.headers().isEmpty()) {
            String key = anyKey(flat);
            return RateLimitDescriptor.newBuilder()
                    .setKey(key)
                    .setValue(key)
                    .setRateLimit(policy)
                    .setShadowMode(flat.rule().shadowMode())
                    .build();
        }
        RateLimitDescriptor inner = RateLimitDescriptor.getDefaultInstance();
        for (int i = flat.headers().size() - 1; i >= 0; i--) {
            RateLimitDescriptor.Builder level = RateLimitDescriptor.newBuilder().setKey(matchKey(flat, i));
            if (flat.headers().get(i).type() != HeaderMatchType.Distinct) {
                level.setValue(matchKey(flat, i));
            }
            if (i == flat.headers().size() - 1) {
                level.setRateLimit(policy).setShadowMode(flat.rule().shadowMode());
            } else {
                level.addDescriptors(inner);
            }
            inner = level.build();
        }
        return inner;
    }

    private static RateLimit.Action action(String key, HeaderSelector header) {
        return switch (header.type()) {
            case Distinct ->
                RateLimit.Action.newBuilder()
                        .setRequestHeaders(RateLimit.Action.RequestHeaders.newBuilder()
                                .setHeaderName(header.name())
                                .setDescriptorKey(key))
                        .build();
            case Exact ->
                valueMatch(
                        key,
                        header,
                        StringMatcher.newBuilder().setExact(header.value().orElse("")));
            case RegularExpression ->
                valueMatch(
                        key,
                        header,
                        StringMatcher.newBuilder()
                                .setSafeRegex(Protos.regex(header.value().orElse(""))));
        };
    }

    private static RateLimit.Action valueMatch(String key, HeaderSelector header, StringMatcher.Builder matcher) {
        return RateLimit.Action.newBuilder()
                .setHeaderValueMatch(RateLimit.Action.HeaderValueMatch.newBuilder()
                        .setDescriptorKey(key)
                        .setDescriptorValue(key)
                        .setExpectMatch(BoolValue.of(!header.invert()))
                        .addHeaders(HeaderMatcher.newBuilder()
                                .setName(header.name())
                                .setStringMatch(matcher)))
                .build();
    }

    private static List<Flat> flatten(GlobalRateLimit limit) {
        List<Flat> flat = new ArrayList<>();
        for (Rule rule : limit.rules()) {
            if (rule.selectors().isEmpty()) {
                flat.add(new Flat(flat.size(), List.of(), rule));
            }
            for (ClientSelector selector : rule.selectors()) {
                flat.add(new Flat(flat.size(), selector.headers(), rule));
            }
        }
        return flat;
    }

    private static String matchKey(Flat flat, int match) {
        return "rule-" + flat.index() + "-match-" + match;
    }

    private static String anyKey(Flat flat) {
        return "rule-" + flat.index() + "-match--1";
    }
}
