package dev.gatehouse.waf.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.Numbers;
import dev.gatehouse.waf.inspection.Decision;
import dev.gatehouse.waf.inspection.Findings;
import dev.gatehouse.waf.inspection.Header;
import dev.gatehouse.waf.inspection.RequestHead;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.ext_proc.v3.BodyMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.BodyResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.CommonResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.HeadersResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import io.envoyproxy.envoy.service.ext_proc.v3.ImmediateResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.StreamedBodyResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.TrailersResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads and makes Envoy's messages. */
final class EnvoyMessages {
    private static final String NAMESPACE = "gatehouse.waf";
    private static final Bytes HOST = Bytes.latin1("host");
    private static final Bytes HTTP_1_1 = Bytes.latin1("HTTP/1.1");

    private EnvoyMessages() {}

    static RequestHead head(ProcessingRequest request) {
        HttpHeaders message = request.getRequestHeaders();
        List<Header> headers = new ArrayList<>(message.getHeaders().getHeadersCount());
        Bytes method = Bytes.EMPTY;
        Bytes path = Bytes.EMPTY;
        for (HeaderValue header : message.getHeaders().getHeadersList()) {
            switch (header.getKey()) {
                case ":method" -> method = value(header);
                case ":path" -> path = value(header);
                // Also an empty one, which is something else than none.
                case ":authority" -> headers.addFirst(new Header(HOST, value(header)));
                default -> addUnlessPseudo(headers, header);
            }
        }
        String protocol = attribute(request, "request.protocol");
        return new RequestHead(
                method,
                path,
                protocol.isEmpty() ? HTTP_1_1 : Bytes.latin1(protocol),
                headers,
                attribute(request, "source.address"),
                attribute(request, "destination.address"),
                !message.getEndOfStream());
    }

    /** Without pseudo-headers. */
    static List<Header> headers(HttpHeaders message) {
        List<Header> headers = new ArrayList<>(message.getHeaders().getHeadersCount());
        for (HeaderValue header : message.getHeaders().getHeadersList()) {
            addUnlessPseudo(headers, header);
        }
        return headers;
    }

    private static void addUnlessPseudo(List<Header> headers, HeaderValue header) {
        if (!header.getKey().startsWith(":")) {
            headers.add(new Header(Bytes.latin1(header.getKey()), value(header)));
        }
    }

    /** What Envoy itself calls the request, in all its logs. */
    static String uniqueId(ProcessingRequest request) {
        return pseudo(request.getRequestHeaders(), "x-request-id").toString();
    }

    static int status(ProcessingRequest request) {
        long status = Numbers.parse(pseudo(request.getResponseHeaders(), ":status"));
        return (int) Math.clamp(status, 0, 999);
    }

    private static Bytes pseudo(HttpHeaders message, String name) {
        for (HeaderValue header : message.getHeaders().getHeadersList()) {
            if (header.getKey().equals(name)) {
                return value(header);
            }
        }
        return Bytes.EMPTY;
    }

    private static Bytes value(HeaderValue header) {
        return header.getRawValue().isEmpty()
                ? Bytes.utf8(header.getValue())
                : Bytes.of(header.getRawValue().toByteArray());
    }

    private static String attribute(ProcessingRequest request, String name) {
        for (Struct attributes : request.getAttributesMap().values()) {
            if (attributes.containsFields(name)) {
                return attributes.getFieldsOrThrow(name).getStringValue();
            }
        }
        return "";
    }

    /** The route that serves the request; empty if it has no name. */
    static String route(ProcessingRequest request) {
        return attribute(request, "xds.route_name");
    }

