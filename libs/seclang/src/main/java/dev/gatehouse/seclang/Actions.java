package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.ActionText;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.parse.Suggestion;
import dev.gatehouse.seclang.transform.Transformation;
import dev.gatehouse.seclang.variable.Macro;
import dev.gatehouse.seclang.variable.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reads a list of actions one after the other. If a kind of action occurs several times, the last one is used. */
final class Actions {
    private static final List<String> NAMES = List.of(
            "accuracy",
            "allow",
            "auditlog",
            "block",
            "capture",
            "chain",
            "ctl",
            "deny",
            "deprecatevar",
            "drop",
            "expirevar",
            "id",
            "initcol",
            "log",
            "logdata",
            "maturity",
            "msg",
            "multiMatch",
            "noauditlog",
            "nolog",
            "pass",
            "phase",
            "redirect",
            "rev",
            "sanitiseArg",
            "sanitiseMatched",
            "sanitiseMatchedBytes",
            "sanitiseRequestHeader",
            "sanitiseResponseHeader",
            "setenv",
            "setrsc",
            "setsid",
            "setuid",
            "setvar",
            "severity",
            "skip",
            "skipAfter",
            "status",
            "t",
            "tag",
            "ver",
            "xmlns");

    private static final Map<String, String> REFUSED = Map.of(
            "append", "the WAF does not write pages",
            "exec", "it runs a Lua script or a program, which this engine does not do",
            "pause", "a WAF that waits while it holds a connection helps the attacker",
            "prepend", "the WAF does not write pages",
            "proxy", "where a request goes is the route's to say: use an HTTPRoute");

    private OptionalLong id = OptionalLong.empty();
    private Optional<Phase> phase = Optional.empty();
    private Optional<Disruption> disruption = Optional.empty();
    private OptionalInt status = OptionalInt.empty();
    private Optional<Macro> message = Optional.empty();
    private Optional<Macro> data = Optional.empty();
    private String revision = "";
    private String version = "";
    private int maturity;
    private int accuracy;
    private Optional<Severity> severity = Optional.empty();
    private final List<Macro> tags = new ArrayList<>();
    private Optional<Boolean> logged = Optional.empty();
    private Optional<Boolean> audited = Optional.empty();
    private int skip;
    private String skipAfter = "";
    private boolean chain;
    private boolean capture;
    private boolean multiMatch;
    private boolean resetsTransformations;
    private final List<Transformation> transformations = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private final List<Macro> macros = new ArrayList<>();

    private Actions() {}

    static Actions read(List<ActionText> texts) throws SecLangException {
        Actions actions = new Actions();
        for (ActionText text : texts) {
            actions.read(text);
        }
        return actions;
    }

    private void read(ActionText action) throws SecLangException {
        String name = action.name().text().toLowerCase(Locale.ROOT);
        switch (name) {
            case "id" -> {
                if (id.isPresent()) {
                    throw action.name()
                            .error("a second id, after id:" + id.getAsLong() + " (expected: one id for a rule)");
                }
                id = OptionalLong.of(number(action, 1, 999_999_999_999L));
            }
            case "phase" -> phase = Optional.of(phase(value(action)));
            case "pass" -> disrupt(action, new Disruption.Pass());
            case "block" -> disrupt(action, new Disruption.Block());
            case "deny" -> disrupt(action, new Disruption.Deny());
            case "drop" -> disrupt(action, new Disruption.Drop());
            case "allow" -> disruption = Optional.of(new Disruption.Allow(allowed(action)));
            case "redirect" -> disruption = Optional.of(new Disruption.Redirect(note(Macro.parse(value(action)))));
            case "status" -> status = OptionalInt.of((int) number(action, 100, 599));
            case "msg" -> message = Optional.of(macro(action));
            case "logdata" -> data = Optional.of(macro(action));
            case "tag" -> tags.add(macro(action));
            case "rev" -> revision = value(action).text();
            case "ver" -> version = value(action).text();
            case "maturity" -> maturity = (int) number(action, 0, 9);
            case "accuracy" -> accuracy = (int) number(action, 0, 9);
            case "severity" -> severity = Optional.of(severity(value(action)));
            case "log" -> {
                logged = flag(action, true);
                audited = Optional.of(true);
            }
            case "nolog" -> {
                logged = flag(action, false);
                audited = Optional.of(false);
            }
            case "auditlog" -> audited = flag(action, true);
            case "noauditlog" -> audited = flag(action, false);
            case "chain" -> chain = flag(action, true).isPresent();
            case "capture" -> capture = flag(action, true).isPresent();
            case "multimatch" -> multiMatch = flag(action, true).isPresent();
            case "skip" -> skip = (int) number(action, 1, 1_000_000);
            case "skipafter" -> skipAfter = value(action).text();
            case "t" -> transform(value(action));
            case "setvar" -> effects.add(note(VariableAssignment.set(value(action))));
            case "expirevar" -> effects.add(note(VariableAssignment.expire(value(action))));
            case "deprecatevar" -> effects.add(note(VariableAssignment.deprecate(value(action))));
            case "initcol" -> effects.add(note(VariableAssignment.init(value(action))));
            case "setsid" -> effects.add(note(new Effect.InitCollection(Variable.SESSION, macro(action))));
            case "setuid" -> effects.add(note(new Effect.InitCollection(Variable.USER, macro(action))));
            case "setrsc" -> effects.add(note(new Effect.InitCollection(Variable.RESOURCE, macro(action))));
            case "setenv" -> effects.add(note(environment(value(action))));
            case "sanitisearg", "sanitizearg" -> sanitise(Variable.ARGS, action);
            case "sanitiserequestheader", "sanitizerequestheader" -> sanitise(Variable.REQUEST_HEADERS, action);
            case "sanitiseresponseheader", "sanitizeresponseheader" -> sanitise(Variable.RESPONSE_HEADERS, action);
            case "sanitisematched", "sanitizematched", "sanitisematchedbytes", "sanitizematchedbytes" ->
                effects.add(new Effect.SanitiseMatched());
            // The {@code xmlns} actions of a rule are already read with its targets.
            case "xmlns" -> namespace(value(action));
            case "ctl" -> Control.read(value(action)).ifPresent(effects::add);
            default -> throw action.name().error(unknown(action.name().text()));
        }
    }

