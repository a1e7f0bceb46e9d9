package dev.gatehouse.authz.grpc;

import com.google.protobuf.Struct;
import dev.gatehouse.authz.policy.AccessControl;
import dev.gatehouse.authz.policy.Decision;
import dev.gatehouse.authz.policy.Policy;
import dev.gatehouse.authz.policy.Reason;
import dev.gatehouse.authz.policy.Subjects;
import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.request.Sender;
import dev.gatehouse.authz.spans.DecisionSpan;
import dev.gatehouse.authz.xds.PolicySubscriber;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.tracing.grpc.CallerSpan;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc.AuthorizationImplBase;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.BindableService;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.quarkus.grpc.GrpcService;
import io.quarkus.grpc.RegisterInterceptor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Answers Envoy's ext_authz filter. The route names its policy in the context extension {@code gatehouse.policy}. A failure in here is
 * INTERNAL, which the filter turns into a denial unless its {@code failure_mode_allow} is set. Never blocks its thread.
 */
@GrpcService
@RegisterInterceptor(Overload.class)
@RegisterInterceptor(CallMetadata.class)
@RegisterInterceptor(CallerSpan.class)
final class AuthorizationService extends AuthorizationImplBase implements BindableService {
    private static final String POLICY = "gatehouse.policy";
    private static final String PART = "gatehouse.part";
    private static final String BOUND_TOKENS = "bound-tokens";

    /** Where the proxy's filter for tokens puts their claims. */
    private static final String VERIFIED = "envoy.filters.http.jwt_authn";

    private static final String ROUTE = "gatehouse.route";

    private final PolicySubscriber policies;
    private final DecisionRecord record;
    private final CheckFormat format;
    private final Tracing tracing;

    AuthorizationService(PolicySubscriber policies, DecisionRecord record, Subjects subjects, Tracing tracing) {
        this.policies = policies;
        this.record = record;
        this.format = new CheckFormat(subjects);
        this.tracing = tracing;
    }

    @Override
    public void check(CheckRequest message, StreamObserver<CheckResponse> responses) {
        AttributeContext attributes = message.getAttributes();
        Optional<String> named =
                Optional.ofNullable(attributes.getContextExtensionsMap().get(POLICY));
        Span span = tracing.serve(DecisionSpan.NAME, CallerSpan.current());
        HttpRequest request = request(attributes, span);
        Policy.Part part = attributes.getContextExtensionsOrDefault(PART, "").equals(BOUND_TOKENS)
                ? Policy.Part.TOKENS
                : Policy.Part.REQUEST;
        if (!attributes.getRequest().hasHttp()) {
            answer(responses, part, request, span, AccessControl.deny(named, Reason.NOT_HTTP));
            return;
        }
        try (Scope _ = Tracing.within(span)) {
            decide(responses, named, part, request, span);
        }
    }

    private void decide(
            StreamObserver<CheckResponse> responses,
            Optional<String> named,
            Policy.Part part,
            HttpRequest request,
            Span span) {
        AccessControl.decide(policies.policies(), named, part, request).whenComplete((decision, failure) -> {
            if (failure == null) {
                answer(responses, part, request, span, decision);
            } else {
                Tracing.fail(span, failure);
                span.end();
                System.getLogger(AuthorizationService.class.getName())
                        .log(System.Logger.Level.ERROR, "A request could not be decided.", failure);
                responses.onError(Status.INTERNAL
                        .withDescription("the request could not be decided")
                        .asRuntimeException());
            }
        });
    }

    private void answer(
            StreamObserver<CheckResponse> responses,
            Policy.Part part,
            HttpRequest request,
            Span span,
            Decision decision) {
        // A request that passes is recorded once.
        if (part == Policy.Part.REQUEST || !(decision instanceof Decision.Allowed)) {
            try (Scope _ = Tracing.within(span)) {
                record.decided(request, decision);
            }
        }
        if (span.isRecording()) {
            DecisionSpan.end(span, request.sender().route(), decision);
        }
        responses.onNext(part == Policy.Part.REQUEST ? format.write(decision) : format.writeAgain(decision));
        responses.onCompleted();
    }

    private static Sender sender(AttributeContext attributes, Span span) {
        CallMetadata.Told told = CallMetadata.current();
        return new Sender(
                told.client().isEmpty()
                        ? attributes.getSource().getAddress().getSocketAddress().getAddress()
                        : told.client(),
                attributes.getContextExtensionsOrDefault(ROUTE, ""),
                span.isRecording() && told.trace().isEmpty()
                        ? span.getSpanContext().getTraceId()
                        : told.trace(),
                span.isRecording() ? span.getSpanContext().getSpanId() : "",
                attributes.getSource().getCertificate(),
                VerifiedTokens.claims(attributes
                        .getMetadataContext()
                        .getFilterMetadataOrDefault(VERIFIED, Struct.getDefaultInstance())));
    }

    private static HttpRequest request(AttributeContext attributes, Span span) {
        AttributeContext.HttpRequest http = attributes.getRequest().getHttp();
        Map<String, String> headers = new HashMap<>(http.getHeadersMap());
        http.getHeaderMap()
                .getHeadersList()
                .forEach(header -> headers.merge(
                        header.getKey(),
                        header.getRawValue().isEmpty()
                                ? header.getValue()
                                : header.getRawValue().toStringUtf8(),
                        (a, b) -> a + (header.getKey().equals("cookie") ? "; " : ",") + b));
        String body =
                http.getRawBody().isEmpty() ? http.getBody() : http.getRawBody().toStringUtf8();
        return new HttpRequest(
                http.getMethod(), http.getHost(), http.getPath(), headers, body, sender(attributes, span));
    }
}
