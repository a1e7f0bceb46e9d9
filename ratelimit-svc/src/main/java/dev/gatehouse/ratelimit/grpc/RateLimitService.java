package dev.gatehouse.ratelimit.grpc;

import dev.gatehouse.api.ratelimit.v1.LimitRequest;
import dev.gatehouse.ratelimit.decision.Decision;
import dev.gatehouse.ratelimit.decision.RateLimiter;
import dev.gatehouse.ratelimit.decision.Request;
import dev.gatehouse.ratelimit.descriptor.RuleBook;
import dev.gatehouse.ratelimit.store.StoreUnavailable;
import dev.gatehouse.ratelimit.xds.RuleSubscriber;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.tracing.grpc.CallerSpan;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.quarkus.grpc.GrpcService;
import io.quarkus.grpc.RegisterInterceptor;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * Answers Envoy's rate limit filter. An error leaves the request to the filter's {@code failure_mode_deny}: UNAVAILABLE where hits
 * cannot be counted or no rules were received yet, INVALID_ARGUMENT for a request that makes no sense. Never blocks its thread.
 */
@GrpcService
@RegisterInterceptor(Overload.class)
@RegisterInterceptor(CallerSpan.class)
final class RateLimitService implements BindableService {
    /** Envoy's method. The service base of Envoy's API would refuse a request with a client's bytes that are not UTF-8. */
    private static final MethodDescriptor<LimitRequest, RateLimitResponse> SHOULD_RATE_LIMIT =
            RateLimitServiceGrpc.getShouldRateLimitMethod().toBuilder(
                            ProtoUtils.marshaller(LimitRequest.getDefaultInstance()),
                            ProtoUtils.marshaller(RateLimitResponse.getDefaultInstance()))
                    .build();

    private final RateLimiter limiter;
    private final RuleSubscriber rules;
    private final ResponseFormat format;
    private final DecisionMetrics metrics;
    private final Tracing tracing;

    RateLimitService(
            RateLimiter limiter,
            RuleSubscriber rules,
            ResponseFormat format,
            DecisionMetrics metrics,
            Tracing tracing) {
        this.limiter = limiter;
        this.rules = rules;
        this.format = format;
        this.metrics = metrics;
        this.tracing = tracing;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder(RateLimitServiceGrpc.SERVICE_NAME)
                .addMethod(SHOULD_RATE_LIMIT, ServerCalls.asyncUnaryCall(this::shouldRateLimit))
                .build();
    }

    void shouldRateLimit(LimitRequest message, StreamObserver<RateLimitResponse> responses) {
        Span span = tracing.serve(LimitSpan.NAME, CallerSpan.current());
        Optional<RuleBook> book = rules.book();
        if (book.isEmpty()) {
            fail(
                    responses,
                    span,
                    "no-config",
                    Status.UNAVAILABLE.withDescription("no rate limit configuration received yet"));
            return;
        }
        Request request;
        try {
            request = RequestFormat.read(message);
        } catch (IllegalArgumentException e) {
            fail(responses, span, "bad-request", Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
            return;
        }
        try (Scope _ = Tracing.within(span)) {
            decide(responses, span, book.get(), request);
        }
    }

    private void decide(StreamObserver<RateLimitResponse> responses, Span span, RuleBook book, Request request) {
        limiter.decide(book, request).whenComplete((decision, failure) -> {
            if (failure == null) {
                answer(responses, span, request, decision);
            } else {
                fail(responses, span, failure);
            }
        });
    }

    private void answer(StreamObserver<RateLimitResponse> responses, Span span, Request request, Decision decision) {
        try (Scope _ = Tracing.within(span)) {
            metrics.decided(request, decision);
        }
        if (span.isRecording()) {
            LimitSpan.end(span, request, decision);
        }
        responses.onNext(format.write(request, decision));
        responses.onCompleted();
    }

    private void fail(StreamObserver<RateLimitResponse> responses, Span span, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof StoreUnavailable) {
            fail(
                    responses,
                    span,
                    "store",
                    Status.UNAVAILABLE.withDescription(cause.getMessage()).withCause(cause));
        } else {
            System.getLogger(RateLimitService.class.getName())
                    .log(System.Logger.Level.ERROR, "A request could not be decided.", cause);
            fail(responses, span, "internal", Status.INTERNAL.withDescription("the request could not be decided"));
        }
    }

    private void fail(StreamObserver<RateLimitResponse> responses, Span span, String reason, Status status) {
        try (Scope _ = Tracing.within(span)) {
            metrics.failed(reason);
        }
        Tracing.fail(span, reason);
        span.end();
        responses.onError(status.asRuntimeException());
    }
}
