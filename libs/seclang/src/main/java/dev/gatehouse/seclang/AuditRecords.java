package dev.gatehouse.seclang;

import dev.gatehouse.seclang.audit.AuditPart;
import dev.gatehouse.seclang.audit.AuditRecord;
import dev.gatehouse.seclang.audit.LogLimits;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import dev.gatehouse.seclang.operator.Numbers;
import dev.gatehouse.seclang.variable.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Makes the audit record of a transaction, within the log limits. */
final class AuditRecords {
    private static final int NO_SEVERITY = 8;
    private static final String CUT = "...";

    private final Values values;
    private final Sanitation sanitation;
    private final Optional<Interruption> interruption;
    private final LogLimits limits;
    private long room;
    private int messagesLeftOut;
    private int headersLeftOut;
    private int filesLeftOut;
    private long valueBytesLeftOut;
    private long requestBodyLeftOut;
    private long responseBodyLeftOut;

    private AuditRecords(Values values, Sanitation sanitation, Optional<Interruption> interruption, LogLimits limits) {
        this.values = values;
        this.sanitation = sanitation;
        this.interruption = interruption;
        this.limits = limits;
        this.room = limits.recordBytes();
    }

    static AuditRecord of(
            Values values,
            Settings settings,
            Sanitation sanitation,
            Set<AuditPart> parts,
            List<Match> matched,
            Optional<Interruption> interruption,
            EngineMode mode,
            int status,
            LogLimits limits) {
        return new AuditRecords(values, sanitation, interruption, limits).make(settings, parts, matched, mode, status);
    }

    private AuditRecord make(
            Settings settings, Set<AuditPart> parts, List<Match> matched, EngineMode mode, int status) {
        Request request = values.request();
        List<AuditRecord.Message> messages = messages(
                matched.stream().filter(match -> match.rule().note().audited()).toList());
        List<AuditRecord.Message> all = parts.contains(AuditPart.K) ? messages(matched) : List.of();
        Bytes uri = uri();
        room -= uri.length();
        List<AuditRecord.Header> requestHeaders =
                headers(values.fields(Variable.REQUEST_HEADERS), Variable.REQUEST_HEADERS);
        List<AuditRecord.Header> responseHeaders =
                headers(values.fields(Variable.RESPONSE_HEADERS), Variable.RESPONSE_HEADERS);
        List<AuditRecord.File> files = files();
        Bytes body = body();
        Bytes shown = fitting(body);
        requestBodyLeftOut = body.length() - shown.length();
        Bytes answer = values.single(Variable.RESPONSE_BODY);
        Bytes answered = fitting(answer);
        responseBodyLeftOut = answer.length() - answered.length();
        return new AuditRecord(
                values.begun(),
                values.single(Variable.UNIQUE_ID).toString(),
                parts,
                peer(Variable.REMOTE_ADDR, Variable.REMOTE_PORT),
                peer(Variable.SERVER_ADDR, Variable.SERVER_PORT),
                values.single(Variable.SERVER_NAME).toString(),
                new AuditRecord.Request(
                        request.method(),
                        uri,
                        request.protocol(),
                        requestHeaders,
                        shown,
                        Numbers.parse(values.single(Variable.REQUEST_BODY_LENGTH)),
                        files),
                new AuditRecord.Response(
                        values.single(Variable.RESPONSE_PROTOCOL).toString(), responseHeaders, answered),
                status,
                interruption.map(now -> new AuditRecord.Verdict(
                        now.kind().name().toLowerCase(Locale.ROOT),
                        now.ruleId(),
                        now.phase().number())),
                new AuditRecord.Engine(
                        mode == EngineMode.ON ? "On" : "DetectionOnly",
                        settings.signatures(),
                        settings.serverSignature(),
                        settings.sensorId(),
                        settings.webAppId()),
                messages,
                all,
                new AuditRecord.LeftOut(
                        messagesLeftOut,
                        headersLeftOut,
                        filesLeftOut,
                        valueBytesLeftOut,
                        requestBodyLeftOut,
                        responseBodyLeftOut));
    }

    private AuditRecord.Peer peer(Variable address, Variable port) {
        return new AuditRecord.Peer(values.single(address).toString(), (int) Numbers.parse(values.single(port)));
    }

    private List<AuditRecord.Header> headers(Fields fields, Variable variable) {
        List<AuditRecord.Header> headers = new ArrayList<>();
        for (Field field : fields) {
            if (!takes(field.name().length() + (long) field.value().length())) {
                headersLeftOut++;
                continue;
            }
            boolean hidden = sanitation.hides(variable, field.name().toString());
            headers.add(new AuditRecord.Header(field.name(), hidden ? asterisks(field.value()) : field.value()));
        }
        return headers;
    }

