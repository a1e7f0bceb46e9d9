package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.operator.Operator;
import dev.gatehouse.seclang.operator.Operators;
import dev.gatehouse.seclang.parse.ActionText;
import dev.gatehouse.seclang.parse.Diagnostic;
import dev.gatehouse.seclang.parse.Directive;
import dev.gatehouse.seclang.parse.Directives;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.parse.Suggestion;
import dev.gatehouse.seclang.parse.TargetText;
import dev.gatehouse.seclang.transform.Transformation;
import dev.gatehouse.seclang.variable.Macro;
import dev.gatehouse.seclang.variable.MacroReference;
import dev.gatehouse.seclang.variable.Variable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Compiles directives to a rule set. Used once. An error leaves its directive out, and the next is read. */
final class Compiler {
    private static final int FORBIDDEN = 403;
    private static final long LARGEST_LIMIT = 1L << 31;

    private static final List<String> NAMES = List.of(
            "SecAction",
            "SecDefaultAction",
            "SecMarker",
            "SecRequestBodyAccess",
            "SecRequestBodyLimit",
            "SecRequestBodyLimitAction",
            "SecResponseBodyAccess",
            "SecResponseBodyLimit",
            "SecResponseBodyLimitAction",
            "SecRule",
            "SecRuleEngine",
            "SecRuleRemoveById",
            "SecRuleRemoveByMsg",
            "SecRuleRemoveByTag",
            "SecRuleUpdateTargetById",
            "SecRuleUpdateTargetByMsg",
            "SecRuleUpdateTargetByTag");

    /** Of the recommended configuration, for things that are done elsewhere or in another way here. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "secargumentseparator",
            "secauditengine",
            "secauditlog",
            "secauditlogdirmode",
            "secauditlogfilemode",
            "secauditlogformat",
            "secauditlogparts",
            "secauditlogrelevantstatus",
            "secauditlogstoragedir",
            "secauditlogtype",
            "seccollectiontimeout",
            "seccomponentsignature",
            "seccookieformat",
            "secdatadir",
            "secdebuglog",
            "secdebugloglevel",
            "secpcrematchlimit",
            "secpcrematchlimitrecursion",
            "secrequestbodyinmemorylimit",
            "secrequestbodynofileslimit",
            "secrequestbodyjsondepthlimit",
            "secresponsebodymimetype",
            "secresponsebodymimetypesclear",
            "secrxprefilter",
            "secsensorid",
            "secserversignature",
            "secstatusengine",
            "sectmpdir",
            "secunicodemapfile",
            "secuploaddir",
            "secuploadfilelimit",
            "secuploadfilemode",
            "secuploadkeepfiles",
            "secwebappid");

    private static final Set<String> UNSUPPORTED = Set.of(
            "include",
            "includeoptional",
            "secargumentslimit",
            "secdataset",
            "secgeolookupdb",
            "sechttpblkey",
            "secignorerulecompilationerrors",
            "secparsexmlintoargs",
            "secremoterules",
            "secruleinheritance",
            "secruleperftime",
            "secrulescript",
            "secruleupdateactionbyid",
            "secxmlexternalentity");

    /** A rule in the making, or a marker. */
    private sealed interface Entry {}

    private record Compiled(Rule rule) implements Entry {}

    private record Marker(String name) implements Entry {}

    /** What a chain has so far. */
    private record Pending(Span name, Actions first, List<Condition> conditions, Set<Variable.Origin> needs) {}

    private Settings settings = Settings.initial();
    private final Map<Phase, Actions> defaults = new EnumMap<>(Phase.class);
    private final List<Entry> entries = new ArrayList<>();
    private final List<Diagnostic> errors = new ArrayList<>();
    private final List<Diagnostic> warnings = new ArrayList<>();
    private Optional<Pending> pending = Optional.empty();
    private boolean chainIsBroken;

    Compilation compile(List<Source> sources) {
        for (Source source : sources) {
            Directives read = Directives.parse(source);
            errors.addAll(read.errors());
            for (Directive directive : read.directives()) {
                try {
                    compile(directive);
                } catch (SecLangException e) {
                    errors.add(e.diagnostic());
                }
            }
        }
        pending.ifPresent(
                open -> errors.add(
                        open.name()
                                .diagnostic(
                                        "the chain that begins here does not end (expected: a SecRule after the last one with \"chain\")")));
        return errors.isEmpty()
                ? new Compilation.Compiled(new RuleSet(settings, programs()), warnings)
                : new Compilation.Rejected(errors);
    }

