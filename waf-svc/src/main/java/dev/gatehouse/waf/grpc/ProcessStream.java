package dev.gatehouse.waf.grpc;

import com.google.protobuf.ByteString;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.waf.inspection.Decision;
import dev.gatehouse.waf.inspection.Inspection;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.HeaderSendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.BodyResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.HeadersResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpBody;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.TrailersResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;

/** One stream: translates Envoy's messages, in order, on the thread that gRPC delivers them with. A failure of ours blocks. */
final class ProcessStream implements StreamObserver<ProcessingRequest> {
    private static final Logger LOG = System.getLogger(ProcessStream.class.getName());
    private static final int SERVER_ERROR = 500;

    private final Inspection inspection;
    private final StreamObserver<ProcessingResponse> responses;
    private boolean done;

    ProcessStream(Inspection inspection, StreamObserver<ProcessingResponse> responses) {
        this.inspection = inspection;
        this.responses = responses;
    }

    @Override
    public void onNext(ProcessingRequest request) {
        if (done) {
            return;
        }
        ProcessingResponse.Builder response;
        try {
            response = answer(request);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The inspection of a request failed; it is blocked.", e);
            response = EnvoyMessages.immediate(
                    new Decision.Respond(SERVER_ERROR, "waf_unavailable{internal_error}", Optional.empty()));
        }
        EnvoyMessages.metadata(inspection.findings()).ifPresent(response::setDynamicMetadata);
        responses.onNext(response.build());
        if (response.hasImmediateResponse()) {
            done = true;
            responses.onCompleted();
            finish();
        }
    }

    private ProcessingResponse.Builder answer(ProcessingRequest request) {
        ProcessingResponse.Builder passed = ProcessingResponse.newBuilder();
        return switch (request.getRequestCase()) {
            case REQUEST_HEADERS -> {
                Decision decision =
                        inspection.requestHead(EnvoyMessages.head(request), EnvoyMessages.uniqueId(request));
                passed.setRequestHeaders(HeadersResponse.getDefaultInstance());
                yield answer(decision, passed, request.getRequestCase());
            }
            case REQUEST_BODY -> {
                HttpBody body = request.getRequestBody();
                Decision decision = inspection.requestBody(bytes(body.getBody()), body.getEndOfStream());
                passed.setRequestBody(BodyResponse.getDefaultInstance());
                yield answer(decision, passed, request.getRequestCase());
            }
            case RESPONSE_HEADERS -> {
                Decision decision = inspection.responseHead(
                        EnvoyMessages.status(request),
                        EnvoyMessages.headers(request.getResponseHeaders()),
                        !request.getResponseHeaders().getEndOfStream());
                passed.setResponseHeaders(HeadersResponse.getDefaultInstance());
                yield answer(decision, passed, request.getRequestCase());
            }
            case RESPONSE_BODY -> {
                HttpBody body = request.getResponseBody();
                Decision decision = inspection.responseBody(bytes(body.getBody()), body.getEndOfStream());
                passed.setResponseBody(BodyResponse.getDefaultInstance());
                yield answer(decision, passed, request.getRequestCase());
            }
            case REQUEST_TRAILERS -> passed.setRequestTrailers(TrailersResponse.getDefaultInstance());
            case RESPONSE_TRAILERS -> passed.setResponseTrailers(TrailersResponse.getDefaultInstance());
            case REQUEST_NOT_SET ->
                throw new IllegalArgumentException("request: not set (expected: headers, body or trailers)");
        };
    }

    private static ProcessingResponse.Builder answer(
            Decision decision, ProcessingResponse.Builder passed, ProcessingRequest.RequestCase asked) {
        return switch (decision) {
            case Decision.Respond respond -> EnvoyMessages.immediate(respond);
            case Decision.Continue goOn -> {
                if (asked == ProcessingRequest.RequestCase.REQUEST_HEADERS && (goOn.body() || goOn.response())) {
                    passed.setModeOverride(ProcessingMode.newBuilder()
                            .setRequestBodyMode(goOn.body() ? BodySendMode.BUFFERED : BodySendMode.NONE)
                            .setResponseHeaderMode(goOn.response() ? HeaderSendMode.SEND : HeaderSendMode.SKIP));
                } else if (asked == ProcessingRequest.RequestCase.RESPONSE_HEADERS && goOn.body()) {
                    passed.setModeOverride(ProcessingMode.newBuilder()
                            .setResponseHeaderMode(HeaderSendMode.SEND)
                            .setResponseBodyMode(BodySendMode.BUFFERED));
                }
                yield passed;
            }
        };
    }

    private static Bytes bytes(ByteString string) {
        return Bytes.of(string.toByteArray());
    }

    @Override
    public void onError(Throwable failure) {
        LOG.log(Level.DEBUG, "Envoy ended the stream: {0}", Status.fromThrowable(failure));
        done = true;
        finish();
    }

    @Override
    public void onCompleted() {
        if (!done) {
            done = true;
            responses.onCompleted();
        }
        finish();
    }

    private void finish() {
        try {
            inspection.end();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The logging phase failed.", e);
        }
    }
}
