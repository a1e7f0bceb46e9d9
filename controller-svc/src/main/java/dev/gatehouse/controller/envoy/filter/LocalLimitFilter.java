package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import dev.gatehouse.api.envoy.v1.LocalRateLimitDescriptorFields;
import dev.gatehouse.controller.envoy.filter.LimitActions.AddressKeys;
import dev.gatehouse.controller.envoy.filter.LimitActions.Entry;
import dev.gatehouse.controller.proto.NewerFields;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.traffic.RateLimits;
import dev.gatehouse.gatewayapi.traffic.RateLimits.Cost;
import dev.gatehouse.gatewayapi.traffic.RateLimits.Limit;
import dev.gatehouse.gatewayapi.traffic.RateLimits.Local;
import dev.gatehouse.gatewayapi.traffic.RateLimits.Rule;
import dev.gatehouse.gatewayapi.traffic.RateLimits.Unit;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.XRateLimitHeadersRFCVersion;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.TokenBucket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Limits requests by counts that each proxy keeps for itself. */
final class LocalLimitFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.local_ratelimit";
    private static final String STAT_PREFIX = "http_local_rate_limiter";

    /** The most distinct values with a count of their own. The number is large, since a value that is evicted starts with a new count. */
    private static final int DISTINCT_VALUES = 10_000;

    private static final long UNLIMITED = 0xffff_ffffL;

    private static final RuntimeFractionalPercent ALWAYS = RuntimeFractionalPercent.newBuilder()
            .setDefaultValue(FractionalPercent.newBuilder()
                    .setNumerator(100)
                    .setDenominator(FractionalPercent.DenominatorType.HUNDRED))
            .build();

    private static final Limit NONE = new Limit(UNLIMITED, Unit.Second, Optional.empty());

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(chain.forPolicies(
                NAME, LocalRateLimit.newBuilder().setStatPrefix(STAT_PREFIX).build()));
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return route.policies()
                .settings()
                .localLimit()
                .<Map<String, Message>>map(limit -> Map.of(NAME, limits(limit, route.rateLimitHeaders())))
                .orElse(Map.of());
    }

    private static LocalRateLimit limits(Local settings, BooleanSupplier headersOfListener) {
        Optional<Rule> preset = settings.preset();
        boolean told = preset.flatMap(Rule::headers)
                .map(headers -> headers != RateLimits.Headers.Off)
                .orElseGet(headersOfListener::getAsBoolean);
        LocalRateLimit.Builder limits = LocalRateLimit.newBuilder()
                .setStatPrefix(STAT_PREFIX)
                .setTokenBucket(bucket(preset.map(LocalLimitFilter::preset).orElse(NONE)))
                .setFilterEnabled(ALWAYS)
                .setFilterEnforced(ALWAYS)
                .setEnableXRatelimitHeaders(
                        told ? XRateLimitHeadersRFCVersion.DRAFT_VERSION_03 : XRateLimitHeadersRFCVersion.OFF)
                .setAlwaysConsumeDefaultTokenBucket(BoolValue.of(false));
        int index = 0;
        for (Rule rule : settings.rules()) {
            if (rule.selectors().isEmpty()) {
                continue;
            }
            List<Entry> entries = LimitActions.entries(rule, index, AddressKeys.of(index));
            index++;
            limits.addRateLimits(LimitActions.limit(entries, rule, rule.requestCost(), false));
            limits.addDescriptors(descriptor(entries, rule));
            if (entries.stream().anyMatch(entry -> entry.value().isEmpty())) {
                limits.setMaxDynamicDescriptors(UInt32Value.of(DISTINCT_VALUES));
            }
        }
        return limits.build();
    }

    /** The limit of the rule without selectors. Envoy takes one token of it for each request, whatever the request's cost. */
    private static Limit preset(Rule rule) {
        long cost = rule.requestCost()
                .filter(each -> each.metadata().isEmpty())
                .map(Cost::number)
                .orElse(1L);
        return rule.shadowMode() || cost == 0
                ? NONE
                : new Limit(
                        Math.max(1, rule.limit().requests() / cost),
                        rule.limit().unit(),
                        Optional.empty());
    }

    private static LocalRateLimitDescriptor descriptor(List<Entry> entries, Rule rule) {
        LocalRateLimitDescriptor.Builder descriptor =
                LocalRateLimitDescriptor.newBuilder().setTokenBucket(bucket(rule.limit()));
        for (Entry entry : entries) {
            RateLimitDescriptor.Entry.Builder made =
                    RateLimitDescriptor.Entry.newBuilder().setKey(entry.key());
            entry.value().ifPresent(made::setValue);
            descriptor.addEntries(made);
        }
        return rule.shadowMode()
                ? NewerFields.with(
                        descriptor.build(),
                        LocalRateLimitDescriptorFields.newBuilder()
                                .setShadowMode(true)
                                .build())
                : descriptor.build();
    }

    private static TokenBucket bucket(Limit limit) {
        return TokenBucket.newBuilder()
                .setMaxTokens((int) limit.requests())
                .setTokensPerFill(UInt32Value.of((int) limit.requests()))
                .setFillInterval(Protos.duration(limit.unit().duration()))
                .build();
    }
}
