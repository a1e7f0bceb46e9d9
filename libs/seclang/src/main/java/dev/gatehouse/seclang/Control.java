package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.parse.Suggestion;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads what follows {@code ctl:}. */
final class Control {
    private static final List<String> NAMES = List.of(
            "requestBodyAccess",
            "requestBodyProcessor",
            "responseBodyAccess",
            "ruleEngine",
            "ruleRemoveById",
            "ruleRemoveByMsg",
            "ruleRemoveByTag",
            "ruleRemoveTargetById",
            "ruleRemoveTargetByMsg",
            "ruleRemoveTargetByTag");

    private static final Set<String> UNSUPPORTED = Set.of(
            "auditengine",
            "auditlogparts",
            "debugloglevel",
            "forcerequestbodyvariable",
            "forceresponsebodyvariable",
            "hashenforcement",
            "hashengine",
            "parsexmlintoargs",
            "requestbodylimit",
            "responsebodylimit",
            "responsebodyprocessor");

    private Control() {}

    static Effect read(Span value) throws SecLangException {
        String text = value.text();
        int equals = text.indexOf('=');
        String name = (equals < 0 ? text : text.substring(0, equals)).strip();
        Span argument = VariableAssignment.after(value, equals < 0 ? text.length() - 1 : equals);
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "ruleengine" -> new Effect.SwitchEngine(mode(argument));
            case "requestbodyaccess" -> new Effect.SwitchRequestBodyAccess(isOn(argument));
            case "responsebodyaccess" -> new Effect.SwitchResponseBodyAccess(isOn(argument));
            case "requestbodyprocessor" -> processor(argument);
            case "ruleremovebyid" -> new Effect.RemoveRules(ids(argument, argument.text()));
            case "ruleremovebytag" -> new Effect.RemoveRules(new RuleFilter.Tag(argument.text()));
            case "ruleremovebymsg" -> new Effect.RemoveRules(new RuleFilter.Message(argument.text()));
            case "ruleremovetargetbyid", "ruleremovetargetbytag", "ruleremovetargetbymsg" ->
                target(name.toLowerCase(Locale.ROOT), argument);
            default ->
                throw value.error(
                        UNSUPPORTED.contains(name.toLowerCase(Locale.ROOT))
                                ? "ctl:" + name + " is not supported yet"
                                : "unknown ctl:" + name + " (expected: one of " + String.join(", ", NAMES) + ")"
                                        + Suggestion.of(name, NAMES));
        };
    }

    private static Effect processor(Span argument) throws SecLangException {
        if (!argument.text().equalsIgnoreCase("URLENCODED")) {
            throw argument.error(
                    "body processor \"" + argument + "\" (expected: URLENCODED; others are not supported yet)");
        }
        return new Effect.ForceUrlEncoded();
    }

    private static Effect target(String name, Span argument) throws SecLangException {
        int semicolon = argument.text().indexOf(';');
        if (semicolon < 1) {
            throw argument.error("\"" + argument + "\" (expected: rules;VARIABLE or rules;VARIABLE:key)");
        }
        String rules = argument.text().substring(0, semicolon);
        RuleFilter filter = switch (name) {
            case "ruleremovetargetbyid" -> ids(argument, rules);
            case "ruleremovetargetbytag" -> new RuleFilter.Tag(rules);
            default -> new RuleFilter.Message(rules);
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