    private static Bytes asterisks(Bytes value) {
        return Bytes.latin1("*".repeat(value.length()));
    }

    private Bytes uri() {
        Request request = values.request();
        int mark = request.rawUri().indexOf('?', 0);
        if (!sanitation.hidesAny() || mark < 0) {
            return request.rawUri();
        }
        return new BytesBuilder(request.rawUri().length())
                .append(request.rawUri().slice(0, mark + 1))
                .append(pairs(values.fields(Variable.ARGS_GET)))
                .build();
    }

    /** The body for the record. A multipart body is written as a form without its files, and so is a body with hidden arguments. */
    private Bytes body() {
        boolean multipart = values.single(Variable.REQBODY_PROCESSOR).toString().equals("MULTIPART");
        Fields arguments = values.fields(Variable.ARGS_POST);
        boolean hides = false;
        for (Field field : arguments) {
            hides |= sanitation.hides(Variable.ARGS, field.name().toString());
        }
        return multipart || hides ? pairs(arguments) : values.single(Variable.STREAM_INPUT_BODY);
    }

    private Bytes pairs(Fields arguments) {
        BytesBuilder text = new BytesBuilder(256);
        for (Field field : arguments) {
            if (text.length() > 0) {
                text.append('&');
            }
            boolean hidden = sanitation.hides(Variable.ARGS, field.name().toString());
            text.append(field.name()).append('=').append(hidden ? asterisks(field.value()) : field.value());
        }
        return text.build();
    }

    private List<AuditRecord.File> files() {
        List<AuditRecord.File> files = new ArrayList<>();
        Fields names = values.fields(Variable.FILES);
        Fields sizes = values.fields(Variable.FILES_SIZES);
        int all = Math.min(names.size(), sizes.size());
        for (int i = 0; i < all; i++) {
            Field file = names.get(i);
            if (i >= limits.rules()
                    || !takes(file.name().length() + (long) file.value().length())) {
                filesLeftOut = all - i;
                break;
            }
            files.add(new AuditRecord.File(
                    file.name(), file.value(), Numbers.parse(sizes.get(i).value())));
        }
        return files;
    }

    private List<AuditRecord.Message> messages(List<Match> matched) {
        Excerpt excerpt = Excerpt.of(matched, limits.rules());
        int leftOut = excerpt.leftOut();
        List<AuditRecord.Message> messages = new ArrayList<>();
        for (MatchedRule rule : excerpt.rules()) {
            AuditRecord.Message message = message(rule);
            if (takes(size(message)) || rule.disruptive()) {
                messages.add(message);
            } else {
                leftOut++;
            }
        }
        messagesLeftOut = Math.max(messagesLeftOut, leftOut);
        return messages;
    }

    private static long size(AuditRecord.Message message) {
        return message.line().length()
                + (long) message.message().length()
                + message.data().length()
                + message.variable().length()
                + message.match().length();
    }

    private AuditRecord.Message message(MatchedRule rule) {
        Optional<MatchedValue> first = rule.values().stream().findFirst();
        return new AuditRecord.Message(
                rule.id(),
                rule.phase().number(),
                rule.position().source(),
                rule.position().line(),
                rule.revision(),
                rule.version(),
                cut(rule.message()),
                cut(rule.data()),
                rule.severity().map(Severity::ordinal).orElse(NO_SEVERITY),
                rule.severity().map(Severity::name).orElse(""),
                rule.maturity(),
                rule.accuracy(),
                rule.tags(),
                first.map(MatchedValue::operator).orElse(""),
                first.map(value -> cut(value.name())).orElse(""),
                first.map(value -> cut(value.value())).orElse(""),
                ErrorLine.of(rule, values, interruption));
    }

    private String cut(Bytes value) {
        int most = limits.valueBytes();
        if (value.length() <= most) {
            return value.toString();
        }
        valueBytesLeftOut += value.length() - most;
        return value.slice(0, most) + CUT;
    }

    private String cut(String value) {
        if (value.length() <= limits.valueBytes()) {
            return value;
        }
        valueBytesLeftOut += value.length() - limits.valueBytes();
        return value.substring(0, limits.valueBytes()) + CUT;
    }

    /** Takes {@code bytes} from the remaining room; returns false if there is not enough room. */
    private boolean takes(long bytes) {
        if (bytes > room) {
            return false;
        }
        room -= bytes;
        return true;
    }

    private Bytes fitting(Bytes body) {
        int length = (int) Math.clamp(room, 0, body.length());
        room -= length;
        return body.slice(0, length);
    }
}
