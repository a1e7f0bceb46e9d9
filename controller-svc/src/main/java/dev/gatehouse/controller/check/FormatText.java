package dev.gatehouse.controller.check;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Envoy's format strings, with commands such as {@code %REQ(x-a?y):10%}: in access logs, header values and bodies.
 * Envoy 1.40 refuses a whole listener or route table for one format that it cannot parse.
 */
public final class FormatText {
    /** A command. Its parameters end at the first ")" before a length or "%". */
    private static final Pattern COMMAND = Pattern.compile("%([A-Z0-9_]+)(?:\\((.*?)\\))?(?::([0-9]{1,19}))?%");

    private static final Set<String> WITHOUT_PARAMETERS = words("""
            ACCESS_LOG_TYPE BYTES_RECEIVED BYTES_RETRANSMITTED BYTES_SENT CONNECTION_ID
            CONNECTION_TERMINATION_DETAILS CUSTOM_FLAGS DOWNSTREAM_CX_RTT
            DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_SENT
            DOWNSTREAM_DETECTED_CLOSE_TYPE DOWNSTREAM_DIRECT_LOCAL_ADDRESS
            DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID DOWNSTREAM_DIRECT_LOCAL_PORT
            DOWNSTREAM_DIRECT_REMOTE_ADDRESS DOWNSTREAM_DIRECT_REMOTE_PORT DOWNSTREAM_HANDSHAKE_DURATION
            DOWNSTREAM_HEADER_BYTES_RECEIVED DOWNSTREAM_HEADER_BYTES_SENT DOWNSTREAM_LOCAL_ADDRESS
            DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID DOWNSTREAM_LOCAL_CLOSE_REASON DOWNSTREAM_LOCAL_DNS_SAN
            DOWNSTREAM_LOCAL_EMAIL_SAN DOWNSTREAM_LOCAL_IP_SAN DOWNSTREAM_LOCAL_OTHERNAME_SAN DOWNSTREAM_LOCAL_PORT
            DOWNSTREAM_LOCAL_SUBJECT DOWNSTREAM_LOCAL_URI_SAN DOWNSTREAM_PEER_CERT
            DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1 DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256
            DOWNSTREAM_PEER_CHAIN_SERIALS DOWNSTREAM_PEER_DNS_SAN DOWNSTREAM_PEER_EMAIL_SAN
            DOWNSTREAM_PEER_FINGERPRINT_1 DOWNSTREAM_PEER_FINGERPRINT_256 DOWNSTREAM_PEER_IP_SAN
            DOWNSTREAM_PEER_ISSUER DOWNSTREAM_PEER_ISSUER_FINGERPRINT_256 DOWNSTREAM_PEER_ISSUER_SERIAL
            DOWNSTREAM_PEER_OTHERNAME_SAN DOWNSTREAM_PEER_SERIAL DOWNSTREAM_PEER_SUBJECT DOWNSTREAM_PEER_URI_SAN
            DOWNSTREAM_REMOTE_ADDRESS DOWNSTREAM_REMOTE_PORT DOWNSTREAM_TLS_CIPHER DOWNSTREAM_TLS_GROUP
            DOWNSTREAM_TLS_SESSION_ID DOWNSTREAM_TLS_VERSION DOWNSTREAM_TRANSPORT_FAILURE_REASON
            DOWNSTREAM_WIRE_BYTES_RECEIVED DOWNSTREAM_WIRE_BYTES_SENT DURATION FILTER_CHAIN_NAME GRPC_STATUS
            GRPC_STATUS_NUMBER HOSTNAME LISTENER_NAME LOCAL_REPLY_BODY PACKETS_RETRANSMITTED PROTOCOL
            REQUESTED_SERVER_NAME REQUEST_DURATION REQUEST_HEADERS_BYTES REQUEST_TX_DURATION RESPONSE_CODE
            RESPONSE_DURATION RESPONSE_FLAGS RESPONSE_FLAGS_LONG RESPONSE_HEADERS_BYTES RESPONSE_TRAILERS_BYTES
            RESPONSE_TX_DURATION ROUNDTRIP_DURATION ROUTE_NAME ROUTE_RESOLUTION_COUNT ROUTE_RESOLUTION_TIME_US
            SPAN_ID STREAM_ID TLS_JA3_FINGERPRINT TLS_JA4_FINGERPRINT TRACE_ID UNIQUE_ID UPSTREAM_CLUSTER
            UPSTREAM_CLUSTER_RAW UPSTREAM_CONNECTION_ID UPSTREAM_CONNECTION_IDS_ATTEMPTED
            UPSTREAM_CONNECTION_POOL_READY_DURATION UPSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED
            UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT UPSTREAM_DETECTED_CLOSE_TYPE UPSTREAM_HEADER_BYTES_RECEIVED
            UPSTREAM_HEADER_BYTES_SENT UPSTREAM_HOST UPSTREAM_HOSTS_ATTEMPTED UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT
            UPSTREAM_HOST_NAME UPSTREAM_HOST_NAMES_ATTEMPTED UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT
            UPSTREAM_HOST_NAME_WITHOUT_PORT UPSTREAM_LOCAL_ADDRESS UPSTREAM_LOCAL_CLOSE_REASON
            UPSTREAM_LOCAL_DNS_SAN UPSTREAM_LOCAL_IP_SAN UPSTREAM_LOCAL_PORT UPSTREAM_LOCAL_URI_SAN
            UPSTREAM_PEER_CERT UPSTREAM_PEER_DNS_SAN UPSTREAM_PEER_IP_SAN UPSTREAM_PEER_ISSUER UPSTREAM_PEER_SUBJECT
            UPSTREAM_PEER_URI_SAN UPSTREAM_PROTOCOL UPSTREAM_REMOTE_ADDRESS UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID
            UPSTREAM_REMOTE_PORT UPSTREAM_REQUEST_ATTEMPT_COUNT UPSTREAM_SERVER_NAME UPSTREAM_TLS_CIPHER
            UPSTREAM_TLS_GROUP UPSTREAM_TLS_SESSION_ID UPSTREAM_TLS_VERSION UPSTREAM_TRANSPORT_FAILURE_REASON
            UPSTREAM_WIRE_BYTES_RECEIVED UPSTREAM_WIRE_BYTES_SENT VIRTUAL_CLUSTER_NAME""");

