package dev.gatehouse.ratelimit.grpc;

import dev.gatehouse.ratelimit.decision.Decision;
import dev.gatehouse.ratelimit.decision.RateLimiter;
import dev.gatehouse.ratelimit.decision.Request;
import dev.gatehouse.ratelimit.descriptor.RuleBook;
import dev.gatehouse.ratelimit.store.StoreUnavailable;
import dev.gatehouse.ratelimit.xds.RuleSubscriber;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc.RateLimitServiceImplBase;
import io.grpc.BindableService;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
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
final class RateLimitService extends RateLimitServiceImplBase implements BindableService {
    private final RateLimiter limiter;
    private final RuleSubscriber rules;
    private final ResponseFormat format;
    private final DecisionMetrics metrics;

    RateLimitService(RateLimiter limiter, RuleSubscriber rules, ResponseFormat format, DecisionMetrics metrics) {
        this.limiter = limiter;
        this.rules = rules;
        this.format = format;
        this.metrics = metrics;
    }

    @Override
    public void shouldRateLimit(RateLimitRequest message, StreamObserver<RateLimitResponse> responses) {
        Optional<RuleBook> book = rules.book();
        if (book.isEmpty()) {
            fail(
                    responses,
                    "no-config",
                    Status.UNAVAILABLE.withDescription("no rate limit configuration received yet"));
            return;
        }
        Request request;
        try {
            request = RequestFormat.read(message);
        } catch (IllegalArgumentException e) {
            fail(responses, "bad-request", Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
            return;
        }
        limiter.decide(book.get(), request).whenComplete((decision, failure) -> {
            if (failure == null) {
                answer(responses, request, decision);
            } else {
                fail(responses, failure);
            }
        });
    }

    private void answer(StreamObserver<RateLimitResponse> responses, Request request, Decision decision) {
        metrics.decided(request, decision);
        responses.onNext(format.write(request, decision));
        responses.onCompleted();
    }

    private void fail(StreamObserver<RateLimitResponse> responses, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof StoreUnavailable) {
            fail(
                    responses,
                    "store",
                    Status.UNAVAILABLE.withDescription(cause.getMessage()).withCause(cause));
        } else {
            System.getLogger(RateLimitService.class.getName())
                    .log(System.Logger.Level.ERROR, "A request could not be decided.", cause);
            fail(responses, "internal", Status.INTERNAL.withDescription("the request could not be decided"));
        }
    }

    private void fail(StreamObserver<RateLimitResponse> responses, String reason, Status status) {
        metrics.failed(reason);
        responses.onError(status.asRuntimeException());
    }
}