    /** It goes on as it is. */
    static ProcessingResponse passed(ProcessingRequest.RequestCase message) {
        ProcessingResponse.Builder passed = ProcessingResponse.newBuilder();
        return switch (message) {
            case REQUEST_HEADERS ->
                passed.setRequestHeaders(HeadersResponse.getDefaultInstance()).build();
            case RESPONSE_HEADERS ->
                passed.setResponseHeaders(HeadersResponse.getDefaultInstance()).build();
            case REQUEST_BODY ->
                passed.setRequestBody(BodyResponse.getDefaultInstance()).build();
            case RESPONSE_BODY ->
                passed.setResponseBody(BodyResponse.getDefaultInstance()).build();
            case REQUEST_TRAILERS ->
                passed.setRequestTrailers(TrailersResponse.getDefaultInstance()).build();
            case RESPONSE_TRAILERS ->
                passed.setResponseTrailers(TrailersResponse.getDefaultInstance())
                        .build();
            case REQUEST_NOT_SET ->
                throw new IllegalArgumentException("message: none (expected: headers, body or trailers)");
        };
    }

    /**
     * Has Envoy begin to wait anew for the answer to its last message, once for each message. It passes over a time that is longer than
     * its max_message_timeout.
     */
    static ProcessingResponse moreTime(Duration time) {
        return ProcessingResponse.newBuilder()
                .setOverrideMessageTimeout(com.google.protobuf.Duration.newBuilder()
                        .setSeconds(time.toSeconds())
                        .setNanos(time.getNano()))
                .build();
    }

    /** A chunk of a body that is streamed in full duplex. */
    static ProcessingResponse streamed(boolean request, ByteString chunk, boolean end) {
        BodyResponse body = BodyResponse.newBuilder()
                .setResponse(CommonResponse.newBuilder()
                        .setBodyMutation(BodyMutation.newBuilder()
                                .setStreamedResponse(StreamedBodyResponse.newBuilder()
                                        .setBody(chunk)
                                        .setEndOfStream(end))))
                .build();
        ProcessingResponse.Builder response = ProcessingResponse.newBuilder();
        return request
                ? response.setRequestBody(body).build()
                : response.setResponseBody(body).build();
    }

    static ProcessingResponse immediate(Decision.Respond respond) {
        ImmediateResponse.Builder response = ImmediateResponse.newBuilder()
                .setStatus(HttpStatus.newBuilder().setCodeValue(respond.status()))
                .setDetails(respond.details());
        HeaderMutation.Builder headers = HeaderMutation.newBuilder();
        if (respond.location().isPresent()) {
            headers.addSetHeaders(set("location", respond.location().get()));
        } else if (!respond.silent()) {
            headers.addSetHeaders(set("content-type", "text/plain"));
            response.setBody(ByteString.copyFromUtf8("The request was refused.\n"));
        }
        return ProcessingResponse.newBuilder()
                .setImmediateResponse(response.setHeaders(headers))
                .build();
    }

    private static HeaderValueOption set(String name, String value) {
        return HeaderValueOption.newBuilder()
                .setAppendAction(HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
                .setHeader(HeaderValue.newBuilder().setKey(name).setRawValue(ByteString.copyFromUtf8(value)))
                .build();
    }

    /** For access logs: {@code %DYNAMIC_METADATA(gatehouse.waf:score)%}. */
    static Struct metadata(Findings findings) {
        ListValue.Builder rules = ListValue.newBuilder();
        findings.rules().forEach(id -> rules.addValues(number(id)));
        ListValue.Builder tags = ListValue.newBuilder();
        findings.tags().forEach(tag -> tags.addValues(text(tag)));
        Struct.Builder fields = Struct.newBuilder()
                .putFields("policy", text(findings.policy()))
                .putFields("rule_ids", Value.newBuilder().setListValue(rules).build())
                .putFields("tags", Value.newBuilder().setListValue(tags).build())
                .putFields(
                        "blocked",
                        Value.newBuilder().setBoolValue(findings.blocked()).build());
        findings.score().ifPresent(score -> fields.putFields("score", number(score)));
        findings.skipped().ifPresent(reason -> fields.putFields("skipped", text(reason)));
        return Struct.newBuilder()
                .putFields(NAMESPACE, Value.newBuilder().setStructValue(fields).build())
                .build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static Value number(long number) {
        return Value.newBuilder().setNumberValue((double) number).build();
    }
}