    private static final Set<String> WITH_OPTIONAL_PARAMETERS = words("""
            DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT
            DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT DOWNSTREAM_PEER_CERT_V_END DOWNSTREAM_PEER_CERT_V_START
            DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT EMIT_TIME EMIT_TIME_LOCAL RESPONSE_CODE_DETAILS START_TIME
            START_TIME_LOCAL UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT UPSTREAM_PEER_CERT_V_END UPSTREAM_PEER_CERT_V_START
            UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT""");

    private static final Set<String> WITH_PARAMETERS_AND_LENGTH = words("""
            CEL DYNAMIC_METADATA ENVIRONMENT FILTER_STATE METADATA QUERY_PARAM REQ REQUEST_HEADER RESP
            RESPONSE_HEADER RESPONSE_TRAILER STREAM_INFO_REQ TRAILER UPSTREAM_FILTER_STATE""");

    private static final Set<String> WITH_PARAMETERS =
            words("CLUSTER_METADATA COALESCE COMMON_DURATION UPSTREAM_METADATA");

    private static final Set<String> OF_HEADERS =
            words("REQ REQUEST_HEADER RESP RESPONSE_HEADER RESPONSE_TRAILER TRAILER");

    private static final Pattern HEADERS = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~:?-]+");

    /** Commands whose optional parameter must be one of the given words. */
    private static final Map<String, Set<String>> OPTIONS =
            Map.of("PATH", words("WQ NQ"), "QUERY_PARAMS", words("ORIG DECODED"));

    private static final Set<String> STATE_FORMS = words("PLAIN TYPED FIELD");

    private static final Set<String> PRECISIONS = words("ms us ns");

    private static final Set<String> METADATA_TYPES =
            words("DYNAMIC CLUSTER ROUTE UPSTREAM_HOST LISTENER VIRTUAL_HOST");

    private FormatText() {}

    private static Set<String> words(String text) {
        return Arrays.stream(text.strip().split("\\s+")).collect(Collectors.toUnmodifiableSet());
    }

    /** Why Envoy cannot read {@code format}; empty: Envoy can read it. */
    public static Optional<String> problem(String format) {
        Matcher command = COMMAND.matcher(format);
        int at = format.indexOf('%');
        while (at >= 0) {
            if (format.startsWith("%%", at)) {
                at += 2;
            } else if (command.region(at, format.length()).lookingAt()) {
                Optional<String> problem = problem(command);
                if (problem.isPresent()) {
                    String text = Texts.quoted(command.group());
                    return problem.map(each -> text + " " + each);
                }
                at = command.end();
            } else {
                return Optional.of(Texts.quoted(format.substring(at))
                        + " is not a command of Envoy's formats (expected: %COMMAND%, %COMMAND(PARAMETERS)%, or %% for"
                        + " a percent sign)");
            }
            at = format.indexOf('%', at);
        }
        return Optional.empty();
    }

    /**
     * A format that Envoy can read, for a text that a user wrote: the text itself, with its commands, as Envoy Gateway
     * has it. A percent sign that begins no command of Envoy's ("100%", "a%20b") is doubled, and so stands for itself.
     */
    public static String of(String text) {
        int at = text.indexOf('%');
        if (at < 0) {
            return text;
        }
        StringBuilder format = new StringBuilder(text.length() + 8).append(text, 0, at);
        Matcher command = COMMAND.matcher(text);
        while (at < text.length()) {
            int end = at + 1;
            if (text.startsWith("%%", at)) {
                end++;
            } else if (text.charAt(at) == '%') {
                boolean known = command.region(at, text.length()).lookingAt()
                        && problem(command).isEmpty();
                if (known) {
                    end = command.end();
                } else {
                    format.append('%');
                }
            }
            format.append(text, at, end);
            at = end;
        }
        return format.toString();
    }

    /** Why Envoy cannot read the command that {@code command} has found. */
    private static Optional<String> problem(Matcher command) {
        return problem(command.group(1), Optional.ofNullable(command.group(2)), command.group(3) != null);
    }

    /** Checks each text in a JSON format. The problem begins with the text's path. */
    public static Optional<String> problem(Struct format) {
        for (Map.Entry<String, Value> field : format.getFieldsMap().entrySet()) {
            Optional<String> problem = problem(field.getValue());
            if (problem.isPresent()) {
                return problem.map(text -> at("[\"" + field.getKey() + "\"]", text));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> problem(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> problem(value.getStringValue());
            case STRUCT_VALUE -> problem(value.getStructValue());
            case LIST_VALUE -> problem(value.getListValue());
            case NULL_VALUE, NUMBER_VALUE, BOOL_VALUE, KIND_NOT_SET -> Optional.empty();
        };
    }

    private static Optional<String> problem(ListValue list) {
        List<Value> values = list.getValuesList();
        for (int i = 0; i < values.size(); i++) {
            Optional<String> problem = problem(values.get(i));
            if (problem.isPresent()) {
                String place = "[" + i + "]";
                return problem.map(text -> at(place, text));
            }
        }
        return Optional.empty();
    }

    private static String at(String place, String text) {
        return place + (text.startsWith("[") ? "" : ": ") + text;
    }

    /** Checks each string value in OpenTelemetry's messages, at any depth. */
    static Optional<String> problemWithValues(Message message) {
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            List<?> values = field.isRepeated() ? (List<?>) entry.getValue() : List.of(entry.getValue());
            for (Object value : values) {
                Optional<String> problem = switch (value) {
                    case Message inside -> problemWithValues(inside);
                    case String text when field.getName().equals("string_value") -> problem(text);
                    default -> Optional.empty();
                };
                if (problem.isPresent()) {
                    return problem;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> problem(String name, Optional<String> parameters, boolean length) {
        boolean hasParameters = parameters.filter(text -> !text.isEmpty()).isPresent();
        if (OPTIONS.containsKey(name)) {
            Set<String> options = OPTIONS.get(name);
            String first = parameters.orElse("").split(":", 2)[0];
            return hasParameters && !options.contains(first)
                    ? Optional.of("has the option " + Texts.quoted(first) + " (expected: " + list(options) + ")")
                    : Optional.empty();
        }
        if (WITHOUT_PARAMETERS.contains(name)) {
            return parameters.isPresent() || length
                    ? Optional.of("has parameters or a length (expected: none)")
                    : Optional.empty();
        }
        if (WITH_OPTIONAL_PARAMETERS.contains(name)) {
            return length ? Optional.of("has a length (expected: none)") : Optional.empty();
        }
        boolean lengthAllowed = WITH_PARAMETERS_AND_LENGTH.contains(name);
        if (!lengthAllowed && !WITH_PARAMETERS.contains(name)) {
            return Optional.of("is not a command that Envoy knows");
        }
        if (!hasParameters) {
            return Optional.of("has no parameters (expected: some)");
        }
        if (length && !lengthAllowed) {
            return Optional.of("has a length (expected: none)");
        }
        return parameters(name, parameters.get());
    }

    private static Optional<String> parameters(String name, String text) {
        if (OF_HEADERS.contains(name)) {
            if (text.chars().filter(c -> c == '?').count() > 1) {
                return Optional.of("has more than one alternative (expected: at most one \"?\")");
            }
            return HEADERS.matcher(text).matches()
                    ? Optional.empty()
                    : Optional.of("names no header (expected: HEADER or HEADER?ALTERNATIVE)");
        }
        String[] parts = text.split(":", -1);
        return switch (name) {
            case "FILTER_STATE", "UPSTREAM_FILTER_STATE" ->
                parts.length < 2 || STATE_FORMS.contains(parts[1])
                        ? Optional.empty()
                        : Optional.of(
                                "has the form " + Texts.quoted(parts[1]) + " (expected: " + list(STATE_FORMS) + ")");
            case "METADATA" ->
                METADATA_TYPES.contains(parts[0])
                        ? Optional.empty()
                        : Optional.of(
                                "has the type " + Texts.quoted(parts[0]) + " (expected: " + list(METADATA_TYPES) + ")");
            case "COMMON_DURATION" ->
                parts.length == 2 || parts.length == 3 && PRECISIONS.contains(parts[2])
                        ? Optional.empty()
                        : Optional.of("has the parameters " + Texts.quoted(text)
                                + " (expected: START:END, or START:END:PRECISION with " + list(PRECISIONS) + ")");
            case "COALESCE" ->
                text.strip().startsWith("{")
                        ? Optional.empty()
                        : Optional.of("has the parameter " + Texts.quoted(text) + " (expected: a JSON object)");
            case "CEL" -> CelText.problem(text);
            default -> Optional.empty();
        };
    }

    private static String list(Set<String> words) {
        return words.stream().sorted().collect(Collectors.joining(", "));
    }
}
