package dev.gatehouse.waf.grpc;

import com.google.protobuf.ByteString;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.waf.inspection.BodyNeed;
import dev.gatehouse.waf.inspection.Decision;
import dev.gatehouse.waf.inspection.Inspection;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.HeaderSendMode;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpBody;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest.RequestCase;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The conversation on a stream: takes Envoy's messages and returns the responses to send. Used by one thread at a time.
 *
 * <p>Where Envoy is configured to stream bodies in full duplex, headers and chunks are held here until the verdict, and
 * then sent on; otherwise Envoy holds them, and sends a body that it is asked for in one message.
 */
final class Conversation {
    private static final Decision PASS = new Decision.Continue(BodyNeed.NONE, true);

    private final Inspection inspection;
    private final long bufferBytes;
    private final HeldMessage request = new HeldMessage(true);
    private final HeldMessage response = new HeldMessage(false);
    private boolean begun;
    private boolean ownResponse;
    private boolean over;

    /** @param bufferBytes the most bytes of a body that Envoy can buffer; 0: unknown */
    Conversation(Inspection inspection, long bufferBytes) {
        this.inspection = inspection;
        this.bufferBytes = bufferBytes;
    }

    /** Nothing more will be said. */
    boolean isOver() {
        return over;
    }

    /** Whether Envoy holds the body in this message until it hears of it, and gives up after its message timeout. */
    boolean isWaitedFor(ProcessingRequest message) {
        return switch (message.getRequestCase()) {
            case REQUEST_BODY -> !request.isDuplex() && request.awaitsVerdict();
            case RESPONSE_BODY -> !response.isDuplex() && response.awaitsVerdict();
            case REQUEST_HEADERS, RESPONSE_HEADERS, REQUEST_TRAILERS, RESPONSE_TRAILERS, REQUEST_NOT_SET -> false;
        };
    }

    /** Whether a part of the request's body, or its headers, are held here until the body has ended. */
    boolean holdsRequest() {
        return !over && request.isDuplex() && request.awaitsVerdict();
    }

    /** Refuses a request whose body comes too slowly. */
    List<ProcessingResponse> tooSlow() {
        over = true;
        return withFindings(List.of(EnvoyMessages.immediate(inspection.tooSlow())));
    }

    /**
     * @param failure why the message cannot be inspected
     * @return in order; none: the answer comes with that to a later message
     */
    List<ProcessingResponse> answer(ProcessingRequest message, Optional<String> failure) {
        if (message.hasProtocolConfig()) {
            request.duplex(message.getProtocolConfig().getRequestBodyMode());
            response.duplex(message.getProtocolConfig().getResponseBodyMode());
        }
        if (!begun) {
            begun = true;
            ownResponse = message.hasResponseHeaders();
        }
        Decision decision = ownResponse && isResponse(message)
                ? PASS
                : failure.map(inspection::failed).orElseGet(() -> inspect(message));
        return switch (decision) {
            case Decision.Respond respond -> {
                over = true;
                yield withFindings(List.of(EnvoyMessages.immediate(respond)));
            }
            case Decision.Continue goOn -> withFindings(goOn(message, goOn));
        };
    }

    /**
     * Whether the message belongs to a response. Envoy sends a request's headers before its response's, and a stream is
     * of one request. So a stream begins with a response only if a filter before the WAF answered: a denial, a redirect
     * to a login, a preflight. Such a request reaches neither the WAF nor a backend.
     */
    private static boolean isResponse(ProcessingRequest message) {
        return message.hasResponseHeaders() || message.hasResponseBody() || message.hasResponseTrailers();
    }

