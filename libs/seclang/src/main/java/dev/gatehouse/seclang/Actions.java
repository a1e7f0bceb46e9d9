package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.ActionText;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.parse.Suggestion;
import dev.gatehouse.seclang.transform.Transformation;
import dev.gatehouse.seclang.variable.Macro;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** A list of actions as it is read, one after the other; the last of a kind holds. */
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
            "drop",
            "id",
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
            "setenv",
            "setvar",
            "severity",
            "skip",
            "skipAfter",
            "status",
            "t",
            "tag",
            "ver");

    private static final Set<String> UNSUPPORTED = Set.of(
            "append",
            "deprecatevar",
            "exec",
            "expirevar",
            "initcol",
            "pause",
            "prepend",
            "proxy",
            "sanitisearg",
            "sanitisematched",
            "sanitisematchedbytes",
            "sanitiserequestheader",
            "sanitiseresponseheader",
            "setrsc",
            "setsid",
            "setuid",
            "xmlns");

    private OptionalLong id = OptionalLong.empty();
    private Optional<Phase> phase = Optional.empty();
    private Optional<Disruption> disruption = Optional.empty();
    private OptionalInt status = OptionalInt.empty();
    private Macro message = Macro.literal(Bytes.EMPTY);
    private Macro data = Macro.literal(Bytes.EMPTY);
    private String revision = "";
    private String version = "";
    private Optional<Severity> severity = Optional.empty();
    private final List<Macro> tags = new ArrayList<>();
    private Optional<Boolean> logged = Optional.empty();
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
            case "id" -> id = OptionalLong.of(number(action, 1, 999_999_999_999L));
            case "phase" -> phase = Optional.of(phase(value(action)));
            case "pass" -> disrupt(action, new Disruption.Pass());
            case "block" -> disrupt(action, new Disruption.Block());
            case "deny" -> disrupt(action, new Disruption.Deny());
            case "drop" -> disrupt(action, new Disruption.Drop());
            case "allow" -> disruption = Optional.of(new Disruption.Allow(allowed(action)));
            case "redirect" -> disruption = Optional.of(new Disruption.Redirect(macro(action)));
            case "status" -> status = OptionalInt.of((int) number(action, 100, 599));
            case "msg" -> message = macro(action);
            case "logdata" -> data = macro(action);
            case "tag" -> tags.add(macro(action));
            case "rev" -> revision = value(action).text();
            case "ver" -> version = value(action).text();
            case "maturity", "accuracy" -> number(action, 0, 9);
            case "severity" -> severity = Optional.of(severity(value(action)));
            case "log" -> logged = flag(action, true);
            case "nolog" -> logged = flag(action, false);
            case "auditlog", "noauditlog" -> flag(action, true);
            case "chain" -> chain = flag(action, true).isPresent();
            case "capture" -> capture = flag(action, true).isPresent();
            case "multimatch" -> multiMatch = flag(action, true).isPresent();
            case "skip" -> skip = (int) number(action, 1, 1_000_000);
            case "skipafter" -> skipAfter = value(action).text();
            case "t" -> transform(value(action));
            case "setvar" -> effects.add(note(VariableAssignment.read(value(action))));
            case "setenv" -> effects.add(note(environment(value(action))));
            case "ctl" -> effects.add(Control.read(value(action)));
            default -> throw action.name().error(unknown(action.name().text()));
        }
    }

    private static String unknown(String name) {
        return UNSUPPORTED.contains(name.toLowerCase(Locale.ROOT))
                ? "action " + name + " is not supported yet"
                : "unknown action \"" + name + "\" (expected: one of " + String.join(", ", NAMES) + ")"
                        + Suggestion.of(name, NAMES);
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

    private Macro macro(ActionText action) throws SecLangException {
        if (action.value().filter(value -> value.text().isEmpty()).isPresent()) {
            return Macro.literal(Bytes.EMPTY);
        }
        Macro macro = Macro.parse(value(action));
        macros.add(macro);
        return macro;
    }

    private static long number(ActionText action, long least, long most) throws SecLangException {
        Span value = value(action);
        String text = value.text();
        boolean digits = text.length() <= 12 && text.chars().allMatch(Ascii::isDigit);
        if (!digits || Long.parseLong(text) < least || Long.parseLong(text) > most) {
            throw value.error(action.name() + ":" + text + " (expected: a number from " + least + " to " + most + ")");
        }
        return Long.parseLong(text);
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
                value.text().substring(0, equals), Macro.parse(VariableAssignment.after(value, equals)));
    }

    private Effect note(Effect effect) {
        switch (effect) {
            case Effect.SetTx set -> {
                macros.add(set.key());
                macros.add(set.value());
            }
            case Effect.SetEnv set -> macros.add(set.value());
            case Effect.RemoveTx remove -> macros.add(remove.key());
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

    Optional<Boolean> logged() {
        return logged;
    }

    List<Effect> effects() {
        return effects;
    }

    /** Those of its texts that refer to variables, and others. */
    List<Macro> macros() {
        return macros;
    }

    /** After those that the phase's default actions name. */
    List<Transformation> transformations(List<Transformation> inherited) {
        if (resetsTransformations) {
            return transformations;
        }
        List<Transformation> all = new ArrayList<>(inherited);
        all.addAll(transformations);
        return all;
    }

    Note note(boolean loggedByDefault) {
        return new Note(message, data, revision, version, severity, tags, logged.orElse(loggedByDefault));
    }
}
