package dev.gatehouse.seclang;

import dev.gatehouse.seclang.audit.AuditPart;
import dev.gatehouse.seclang.audit.AuditSettings;
import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.parse.Suggestion;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads the value of {@code ctl:}. */
final class Control {
    private static final List<String> NAMES = List.of(
            "auditEngine",
            "auditLogParts",
            "debugLogLevel",
            "forceRequestBodyVariable",
            "forceResponseBodyVariable",
            "parseXmlIntoArgs",
            "requestBodyAccess",
            "requestBodyLimit",
            "requestBodyProcessor",
            "responseBodyAccess",
            "responseBodyLimit",
            "responseBodyProcessor",
            "ruleEngine",
            "ruleRemoveById",
            "ruleRemoveByMsg",
            "ruleRemoveByTag",
            "ruleRemoveTargetById",
            "ruleRemoveTargetByMsg",
            "ruleRemoveTargetByTag");

    private Control() {}

    /** The effect of the control; empty if it has none in this engine. */
    static Optional<Effect> read(Span value) throws SecLangException {
        String text = value.text();
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw value.error("ctl:" + text + " (expected: ctl:name=value)");
        }
        String name = text.substring(0, equals).strip();
        String lower = name.toLowerCase(Locale.ROOT);
        Span argument = VariableAssignment.after(value, equals).trimmed();
        if (lower.equals("debugloglevel")) {
            Numeric.number(argument, 0, 9);
            return Optional.empty();
        }
        return Optional.of(
                switch (lower) {
                    case "ruleengine" -> new Effect.SwitchEngine(mode(argument));
                    case "auditengine" -> new Effect.SwitchAudit(audit(argument));
                    case "auditlogparts" -> auditParts(argument);
                    case "requestbodyaccess" -> new Effect.SwitchRequestBodyAccess(isOn(argument));
                    case "responsebodyaccess" -> new Effect.SwitchResponseBodyAccess(isOn(argument));
                    case "requestbodylimit" -> new Effect.LimitRequestBody(Numeric.bytes(argument));
                    case "responsebodylimit" -> new Effect.LimitResponseBody(Numeric.bytes(argument));
                    case "requestbodyprocessor" -> new Effect.ProcessRequestBody(processor(argument));
                    case "responsebodyprocessor" -> new Effect.ProcessResponseBody(processor(argument));
                    case "forcerequestbodyvariable" -> new Effect.ForceRequestBody(isOn(argument));
                    case "forceresponsebodyvariable" -> new Effect.ForceResponseBody(isOn(argument));
                    case "parsexmlintoargs" -> new Effect.SwitchXmlArguments(xmlArguments(argument));
                    case "ruleremovebyid" -> new Effect.RemoveRules(ids(argument, argument.text()));
                    case "ruleremovebytag" ->
                        new Effect.RemoveRules(new RuleFilter.Tag(RuleFilter.Text.read(argument)));
                    case "ruleremovebymsg" ->
                        new Effect.RemoveRules(new RuleFilter.Message(RuleFilter.Text.read(argument)));
                    case "ruleremovetargetbyid", "ruleremovetargetbytag", "ruleremovetargetbymsg" ->
                        target(lower, argument);
                    case "hashengine", "hashenforcement" ->
                        throw value.error(
                                "ctl:" + name
                                        + " belongs to the signing of links in pages (SecHashEngine), which a proxy's WAF does not do");
                    default ->
                        throw value.error("unknown ctl:" + name + " (expected: one of " + String.join(", ", NAMES) + ")"
                                + Suggestion.of(name, NAMES));
                });
    }

    private static BodyProcessor processor(Span argument) throws SecLangException {
        return BodyProcessor.named(argument.text())
                .orElseThrow(() -> argument.error("body processor \"" + argument
                        + "\" (expected: URLENCODED, MULTIPART, JSON, NDJSON, XML or RAW)"));
    }

    private static Effect auditParts(Span argument) throws SecLangException {
        String text = argument.text();
        boolean add = text.startsWith("+");
        boolean subtract = text.startsWith("-");
        Set<AuditPart> parts = AuditPart.parse(text.substring(add || subtract ? 1 : 0))
                .orElseThrow(() -> argument.error(
                        "ctl:auditLogParts=" + argument + " (expected: letters of A to K and Z, or +E, or -E)"));
        return new Effect.SwitchAuditParts(
                add ? Effect.Assignment.ADD : subtract ? Effect.Assignment.SUBTRACT : Effect.Assignment.SET, parts);
    }

    private static Effect target(String name, Span argument) throws SecLangException {
        int semicolon = argument.text().indexOf(';');
        if (semicolon < 1) {
            throw argument.error("\"" + argument + "\" (expected: rules;VARIABLE or rules;VARIABLE:key)");
        }
        Span rules = argument.part(0, semicolon);
        RuleFilter filter = switch (name) {
            case "ruleremovetargetbyid" -> ids(argument, rules.text());
            case "ruleremovetargetbytag" -> new RuleFilter.Tag(RuleFilter.Text.read(rules));
            default -> new RuleFilter.Message(RuleFilter.Text.read(rules));
        };
        Target target = Targets.single(VariableAssignment.after(argument, semicolon));
        return new Effect.RemoveTarget(filter, target.variable(), target.selector());
    }

    static EngineMode mode(Span argument) throws SecLangException {
        return switch (argument.text().toLowerCase(Locale.ROOT)) {
            case "on" -> EngineMode.ON;
            case "off" -> EngineMode.OFF;
            case "detectiononly" -> EngineMode.DETECTION_ONLY;
            default -> throw argument.error("\"" + argument + "\" (expected: On, Off or DetectionOnly)");
        };
    }

    static AuditSettings.Engine audit(Span argument) throws SecLangException {
        return switch (argument.text().toLowerCase(Locale.ROOT)) {
            case "on" -> AuditSettings.Engine.ON;
            case "off" -> AuditSettings.Engine.OFF;
            case "relevantonly" -> AuditSettings.Engine.RELEVANT_ONLY;
            default -> throw argument.error("\"" + argument + "\" (expected: On, Off or RelevantOnly)");
        };
    }

    static Settings.XmlArguments xmlArguments(Span argument) throws SecLangException {
        return switch (argument.text().toLowerCase(Locale.ROOT)) {
            case "on" -> Settings.XmlArguments.ON;
            case "off" -> Settings.XmlArguments.OFF;
            case "onlyargs" -> Settings.XmlArguments.ONLY_ARGS;
            default -> throw argument.error("\"" + argument + "\" (expected: On, Off or OnlyArgs)");
        };
    }

    static boolean isOn(Span argument) throws SecLangException {
        return switch (argument.text().toLowerCase(Locale.ROOT)) {
            case "on" -> true;
            case "off" -> false;
            default -> throw argument.error("\"" + argument + "\" (expected: On or Off)");
        };
    }

    /** {@code 942100} or {@code 942000-942999}. */
    static RuleFilter.Ids ids(Span place, String text) throws SecLangException {
        String[] ends = text.strip().split("-", -1);
        long first = id(place, ends[0].strip());
        long last = id(place, ends[ends.length - 1].strip());
        if (ends.length > 2 || first > last) {
            throw place.error("\"" + text + "\" (expected: the id of a rule, or a range as in 100-199)");
        }
        return new RuleFilter.Ids(first, last);
    }

    private static long id(Span place, String text) throws SecLangException {
        if (text.isEmpty() || text.length() > 12 || !text.chars().allMatch(Ascii::isDigit)) {
            throw place.error("\"" + text + "\" (expected: the id of a rule, or a range as in 100-199)");
        }
        return Long.parseLong(text);
    }
}
