package dev.gatehouse.seclang.audit;

import dev.gatehouse.seclang.bytes.Bytes;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** An audit record in the form that {@code SecAuditLogFormat} names: ModSecurity's parts, Coraza's JSON, or OCSF's HTTP activity. */
public final class AuditText {
    private static final DateTimeFormatter NATIVE_TIME = DateTimeFormatter.ofPattern(
                    "dd/MMM/yyyy:HH:mm:ss.SSSSSS Z", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter JSON_TIME =
            DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** OCSF 1.3: category Network Activity, class HTTP Activity. */
    private static final int HTTP_ACTIVITY = 4002;

    private AuditText() {}

    /** Ends in a line feed. */
    public static String of(AuditRecord record, AuditSettings.Format format) {
        return switch (format) {
            case NATIVE -> nativeText(record);
            case JSON, JSON_LEGACY -> JsonText.of(json(record)) + "\n";
            case OCSF -> JsonText.of(ocsf(record)) + "\n";
        };
    }

    private static String nativeText(AuditRecord record) {
        StringBuilder text = new StringBuilder(2048);
        // The boundary of an entry is made of its id, which no client chooses.
        String boundary = Integer.toHexString(record.uniqueId().hashCode());
        head(boundary, AuditPart.A, text);
        text.append('[').append(NATIVE_TIME.format(record.time())).append("] ");
        text.append(record.uniqueId()).append(' ');
        text.append(record.client().address())
                .append(' ')
                .append(record.client().port())
                .append(' ');
        text.append(record.server().address())
                .append(' ')
                .append(record.server().port())
                .append('\n');
        for (AuditPart part : AuditPart.values()) {
            if (record.parts().contains(part)) {
                part(record, part, boundary, text);
            }
        }
        return text.toString();
    }

    private static void head(String boundary, AuditPart part, StringBuilder text) {
        text.append("--").append(boundary).append('-').append(part).append("--\n");
    }

    private static void part(AuditRecord record, AuditPart part, String boundary, StringBuilder text) {
        AuditRecord.Request request = record.request();
        switch (part) {
            case A, D, G -> {}
            case B -> {
                head(boundary, part, text);
                text.append(request.method() + " " + request.uri() + " " + request.protocol() + "\n");
                headers(request.headers(), text);
            }
            case C, I -> {
                boolean once = part == AuditPart.C || !record.parts().contains(AuditPart.C);
                if (once && request.body().length() > 0) {
                    body(request.body(), part, boundary, text);
                }
            }
            case E -> {
                if (record.response().body().length() > 0) {
                    body(record.response().body(), part, boundary, text);
                }
            }
            case F -> {
                head(boundary, part, text);
                text.append(record.response().protocol())
                        .append(' ')
                        .append(record.status())
                        .append('\n');
                headers(record.response().headers(), text);
            }
            case H -> trailer(record, boundary, text);
            case J -> {
                if (!request.files().isEmpty()) {
                    head(boundary, part, text);
                    for (AuditRecord.File file : request.files()) {
                        text.append(file.size() + " " + oneLine(file.name()) + " " + oneLine(file.field()) + "\n");
                    }
                    text.append('\n');
                }
            }
            case K -> {
                head(boundary, part, text);
                record.matched().forEach(message -> text.append(message.line()).append('\n'));
                text.append('\n');
            }
            case Z -> {
                head(boundary, part, text);
                text.append('\n');
            }
        }
    }

    private static void body(Bytes body, AuditPart part, String boundary, StringBuilder text) {
        head(boundary, part, text);
        text.append(body.toString()).append("\n\n");
    }

    private static void headers(List<AuditRecord.Header> headers, StringBuilder text) {
        for (AuditRecord.Header header : headers) {
            text.append(oneLine(header.name()))
                    .append(": ")
                    .append(oneLine(header.value()))
                    .append('\n');
        }
        text.append('\n');
    }

    private static String oneLine(Bytes bytes) {
        return bytes.toString().replace('\r', ' ').replace('\n', ' ');
    }

    private static void trailer(AuditRecord record, String boundary, StringBuilder text) {
        head(boundary, AuditPart.H, text);
        record.messages()
                .forEach(message ->
                        text.append("Message: ").append(message.line()).append('\n'));
        record.verdict()
                .ifPresent(verdict -> text.append("Action: Intercepted (phase ")
                        .append(verdict.phase())
                        .append(")\n"));
        leftOut(record.leftOut())
                .forEach((name, count) -> text.append("Left-Out: ")
                        .append(count)
                        .append(' ')
                        .append(name.replace('_', ' '))
                        .append('\n'));
        text.append("Producer: Gatehouse");
        record.engine().components().forEach(component -> text.append("; ").append(component));
        text.append(".\nEngine-Mode: \"").append(record.engine().mode()).append("\"\n\n");
    }

    /** The counts of items that the log limits left out; empty: nothing was left out. */
    private static Map<String, Long> leftOut(AuditRecord.LeftOut leftOut) {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("matched_rules", (long) leftOut.messages());
        counts.put("headers", (long) leftOut.headers());
        counts.put("files", (long) leftOut.files());
        counts.put("bytes_of_values", leftOut.valueBytes());
        counts.put("bytes_of_the_request_body", leftOut.requestBodyBytes());
        counts.put("bytes_of_the_response_body", leftOut.responseBodyBytes());
        counts.values().removeIf(count -> count == 0);
        return counts;
    }

    private static Map<String, Object> json(AuditRecord record) {
        AuditRecord.Request request = record.request();
        Map<String, Object> asked = new LinkedHashMap<>();
        asked.put("method", request.method());
        asked.put("protocol", request.protocol());
        asked.put("uri", request.uri());
        if (record.parts().contains(AuditPart.B)) {
            asked.put("headers", grouped(request.headers()));
        }
        if (record.parts().contains(AuditPart.C) || record.parts().contains(AuditPart.I)) {
            asked.put("body", request.body());
        }
        asked.put("length", request.length());
        if (record.parts().contains(AuditPart.J)) {
            asked.put("files", request.files().stream().map(AuditText::file).toList());
        }
        Map<String, Object> answered = new LinkedHashMap<>();
        answered.put("protocol", record.response().protocol());
        answered.put("status", record.status());
        if (record.parts().contains(AuditPart.F)) {
            answered.put("headers", grouped(record.response().headers()));
        }
        if (record.parts().contains(AuditPart.E)) {
            answered.put("body", record.response().body());
        }
        Map<String, Object> producer = new LinkedHashMap<>();
        producer.put("connector", "gatehouse");
        producer.put("server", record.engine().server());
        producer.put("sensor", record.engine().sensor());
        producer.put("rule_engine", record.engine().mode());
        producer.put("rulesets", record.engine().components());
        Map<String, Object> transaction = new LinkedHashMap<>();
        transaction.put("timestamp", JSON_TIME.format(record.time()));
        transaction.put("unix_timestamp", record.time().getEpochSecond());
        transaction.put("id", record.uniqueId());
        transaction.put("client_ip", record.client().address());
        transaction.put("client_port", record.client().port());
        transaction.put("host_ip", record.server().address());
        transaction.put("host_port", record.server().port());
        transaction.put("server_id", record.serverName());
        transaction.put("request", asked);
        transaction.put("response", answered);
        transaction.put("producer", producer);
        transaction.put("is_interrupted", record.verdict().isPresent());
        record.verdict()
                .ifPresent(verdict -> transaction.put(
                        "interruption", Map.of("action", verdict.action(), "rule_id", verdict.ruleId())));
        if (!record.leftOut().isNothing()) {
            transaction.put("left_out", leftOut(record.leftOut()));
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("transaction", transaction);
        if (record.parts().contains(AuditPart.H) || record.parts().contains(AuditPart.K)) {
            all.put(
                    "messages",
                    record.messages().stream().map(AuditText::message).toList());
        }
        return all;
    }

    private static Map<String, Object> file(AuditRecord.File file) {
        return Map.of("name", file.name(), "field", file.field(), "size", file.size());
    }

    private static Map<String, List<Object>> grouped(List<AuditRecord.Header> headers) {
        Map<String, List<Object>> grouped = new LinkedHashMap<>();
        for (AuditRecord.Header header : headers) {
            grouped.computeIfAbsent(header.name().toString().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(header.value());
        }
        return grouped;
    }

    private static Map<String, Object> message(AuditRecord.Message message) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("file", message.file());
        data.put("line", message.lineNumber());
        data.put("id", message.id());
        data.put("phase", message.phase());
        data.put("rev", message.revision());
        data.put("msg", message.message());
        data.put("data", message.data());
        data.put("severity", message.severity());
        data.put("ver", message.version());
        data.put("maturity", message.maturity());
        data.put("accuracy", message.accuracy());
        data.put("tags", message.tags());
        data.put("operator", message.operator());
        data.put("variable", message.variable());
        data.put("match", message.match());
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("message", message.message());
        all.put("data", data);
        all.put("error_message", message.line());
        return all;
    }

    private static Map<String, Object> ocsf(AuditRecord record) {
        AuditRecord.Request request = record.request();
        int activity = activity(request.method().toString());
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("category_uid", HTTP_ACTIVITY / 1000);
        all.put("class_uid", HTTP_ACTIVITY);
        all.put("activity_id", activity);
        all.put("type_uid", HTTP_ACTIVITY * 100 + activity);
        all.put("severity_id", severity(record.messages()));
        all.put("time", record.time().toEpochMilli());
        all.put(
                "metadata",
                Map.of(
                        "version",
                        "1.3.0",
                        "uid",
                        record.uniqueId(),
                        "product",
                        Map.of("name", "Gatehouse WAF", "vendor_name", "Gatehouse")));
        all.put("src_endpoint", endpoint(record.client()));
        all.put("dst_endpoint", endpoint(record.server()));
        all.put(
                "http_request",
                Map.of(
                        "http_method",
                        request.method(),
                        "version",
                        request.protocol(),
                        "url",
                        Map.of("hostname", record.serverName(), "url_string", request.uri()),
                        "http_headers",
                        pairs(request.headers())));
        all.put(
                "http_response",
                Map.of(
                        "code",
                        record.status(),
                        "http_headers",
                        pairs(record.response().headers())));
        all.put("action_id", record.verdict().isPresent() ? 2 : 1);
        all.put("disposition_id", record.verdict().isPresent() ? 2 : 1);
        Optional<Long> blocking = record.verdict().map(AuditRecord.Verdict::ruleId);
        blocking.ifPresent(id -> all.put("firewall_rule", Map.of("uid", Long.toString(id))));
        Map<String, Object> unmapped = new LinkedHashMap<>();
        unmapped.put(
                "messages", record.messages().stream().map(AuditText::message).toList());
        if (!record.leftOut().isNothing()) {
            unmapped.put("left_out", leftOut(record.leftOut()));
        }
        all.put("unmapped", unmapped);
        return all;
    }

    /** OCSF's activities are the methods of RFC 9110 and PATCH; 99 is another. */
    private static int activity(String method) {
        int index = List.of("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE", "PATCH")
                .indexOf(method);
        return index < 0 ? 99 : index + 1;
    }

    /** From syslog's, where 0 is the worst, to OCSF's: 1 informational to 6 fatal. */
    private static int severity(List<AuditRecord.Message> messages) {
        int worst =
                messages.stream().mapToInt(AuditRecord.Message::severity).min().orElse(8);
        return worst <= 1 ? 6 : worst == 2 ? 5 : worst == 3 ? 4 : worst == 4 ? 3 : worst == 5 ? 2 : 1;
    }

    private static Map<String, Object> endpoint(AuditRecord.Peer peer) {
        return Map.of("ip", peer.address(), "port", peer.port());
    }

    private static List<Map<String, Object>> pairs(List<AuditRecord.Header> headers) {
        return headers.stream()
                .map(header -> Map.<String, Object>of("name", header.name(), "value", header.value()))
                .toList();
    }
}