    private void compile(Directive directive) throws SecLangException {
        if (pending.isPresent() && !(directive instanceof Directive.SecRule)) {
            Pending open = pending.get();
            pending = Optional.empty();
            throw directive
                    .name()
                    .error(directive.name() + " inside of the chain that begins at "
                            + open.name().position() + " (expected: SecRule)");
        }
        switch (directive) {
            case Directive.SecRule rule -> rule(rule);
            case Directive.ActionList list -> {
                if (list.name().text().equalsIgnoreCase("SecAction")) {
                    action(list);
                } else {
                    defaultAction(list);
                }
            }
            case Directive.Setting setting -> setting(setting);
        }
    }

    private void rule(Directive.SecRule directive) throws SecLangException {
        boolean continues = pending.isPresent() || chainIsBroken;
        boolean chains = directive.actions().stream()
                .anyMatch(action -> action.name().text().equalsIgnoreCase("chain"));
        boolean wasBroken = chainIsBroken;
        chainIsBroken = false;
        try {
            Actions actions = Actions.read(directive.actions());
            Pending open = pending.orElseGet(() ->
                    new Pending(directive.name(), actions, new ArrayList<>(), EnumSet.noneOf(Variable.Origin.class)));
            if (continues && !wasBroken) {
                checkChained(directive, actions);
            }
            Phase phase = open.first().phase().orElse(Phase.REQUEST_BODY);
            open.conditions().add(condition(directive, actions, phase, open.needs()));
            if (wasBroken) {
                chainIsBroken = chains;
                return;
            }
            if (chains) {
                pending = Optional.of(open);
                return;
            }
            pending = Optional.empty();
            add(open.name(), open.first(), open.conditions(), open.needs());
        } catch (SecLangException e) {
            pending = Optional.empty();
            chainIsBroken = chains;
            throw e;
        }
    }

    private static void checkChained(Directive.SecRule directive, Actions actions) throws SecLangException {
        if (actions.id().isPresent()
                || actions.phase().isPresent()
                || actions.disruption().isPresent()
                || !actions.skipAfter().isEmpty()
                || actions.skip() > 0) {
            for (ActionText action : directive.actions()) {
                String name = action.name().text().toLowerCase(Locale.ROOT);
                if (Set.of("id", "phase", "pass", "block", "deny", "drop", "allow", "redirect", "skip", "skipafter")
                        .contains(name)) {
                    throw action.name()
                            .error("action " + name
                                    + " on a rule inside of a chain (expected: on the rule that begins it)");
                }
            }
        }
    }

    private Condition condition(Directive.SecRule directive, Actions actions, Phase phase, Set<Variable.Origin> needs)
            throws SecLangException {
        List<Target> targets = new ArrayList<>();
        List<Target> exclusions = new ArrayList<>();
        for (TargetText text : directive.targets()) {
            Target target = Targets.compile(text);
            (text.exclude() ? exclusions : targets).add(target);
            if (!text.exclude()) {
                needs.add(target.variable().origin());
            }
        }
        if (targets.isEmpty()) {
            throw directive.name().error("all variables of the rule are exclusions (expected: one without !)");
        }
        Operator operator = Operators.compile(
                directive.operator().name(), directive.operator().argument());
        note(Operators.macros(directive.operator().name(), directive.operator().argument()), needs);
        note(actions.macros(), needs);
        return new Condition(
                targets,
                exclusions,
                directive.operator().negated(),
                operator,
                actions.transformations(inherited(phase)),
                actions.multiMatch(),
                actions.capture(),
                actions.effects());
    }

    private static void note(List<Macro> macros, Set<Variable.Origin> needs) {
        for (Macro macro : macros) {
            for (MacroReference reference : macro.references()) {
                needs.add(reference.variable().origin());
            }
        }
    }

    private List<Transformation> inherited(Phase phase) {
        return Optional.ofNullable(defaults.get(phase))
                .map(actions -> actions.transformations(List.of()))
                .orElse(List.of());
    }

    private void action(Directive.ActionList directive) throws SecLangException {
        Actions actions = Actions.read(directive.actions());
        if (actions.chain()) {
            throw directive.name().error("SecAction begins a chain (expected: SecRule)");
        }
        Set<Variable.Origin> needs = EnumSet.noneOf(Variable.Origin.class);
        note(actions.macros(), needs);
        Condition always = new Condition(
                List.of(), List.of(), false, (value, context) -> true, List.of(), false, false, actions.effects());
        add(directive.name(), actions, List.of(always), needs);
    }

