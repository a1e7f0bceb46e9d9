package dev.gatehouse.ratelimit.grpc;

import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gatehouse.ratelimit.decision.Code;
import dev.gatehouse.ratelimit.decision.Decision;
import dev.gatehouse.ratelimit.decision.Request;
import dev.gatehouse.ratelimit.decision.Status;
import dev.gatehouse.ratelimit.limit.Limit;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.DescriptorStatus;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.RateLimit;

/**
 * Writes Envoy's response. Envoy itself makes {@code X-RateLimit-*} from the statuses if its filter enables it. The
 * headers written here are envoyproxy/ratelimit's ({@code LIMIT_RESPONSE_HEADERS_ENABLED}), for the descriptor nearest
 * to its limit.
 */
public final class ResponseFormat {
    private static final int UINT32_MAX = -1;

    private final boolean headers;

    /** @param headers whether to add {@code RateLimit-Limit}, {@code RateLimit-Remaining} and {@code RateLimit-Reset} */
    public ResponseFormat(boolean headers) {
        this.headers = headers;
    }

    RateLimitResponse write(Request request, Decision decision) {
        RateLimitResponse.Builder response = RateLimitResponse.newBuilder().setOverallCode(code(decision.overall()));
        for (Status status : decision.statuses()) {
            response.addStatuses(descriptor(status));
        }
        if (headers) {
            decision.tightest().ifPresent(status -> addHeaders(response, status));
        }
        addFindings(response, request, decision);
        return response.build();
    }

    /** For access logs: {@code %DYNAMIC_METADATA(envoy.filters.http.ratelimit)%}. Nothing where no limit was exceeded. */
    private static void addFindings(RateLimitResponse.Builder response, Request request, Decision decision) {
        ListValue.Builder exceeded = ListValue.newBuilder();
        ListValue.Builder shadowed = ListValue.newBuilder();
        for (int i = 0; i < decision.statuses().size(); i++) {
            if (decision.statuses().get(i) instanceof Status.Counted counted
                    && (counted.shadowed() || counted.code() == Code.OVER_LIMIT)) {
                (counted.shadowed() ? shadowed : exceeded)
                        .addValues(finding(
                                request.descriptors().get(i).rule().orElse(""),
                                counted.limit().text()));
            }
        }
        if (exceeded.getValuesCount() > 0) {
            response.getDynamicMetadataBuilder().putFields("exceeded", list(exceeded));
        }
        if (shadowed.getValuesCount() > 0) {
            response.getDynamicMetadataBuilder().putFields("shadowed", list(shadowed));
        }
    }

    private static Value list(ListValue.Builder values) {
        return Value.newBuilder().setListValue(values).build();
    }

    private static Value finding(String rule, String limit) {
        return Value.newBuilder()
                .setStructValue(Struct.newBuilder()
                        .putFields(
                                "rule", Value.newBuilder().setStringValue(rule).build())
                        .putFields(
                                "limit",
                                Value.newBuilder().setStringValue(limit).build()))
                .build();
    }

    private static DescriptorStatus.Builder descriptor(Status status) {
        DescriptorStatus.Builder descriptor = DescriptorStatus.newBuilder().setCode(code(status.code()));
        return switch (status) {
            case Status.Unmatched unmatched -> descriptor;
            case Status.Unlimited unlimited -> descriptor.setLimitRemaining(UINT32_MAX);
            case Status.Counted counted ->
                descriptor
                        .setCurrentLimit(limit(counted.limit()))
                        .setLimitRemaining(uint32(counted.remaining()))
                        .setDurationUntilReset(Duration.newBuilder()
                                .setSeconds(counted.untilReset().toSeconds()));
        };
    }

    private static RateLimit limit(Limit limit) {
        return RateLimit.newBuilder()
                .setName(limit.name())
                .setRequestsPerUnit(uint32(limit.requests()))
                .setUnit(
                        switch (limit.unit()) {
                            case SECOND -> RateLimit.Unit.SECOND;
                            case MINUTE -> RateLimit.Unit.MINUTE;
                            case HOUR -> RateLimit.Unit.HOUR;
                            case DAY -> RateLimit.Unit.DAY;
                            case WEEK -> RateLimit.Unit.WEEK;
                            case MONTH -> RateLimit.Unit.MONTH;
                            case YEAR -> RateLimit.Unit.YEAR;
                        })
                .build();
    }

    private static void addHeaders(RateLimitResponse.Builder response, Status.Counted status) {
        response.addResponseHeadersToAdd(
                        header("RateLimit-Limit", status.limit().requests()))
                .addResponseHeadersToAdd(header("RateLimit-Remaining", status.remaining()))
                .addResponseHeadersToAdd(
                        header("RateLimit-Reset", status.untilReset().toSeconds()));
    }

    private static HeaderValue.Builder header(String name, long value) {
        return HeaderValue.newBuilder().setKey(name).setValue(Long.toString(value));
    }

    private static RateLimitResponse.Code code(Code code) {
        return switch (code) {
            case OK -> RateLimitResponse.Code.OK;
            case OVER_LIMIT -> RateLimitResponse.Code.OVER_LIMIT;
        };
    }

    private static int uint32(long value) {
        return value > 0xFFFF_FFFFL ? UINT32_MAX : (int) value;
    }
}