    private Decision inspect(ProcessingRequest message) {
        return switch (message.getRequestCase()) {
            case REQUEST_HEADERS ->
                inspection.requestHead(
                        EnvoyMessages.head(message), EnvoyMessages.uniqueId(message), EnvoyMessages.route(message));
            case RESPONSE_HEADERS ->
                inspection.responseHead(
                        EnvoyMessages.status(message),
                        EnvoyMessages.headers(message.getResponseHeaders()),
                        !message.getResponseHeaders().getEndOfStream());
            case REQUEST_BODY -> part(request, message.getRequestBody());
            case RESPONSE_BODY -> part(response, message.getResponseBody());
            case REQUEST_TRAILERS -> last(request, Bytes.EMPTY, false);
            case RESPONSE_TRAILERS -> last(response, Bytes.EMPTY, false);
            case REQUEST_NOT_SET ->
                throw new IllegalArgumentException("request: not set (expected: headers, body or trailers)");
        };
    }

    private Decision part(HeldMessage side, HttpBody body) {
        if (!side.awaitsVerdict()) {
            return PASS;
        }
        Bytes bytes = Bytes.of(body.getBody().toByteArray());
        if (!side.isDuplex()) {
            // There is one message. Its end is told apart only if no trailers follow; but what fills the buffer has
            // been cut.
            boolean cut = !body.getEndOfStream() && bufferBytes > 0 && bytes.length() >= bufferBytes;
            return last(side, bytes, cut);
        }
        if (body.getEndOfStream()) {
            return last(side, bytes, false);
        }
        Decision decision = side == request
                ? inspection.requestBody(bytes, false, false)
                : inspection.responseBody(bytes, false, false);
        boolean full = side == request ? inspection.requestBodyIsFull() : inspection.responseBodyIsFull();
        return full && decision instanceof Decision.Continue ? last(side, Bytes.EMPTY, false) : decision;
    }

    private Decision last(HeldMessage side, Bytes bytes, boolean cut) {
        if (!side.awaitsVerdict()) {
            return PASS;
        }
        side.verdict();
        return side == request ? inspection.requestBody(bytes, true, cut) : inspection.responseBody(bytes, true, cut);
    }

    private List<ProcessingResponse> goOn(ProcessingRequest message, Decision.Continue decision) {
        boolean skipped = inspection.isSkipped();
        return switch (message.getRequestCase()) {
            case REQUEST_HEADERS -> {
                request.asks(decision.body());
                over = !request.isDuplex() && decision.body() == BodyNeed.NONE && !decision.response();
                yield request.headers(EnvoyMessages.passed(RequestCase.REQUEST_HEADERS), override(decision), skipped);
            }
            case RESPONSE_HEADERS -> {
                response.asks(decision.body());
                over = !response.isDuplex() && !request.isDuplex() && decision.body() == BodyNeed.NONE;
                Optional<ProcessingMode> mode = decision.body() == BodyNeed.NONE
                        ? Optional.empty()
                        : Optional.of(ProcessingMode.newBuilder()
                                .setResponseHeaderMode(HeaderSendMode.SEND)
                                .setResponseBodyMode(sendMode(decision.body()))
                                .setResponseTrailerMode(HeaderSendMode.SEND)
                                .build());
                yield response.headers(EnvoyMessages.passed(RequestCase.RESPONSE_HEADERS), mode, skipped);
            }
            case REQUEST_BODY -> {
                over = !request.isDuplex() && !decision.response();
                yield request.body(message.getRequestBody(), skipped);
            }
            case RESPONSE_BODY -> {
                over = !response.isDuplex();
                yield response.body(message.getResponseBody(), skipped);
            }
            case REQUEST_TRAILERS -> request.trailers();
            case RESPONSE_TRAILERS -> response.trailers();
            case REQUEST_NOT_SET -> List.of();
        };
    }

    private static Optional<ProcessingMode> override(Decision.Continue decision) {
        if (decision.body() == BodyNeed.NONE && !decision.response()) {
            return Optional.empty();
        }
        boolean body = decision.body() != BodyNeed.NONE;
        return Optional.of(ProcessingMode.newBuilder()
                .setRequestBodyMode(sendMode(decision.body()))
                // A message may have trailers and no body: then they tell that it has ended.
                .setRequestTrailerMode(body ? HeaderSendMode.SEND : HeaderSendMode.SKIP)
                .setResponseHeaderMode(decision.response() ? HeaderSendMode.SEND : HeaderSendMode.SKIP)
                .build());
    }