    private void add(Span name, Actions actions, List<Condition> conditions, Set<Variable.Origin> needs)
            throws SecLangException {
        long id =
                actions.id().orElseThrow(() -> name.error(name + " without an id (expected: an action as in id:1001)"));
        Optional<Rule> same = rules().stream().filter(rule -> rule.id() == id).findFirst();
        if (same.isPresent()) {
            throw name.error("id:" + id + " is taken (expected: another; the first is at "
                    + same.get().position() + ")");
        }
        Phase phase = actions.phase().orElse(Phase.REQUEST_BODY);
        Optional<Actions> inherited = Optional.ofNullable(defaults.get(phase));
        Disruption fallback = inherited.flatMap(Actions::disruption).orElse(new Disruption.Pass());
        Disruption disruption = actions.disruption().orElse(fallback);
        if (disruption instanceof Disruption.Block) {
            disruption = fallback;
        }
        int status = actions.status()
                .orElseGet(() -> inherited
                        .map(Actions::status)
                        .orElse(OptionalInt.empty())
                        .orElse(FORBIDDEN));
        boolean logged = inherited.flatMap(Actions::logged).orElse(true);
        entries.add(new Compiled(new Rule(
                id,
                phase,
                name.position(),
                conditions,
                disruption,
                status,
                actions.note(logged),
                actions.skip(),
                actions.skipAfter(),
                List.copyOf(needs))));
    }

    private void defaultAction(Directive.ActionList directive) throws SecLangException {
        Actions actions = Actions.read(directive.actions());
        Phase phase = actions.phase()
                .orElseThrow(
                        () -> directive
                                .name()
                                .error(
                                        "SecDefaultAction without a phase (expected: as in phase:2,log,auditlog,deny,status:403)"));
        Disruption disruption = actions.disruption()
                .orElseThrow(
                        () -> directive
                                .name()
                                .error(
                                        "SecDefaultAction without a disruptive action (expected: pass, deny, drop, allow or redirect)"));
        if (disruption instanceof Disruption.Block) {
            throw directive
                    .name()
                    .error(
                            "SecDefaultAction with block, which stands for the default action (expected: pass, deny, drop, allow or redirect)");
        }
        if (actions.id().isPresent()
                || actions.chain()
                || actions.skip() > 0
                || !actions.skipAfter().isEmpty()) {
            throw directive
                    .name()
                    .error(
                            "SecDefaultAction with id, chain, skip or skipAfter (expected: phase, a disruptive action, logging, status and transformations)");
        }
        defaults.put(phase, actions);
    }

    private void setting(Directive.Setting directive) throws SecLangException {
        String name = directive.name().text().toLowerCase(Locale.ROOT);
        switch (name) {
            case "secmarker" -> entries.add(new Marker(only(directive, "a name").text()));
            case "secruleengine" ->
                settings = settings.engine(Control.mode(only(directive, "On, Off or DetectionOnly")));
            case "secrequestbodyaccess" ->
                settings = settings.requestBodyAccess(Control.isOn(only(directive, "On or Off")));
            case "secresponsebodyaccess" ->
                settings = settings.responseBodyAccess(Control.isOn(only(directive, "On or Off")));
            case "secrequestbodylimit" ->
                settings = settings.requestBody(new BodyLimit(
                        bytes(only(directive, "a number of bytes")),
                        settings.requestBody().reject()));
            case "secresponsebodylimit" ->
                settings = settings.responseBody(new BodyLimit(
                        bytes(only(directive, "a number of bytes")),
                        settings.responseBody().reject()));
            case "secrequestbodylimitaction" ->
                settings = settings.requestBody(
                        new BodyLimit(settings.requestBody().bytes(), rejects(directive)));
            case "secresponsebodylimitaction" ->
                settings = settings.responseBody(
                        new BodyLimit(settings.responseBody().bytes(), rejects(directive)));
            case "secruleremovebyid" -> {
                for (Span argument : some(directive, "ids or ranges of ids")) {
                    for (String ids : argument.text().strip().split("[ ,]+", -1)) {
                        remove(Control.ids(argument, ids));
                    }
                }
            }
            case "secruleremovebytag" ->
                remove(new RuleFilter.Tag(only(directive, "a tag").text()));
            case "secruleremovebymsg" ->
                remove(new RuleFilter.Message(only(directive, "a message").text()));
            case "secruleupdatetargetbyid", "secruleupdatetargetbytag", "secruleupdatetargetbymsg" ->
                exclude(name, directive);
            default -> other(directive.name(), name);
        }
    }