    /** What prefixes stand for: {@code xmlns:soap=http://schemas.xmlsoap.org/soap/envelope/}. */
    static Map<String, Bytes> namespaces(List<ActionText> texts) throws SecLangException {
        Map<String, Bytes> namespaces = new HashMap<>();
        for (ActionText text : texts) {
            if (text.name().text().equalsIgnoreCase("xmlns")) {
                Span value = value(text);
                int equals = namespace(value);
                namespaces.put(
                        value.text().substring(0, equals).strip(),
                        Bytes.utf8(value.text().substring(equals + 1).strip()));
            }
        }
        return namespaces;
    }

    /** Where its URI begins. */
    private static int namespace(Span value) throws SecLangException {
        int equals = value.text().indexOf('=');
        if (equals < 1) {
            throw value.error(
                    "xmlns:" + value
                            + " (expected: a prefix and what it stands for, as in xmlns:soap=http://schemas.xmlsoap.org/soap/envelope/)");
        }
        return equals;
    }

    private static String unknown(String name) {
        return Optional.ofNullable(REFUSED.get(name.toLowerCase(Locale.ROOT)))
                .map(reason -> "action " + name + " is not done here: " + reason)
                .orElseGet(() -> "unknown action \"" + name + "\" (expected: one of " + String.join(", ", NAMES) + ")"
                        + Suggestion.of(name, NAMES));
    }

    private static Span value(ActionText action) throws SecLangException {
        Span value = action.value()
                .orElseThrow(() -> action.name()
                        .error("action " + action.name() + " without a value (expected: " + action.name() + ":value)"));
        if (value.text().isEmpty()) {
            throw value.error(
                    "action " + action.name() + " with an empty value (expected: " + action.name() + ":value)");
        }
        return value;
    }

    private static Optional<Boolean> flag(ActionText action, boolean meaning) throws SecLangException {
        if (action.value().isPresent()) {
            throw action.value()
                    .get()
                    .error("action " + action.name() + " takes no value (expected: " + action.name() + ")");
        }
        return Optional.of(meaning);
    }

    private void disrupt(ActionText action, Disruption what) throws SecLangException {
        disruption = flag(action, true).map(on -> what);
    }

    private void sanitise(Variable variable, ActionText action) throws SecLangException {
        effects.add(new Effect.Sanitise(variable, value(action).text()));
    }

    private Macro macro(ActionText action) throws SecLangException {
        if (action.value().filter(value -> value.text().isEmpty()).isPresent()) {
            return Macro.literal(Bytes.EMPTY);
        }
        return note(Macro.parse(value(action)));
    }

    private Macro note(Macro macro) {
        macros.add(macro);
        return macro;
    }

    private static long number(ActionText action, long least, long most) throws SecLangException {
        Span value = value(action);
        return Numeric.read(value, least, most)
                .orElseThrow(() -> value.error(
                        action.name() + ":" + value + " (expected: a number from " + least + " to " + most + ")"));
    }

