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
import io.envoyproxy.envoy.service.ext_proc.v3.HeaderMutation;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import io.envoyproxy.envoy.service.ext_proc.v3.ImmediateResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Envoy's messages and what they mean. */
final class EnvoyMessages {
    private static final String NAMESPACE = "gatehouse.waf";
    private static final Bytes HOST = Bytes.latin1("host");

    private EnvoyMessages() {}

    static RequestHead head(ProcessingRequest request) {
        HttpHeaders message = request.getRequestHeaders();
        List<Header> headers = new ArrayList<>();
        Bytes authority = pseudo(message, ":authority");
        if (authority.length() > 0) {
            headers.add(new Header(HOST, authority));
        }
        headers.addAll(headers(message));
        String protocol = attribute(request, "request.protocol");
        return new RequestHead(
                pseudo(message, ":method"),
                pseudo(message, ":path"),
                Bytes.latin1(protocol.isEmpty() ? "HTTP/1.1" : protocol),
                headers,
                attribute(request, "source.address"),
                !message.getEndOfStream());
    }

    /** Without pseudo-headers. */
    static List<Header> headers(HttpHeaders message) {
        List<Header> headers = new ArrayList<>(message.getHeaders().getHeadersCount());
        for (HeaderValue header : message.getHeaders().getHeadersList()) {
            if (!header.getKey().startsWith(":")) {
                headers.add(new Header(Bytes.latin1(header.getKey()), value(header)));
            }
        }
        return headers;
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

    static ProcessingResponse.Builder immediate(Decision.Respond respond) {
        ImmediateResponse.Builder response = ImmediateResponse.newBuilder()
                .setStatus(HttpStatus.newBuilder().setCodeValue(respond.status()))
                .setDetails(respond.details());
        HeaderMutation.Builder headers = HeaderMutation.newBuilder();
        if (respond.location().isPresent()) {
            headers.addSetHeaders(set("location", respond.location().get()));
        } else {
            headers.addSetHeaders(set("content-type", "text/plain"));
            response.setBody(ByteString.copyFromUtf8("The request was refused.\n"));
        }
        return ProcessingResponse.newBuilder().setImmediateResponse(response.setHeaders(headers));
    }

    private static HeaderValueOption set(String name, String value) {
        return HeaderValueOption.newBuilder()
                .setAppendAction(HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
                .setHeader(HeaderValue.newBuilder().setKey(name).setRawValue(ByteString.copyFromUtf8(value)))
                .build();
    }

    /** For access logs ({@code %DYNAMIC_METADATA(gatehouse.waf:score)%}); nothing if no rule matched. */
    static Optional<Struct> metadata(Findings findings) {
        if (findings.rules().isEmpty() && !findings.blocked()) {
            return Optional.empty();
        }
        ListValue.Builder rules = ListValue.newBuilder();
        findings.rules().forEach(id -> rules.addValues(number(id)));
        Struct.Builder fields = Struct.newBuilder()
                .putFields("rule_ids", Value.newBuilder().setListValue(rules).build())
                .putFields(
                        "blocked",
                        Value.newBuilder().setBoolValue(findings.blocked()).build());
        findings.score().ifPresent(score -> fields.putFields("score", number(score)));
        return Optional.of(Struct.newBuilder()
                .putFields(NAMESPACE, Value.newBuilder().setStructValue(fields).build())
                .build());
    }

    private static Value number(long number) {
        return Value.newBuilder().setNumberValue((double) number).build();
    }
}
