package dev.gatehouse.seclang;

import dev.gatehouse.seclang.audit.AuditPart;
import dev.gatehouse.seclang.audit.AuditRecord;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import dev.gatehouse.seclang.operator.Numbers;
import dev.gatehouse.seclang.variable.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Makes audit records of transactions. */
final class AuditRecords {
    private static final int NO_SEVERITY = 8;

    private AuditRecords() {}

    static AuditRecord of(
            Values values,
            Settings settings,
            Sanitation sanitation,
            Set<AuditPart> parts,
            List<MatchedRule> matched,
            Optional<Interruption> interruption,
            EngineMode mode,
            int status,
            Function<MatchedRule, String> line) {
        Request request = values.request();
        return new AuditRecord(
                values.begun(),
                values.single(Variable.UNIQUE_ID).toString(),
                parts,
                peer(values, Variable.REMOTE_ADDR, Variable.REMOTE_PORT),
                peer(values, Variable.SERVER_ADDR, Variable.SERVER_PORT),
                values.single(Variable.SERVER_NAME).toString(),
                new AuditRecord.Request(
                        request.method(),
                        uri(values, sanitation),
                        request.protocol(),
                        headers(values.fields(Variable.REQUEST_HEADERS), Variable.REQUEST_HEADERS, sanitation),
                        body(values, sanitation),
                        Numbers.parse(values.single(Variable.REQUEST_BODY_LENGTH)),
                        files(values)),
                new AuditRecord.Response(
                        values.single(Variable.RESPONSE_PROTOCOL).toString(),
                        headers(values.fields(Variable.RESPONSE_HEADERS), Variable.RESPONSE_HEADERS, sanitation),
                        values.single(Variable.RESPONSE_BODY)),
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
                messages(matched.stream().filter(MatchedRule::audited).toList(), line),
                messages(matched, line));
    }

    private static AuditRecord.Peer peer(Values values, Variable address, Variable port) {
        return new AuditRecord.Peer(values.single(address).toString(), (int) Numbers.parse(values.single(port)));
    }

    private static List<AuditRecord.Header> headers(Fields fields, Variable variable, Sanitation sanitation) {
        List<AuditRecord.Header> headers = new ArrayList<>();
        for (Field field : fields) {
            boolean hidden = sanitation.hides(variable, field.name().toString());
            headers.add(new AuditRecord.Header(field.name(), hidden ? asterisks(field.value()) : field.value()));
        }
        return headers;
    }

    private static Bytes asterisks(Bytes value) {
        return Bytes.latin1("*".repeat(value.length()));
    }

    private static Bytes uri(Values values, Sanitation sanitation) {
        Request request = values.request();
        int mark = request.rawUri().indexOf('?', 0);
        if (!sanitation.hidesAny() || mark < 0) {
            return request.rawUri();
        }
        return new BytesBuilder(request.rawUri().length())
                .append(request.rawUri().slice(0, mark + 1))
                .append(pairs(values.fields(Variable.ARGS_GET), sanitation))
                .build();
    }

    /** A multipart body is written as a form, so that it has no files in it; so is one with hidden arguments. */
    private static Bytes body(Values values, Sanitation sanitation) {
        boolean multipart = values.single(Variable.REQBODY_PROCESSOR).toString().equals("MULTIPART");
        Fields arguments = values.fields(Variable.ARGS_POST);
        boolean hides = false;
        for (Field field : arguments) {
            hides |= sanitation.hides(Variable.ARGS, field.name().toString());
        }
        return multipart || hides ? pairs(arguments, sanitation) : values.single(Variable.STREAM_INPUT_BODY);
    }

    private static Bytes pairs(Fields arguments, Sanitation sanitation) {
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

    private static List<AuditRecord.File> files(Values values) {
        List<AuditRecord.File> files = new ArrayList<>();
        Fields names = values.fields(Variable.FILES);
        Fields sizes = values.fields(Variable.FILES_SIZES);
        for (int i = 0; i < Math.min(names.size(), sizes.size()); i++) {
            files.add(new AuditRecord.File(
                    names.get(i).name(),
                    names.get(i).value(),
                    Numbers.parse(sizes.get(i).value())));
        }
        return files;
    }

    private static List<AuditRecord.Message> messages(List<MatchedRule> matched, Function<MatchedRule, String> line) {
        return matched.stream()
                .map(rule -> {
                    Optional<MatchedValue> first = rule.values().stream().findFirst();
                    return new AuditRecord.Message(
                            rule.id(),
                            rule.phase().number(),
                            rule.position().source(),
                            rule.position().line(),
                            rule.revision(),
                            rule.version(),
                            rule.message(),
                            rule.data(),
                            rule.severity().map(Severity::ordinal).orElse(NO_SEVERITY),
                            rule.severity().map(Severity::name).orElse(""),
                            rule.maturity(),
                            rule.accuracy(),
                            rule.tags(),
                            first.map(MatchedValue::operator).orElse(""),
                            first.map(value -> value.name().toString()).orElse(""),
                            first.map(value -> value.value().toString()).orElse(""),
                            line.apply(rule));
                })
                .toList();
    }
}