    private static Phase phase(Span value) throws SecLangException {
        return switch (value.text().toLowerCase(Locale.ROOT)) {
            case "1" -> Phase.REQUEST_HEADERS;
            case "2", "request" -> Phase.REQUEST_BODY;
            case "3" -> Phase.RESPONSE_HEADERS;
            case "4", "response" -> Phase.RESPONSE_BODY;
            case "5", "logging" -> Phase.LOGGING;
            default -> throw value.error("phase:" + value + " (expected: 1 to 5, request, response or logging)");
        };
    }

    private static Severity severity(Span value) throws SecLangException {
        return Severity.named(value.text())
                .orElseThrow(
                        () -> value.error("severity:" + value + " (expected: 0 to 7, or EMERGENCY, ALERT, CRITICAL,"
                                + " ERROR, WARNING, NOTICE, INFO or DEBUG)"));
    }

    private static Disruption.Scope allowed(ActionText action) throws SecLangException {
        if (action.value().isEmpty()) {
            return Disruption.Scope.TRANSACTION;
        }
        Span value = action.value().get();
        return switch (value.text().toLowerCase(Locale.ROOT)) {
            case "phase" -> Disruption.Scope.PHASE;
            case "request" -> Disruption.Scope.REQUEST;
            default -> throw value.error("allow:" + value + " (expected: allow, allow:phase or allow:request)");
        };
    }

    private void transform(Span value) throws SecLangException {
        if (value.text().equalsIgnoreCase("none")) {
            resetsTransformations = true;
            transformations.clear();
            return;
        }
        transformations.add(Transformation.named(value.text())
                .orElseThrow(() -> value.error("unknown transformation t:" + value + " (expected: none or one of "
                        + String.join(", ", Transformation.names()) + ")"
                        + Suggestion.of(value.text(), Transformation.names()))));
    }

    private static Effect environment(Span value) throws SecLangException {
        int equals = value.text().indexOf('=');
        if (equals < 1) {
            throw value.error("setenv:" + value + " (expected: setenv:name=value)");
        }
        return new Effect.SetEnv(
                Macro.parse(value.part(0, equals)), Macro.parse(VariableAssignment.after(value, equals)));
    }

    private Effect note(Effect effect) {
        switch (effect) {
            case Effect.SetVariable set -> {
                macros.add(set.key().macro());
                macros.add(set.value());
            }
            case Effect.SetEnv set -> {
                macros.add(set.name());
                macros.add(set.value());
            }
            case Effect.RemoveVariable remove -> macros.add(remove.key().macro());
            case Effect.InitCollection init -> macros.add(init.key());
            case Effect.ExpireVariable expire -> {
                macros.add(expire.key().macro());
                macros.add(expire.seconds());
            }
            case Effect.DeprecateVariable deprecate ->
                macros.add(deprecate.key().macro());
            case Effect.Sanitise none -> {}
            case Effect.SanitiseMatched none -> {}
            case Effect.Steering none -> {}
            case Effect.RemoveRules none -> {}
            case Effect.RemoveTarget none -> {}
        }
        return effect;
    }

    OptionalLong id() {
        return id;
    }

    Optional<Phase> phase() {
        return phase;
    }

    Optional<Disruption> disruption() {
        return disruption;
    }

    OptionalInt status() {
        return status;
    }

    boolean chain() {
        return chain;
    }

    boolean capture() {
        return capture;
    }

    boolean multiMatch() {
        return multiMatch;
    }

    int skip() {
        return skip;
    }

    String skipAfter() {
        return skipAfter;
    }

    List<Effect> effects() {
        return effects;
    }

    /** The texts of the actions as macros, with and without references to variables. */
    List<Macro> macros() {
        return macros;
    }

    /** The transformations, appended to the phase's default transformations {@code inherited}. */
    List<Transformation> transformations(List<Transformation> inherited) {
        if (resetsTransformations) {
            return transformations;
        }
        List<Transformation> all = new ArrayList<>(inherited);
        all.addAll(transformations);
        return all;
    }

    /**
     * The rule's description for logs.
     *
     * @param inherited the default actions of its phase
     * @param others the actions of the chained rules, which supply texts that the first rule lacks
     */
    Note note(Optional<Actions> inherited, List<Actions> others) {
        Optional<Macro> said = message;
        Optional<Macro> found = data;
        List<Macro> allTags = new ArrayList<>(tags);
        for (Actions other : others) {
            said = said.or(() -> other.message);
            found = found.or(() -> other.data);
            allTags.addAll(other.tags);
        }
        return new Note(
                said.orElse(Macro.literal(Bytes.EMPTY)),
                found.orElse(Macro.literal(Bytes.EMPTY)),
                revision,
                version,
                maturity,
                accuracy,
                severity,
                allTags,
                Note.constant(allTags),
                logged.or(() -> inherited.flatMap(from -> from.logged)).orElse(true),
                audited.or(() -> inherited.flatMap(from -> from.audited)).orElse(true));
    }
}