    private void other(Span name, String lower) throws SecLangException {
        if (!WITHOUT_EFFECT.contains(lower)) {
            throw name.error(
                    UNSUPPORTED.contains(lower)
                            ? "directive " + name + " is not supported yet"
                            : "unknown directive \"" + name + "\" (expected: one of " + String.join(", ", NAMES) + ")"
                                    + Suggestion.of(name.text(), NAMES));
        }
        warnings.add(name.diagnostic("directive " + name + " is accepted and has no effect"));
    }

    private static List<Span> some(Directive.Setting directive, String expected) throws SecLangException {
        if (directive.arguments().isEmpty()) {
            throw directive.name().error(directive.name() + " without an argument (expected: " + expected + ")");
        }
        return directive.arguments();
    }

    private static Span only(Directive.Setting directive, String expected) throws SecLangException {
        List<Span> arguments = some(directive, expected);
        if (arguments.size() > 1) {
            throw arguments
                    .get(1)
                    .error("\"" + arguments.get(1) + "\" is too much for " + directive.name() + " (expected: only "
                            + expected + ")");
        }
        return arguments.getFirst();
    }

    private static long bytes(Span argument) throws SecLangException {
        String text = argument.text();
        boolean digits = !text.isEmpty() && text.length() <= 10 && text.chars().allMatch(Ascii::isDigit);
        if (!digits || Long.parseLong(text) >= LARGEST_LIMIT) {
            throw argument.error("\"" + text + "\" (expected: a number of bytes under " + LARGEST_LIMIT + ")");
        }
        return Long.parseLong(text);
    }

    private static boolean rejects(Directive.Setting directive) throws SecLangException {
        Span argument = only(directive, "Reject or ProcessPartial");
        return switch (argument.text().toLowerCase(Locale.ROOT)) {
            case "reject" -> true;
            case "processpartial" -> false;
            default -> throw argument.error("\"" + argument + "\" (expected: Reject or ProcessPartial)");
        };
    }

    private List<Rule> rules() {
        List<Rule> rules = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry instanceof Compiled compiled) {
                rules.add(compiled.rule());
            }
        }
        return rules;
    }

    private void remove(RuleFilter filter) {
        entries.removeIf(entry -> entry instanceof Compiled compiled && filter.admits(compiled.rule()));
    }

    /** Only taking targets away: adding some would need the rule's text. */
    private void exclude(String name, Directive.Setting directive) throws SecLangException {
        List<Span> arguments = some(directive, "rules and targets");
        if (arguments.size() != 2) {
            throw directive
                    .name()
                    .error(directive.name() + " with " + arguments.size()
                            + " arguments (expected: rules and targets, as in " + directive.name()
                            + " 1001 \"!ARGS:password\")");
        }
        Span rules = arguments.getFirst();
        RuleFilter filter = switch (name) {
            case "secruleupdatetargetbyid" -> Control.ids(rules, rules.text());
            case "secruleupdatetargetbytag" -> new RuleFilter.Tag(rules.text());
            default -> new RuleFilter.Message(rules.text());
        };
        List<Target> excluded = new ArrayList<>();
        for (TargetText text : TargetText.list(arguments.get(1))) {
            if (!text.exclude()) {
                throw text.name()
                        .error(
                                "\"" + text.name()
                                        + "\" would be added to rules (expected: an exclusion, as in !ARGS:password; adding is not supported yet)");
            }
            excluded.add(Targets.compile(text));
        }
        entries.replaceAll(entry -> entry instanceof Compiled compiled && filter.admits(compiled.rule())
                ? new Compiled(compiled.rule().without(excluded))
                : entry);
    }

    private Map<Phase, Program> programs() {
        Map<Phase, Program> programs = new EnumMap<>(Phase.class);
        for (Phase phase : Phase.values()) {
            programs.put(phase, program(phase));
        }
        return programs;
    }

    private Program program(Phase phase) {
        List<Rule> rules = new ArrayList<>();
        Map<String, List<Integer>> labels = new HashMap<>();
        for (Entry entry : entries) {
            switch (entry) {
                case Marker marker ->
                    labels.computeIfAbsent(marker.name(), name -> new ArrayList<>())
                            .add(rules.size());
                case Compiled compiled -> {
                    if (compiled.rule().phase() == phase) {
                        rules.add(compiled.rule());
                        labels.computeIfAbsent(Long.toString(compiled.rule().id()), id -> new ArrayList<>())
                                .add(rules.size());
                    }
                }
            }
        }
        Map<String, int[]> places = new HashMap<>();
        labels.forEach((label, indices) ->
                places.put(label, indices.stream().mapToInt(Integer::intValue).toArray()));
        return new Program(rules, places);
    }
}