    private static BodySendMode sendMode(BodyNeed need) {
        return switch (need) {
            case NONE -> BodySendMode.NONE;
            case BEGINNING -> BodySendMode.BUFFERED_PARTIAL;
            case WHOLE -> BodySendMode.BUFFERED;
        };
    }

    private List<ProcessingResponse> withFindings(List<ProcessingResponse> answers) {
        if (answers.isEmpty()) {
            return answers;
        }
        return inspection
                .findings()
                .map(findings -> {
                    List<ProcessingResponse> with = new ArrayList<>(answers);
                    with.set(
                            0,
                            answers.getFirst().toBuilder()
                                    .setDynamicMetadata(EnvoyMessages.metadata(findings))
                                    .build());
                    return with;
                })
                .orElse(answers);
    }

    /** A request or a response, of which parts may be held back until there is a verdict. */
    private static final class HeldMessage {
        /** What Envoy recommends for the chunks of a streamed response. */
        private static final int CHUNK = 64 * 1024;

        private final boolean request;
        private boolean duplex;
        private boolean awaitsVerdict;
        private Optional<ProcessingResponse> headersOwed = Optional.empty();
        private final List<ByteString> held = new ArrayList<>();

        HeldMessage(boolean request) {
            this.request = request;
        }

        void duplex(BodySendMode mode) {
            duplex = mode == BodySendMode.FULL_DUPLEX_STREAMED;
        }

        boolean isDuplex() {
            return duplex;
        }

        void asks(BodyNeed need) {
            awaitsVerdict = need != BodyNeed.NONE;
        }

        boolean awaitsVerdict() {
            return awaitsVerdict;
        }

        void verdict() {
            awaitsVerdict = false;
        }

        List<ProcessingResponse> headers(
                ProcessingResponse passed, Optional<ProcessingMode> override, boolean skipped) {
            if (!duplex) {
                return List.of(override.map(
                                mode -> passed.toBuilder().setModeOverride(mode).build())
                        .orElse(passed));
            }
            if (awaitsVerdict && !skipped) {
                headersOwed = Optional.of(passed);
                return List.of();
            }
            return List.of(passed);
        }

        List<ProcessingResponse> body(HttpBody body, boolean skipped) {
            if (!duplex) {
                return List.of(EnvoyMessages.passed(request ? RequestCase.REQUEST_BODY : RequestCase.RESPONSE_BODY));
            }
            if (!body.getBody().isEmpty()) {
                held.add(body.getBody());
            }
            return awaitsVerdict && !skipped ? List.of() : release(body.getEndOfStream());
        }

        List<ProcessingResponse> trailers() {
            List<ProcessingResponse> all = new ArrayList<>(release(false));
            all.add(EnvoyMessages.passed(request ? RequestCase.REQUEST_TRAILERS : RequestCase.RESPONSE_TRAILERS));
            return all;
        }

        /** All that is held, and that no verdict keeps back any more. */
        private List<ProcessingResponse> release(boolean end) {
            awaitsVerdict = false;
            List<ProcessingResponse> all = new ArrayList<>();
            headersOwed.ifPresent(all::add);
            headersOwed = Optional.empty();
            ByteString bytes = ByteString.copyFrom(held);
            held.clear();
            for (int from = 0; from < bytes.size(); from += CHUNK) {
                int to = Math.min(from + CHUNK, bytes.size());
                all.add(EnvoyMessages.streamed(request, bytes.substring(from, to), end && to == bytes.size()));
            }
            if (end && bytes.isEmpty()) {
                all.add(EnvoyMessages.streamed(request, ByteString.EMPTY, true));
            }
            return all;
        }
    }
}
