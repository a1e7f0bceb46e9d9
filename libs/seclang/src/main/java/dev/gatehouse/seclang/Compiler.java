package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.Operator;
import dev.gatehouse.seclang.operator.OperatorFiles;
import dev.gatehouse.seclang.operator.Operators;
import dev.gatehouse.seclang.parse.ActionText;
import dev.gatehouse.seclang.parse.Diagnostic;
import dev.gatehouse.seclang.parse.Directive;
import dev.gatehouse.seclang.parse.Directives;
import dev.gatehouse.seclang.parse.Position;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.parse.TargetText;
import dev.gatehouse.seclang.regex.Patterns;
import dev.gatehouse.seclang.variable.Variable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Compiles directives to a rule set. Used once. After an error the directive is left out, and compilation continues with the next one. */
final class Compiler {
    /** The most arguments of a directive with a list of ids. */
    private static final int MOST_ARGUMENTS = 1000;

    private static final int DEEPEST_INCLUDE = 16;

    private static final int MOST_INCLUDED = 10_000;

    /** The most reported errors. A text with more errors is probably not a rule file. */
    private static final int MOST_REPORTED = 100;

    /**
     * The engine's own rule, before all others of phase 2: what {@code SecArgumentsLimit} leaves out is seen by no rule, so a request
     * with more is refused. ModSecurity's recommended rule 200007 does so there.
     */
    private static final Source OWN = new Source(
            "engine",
            "SecRule ARGUMENTS_LIMIT_REACHED \"@eq 1\" \"id:" + RuleSet.ARGUMENTS_LIMIT_RULE
                    + ",phase:2,t:none,log,deny,status:400,severity:2,"
                    + "msg:'The request has more arguments than SecArgumentsLimit'\"");

    /** A rule in the making, or a marker. */
    private sealed interface Entry {}

    private record Drafted(RuleDraft draft, Rule rule) implements Entry {}

    private record Marker(String name) implements Entry {}

    private final RuleFiles files;
    private final Patterns patterns;
    private final Chain.Tree chains = new Chain.Tree();
    private final Map<Phase, Actions> defaults = new EnumMap<>(Phase.class);
    private final List<Entry> entries = new ArrayList<>();
    private final Map<Long, Position> ids = new HashMap<>();
    private final List<Diagnostic> errors = new ArrayList<>();
    private final List<Diagnostic> warnings = new ArrayList<>();
    private final SettingDirectives settings = new SettingDirectives(warnings);
    private Optional<RuleDraft> pending = Optional.empty();
    private boolean chainIsBroken;
    private final Deque<String> including = new ArrayDeque<>();
    private int included;

    Compiler(RuleFiles files, Patterns patterns) {
        this.files = files;
        this.patterns = patterns;
    }

    Compilation compile(List<Source> sources) {
        read(OWN);
        sources.forEach(this::read);
        pending.ifPresent(
                open -> errors.add(
                        open.first()
                                .name
                                .diagnostic(
                                        "the chain that begins here does not end (expected: a SecRule after the last one with \"chain\")")));
        if (!errors.isEmpty()) {
            return new Compilation.Rejected(errors);
        }
        if (!needsOwnRule()) {
            entries.removeIf(entry -> entry instanceof Drafted drafted && isOwn(drafted.rule()));
        }
        return new Compilation.Compiled(new RuleSet(settings.build(), programs()), warnings);
    }

    /** A rule set that reads no arguments misses none, and a rule that reads the limit's variable decides in place of the engine's own. */
    private boolean needsOwnRule() {
        Set<Variable> read = EnumSet.noneOf(Variable.class);
        for (Entry entry : entries) {
            if (entry instanceof Drafted drafted && !isOwn(drafted.rule())) {
                read.addAll(drafted.rule().reads());
            }
        }
        return !read.contains(Variable.ARGUMENTS_LIMIT_REACHED) && read.stream().anyMatch(Variable::isLimitedArgument);
    }

    private static boolean isOwn(Rule rule) {
        return rule.id() == RuleSet.ARGUMENTS_LIMIT_RULE;
    }

    private void read(Source source) {
        Directives read = Directives.parse(source);
        report(read.errors());
        for (Directive directive : read.directives()) {
            if (errors.size() > MOST_REPORTED) {
                return;
            }
            try {
                compile(directive);
            } catch (SecLangException e) {
                report(List.of(e.diagnostic()));
            }
        }
    }

    /** {@code SecIgnoreRuleCompilationErrors On} makes warnings of errors. */
    private void report(List<Diagnostic> found) {
        List<Diagnostic> to = settings.ignoresErrors() ? warnings : errors;
        for (Diagnostic each : found) {
            if (errors.size() < MOST_REPORTED) {
                to.add(each);
            } else if (errors.size() == MOST_REPORTED) {
                errors.add(new Diagnostic(
                        each.position(),
                        "there are more errors (expected: rules; these are the first " + MOST_REPORTED + ")"));
            }
        }
    }

    private void compile(Directive directive) throws SecLangException {
        boolean continues = directive instanceof Directive.SecRule
                || (directive instanceof Directive.ActionList list
                        && list.name().text().equalsIgnoreCase("SecAction"));
        if (pending.isPresent() && !continues) {
            RuleDraft open = pending.get();
            pending = Optional.empty();
            throw directive
                    .name()
                    .error(directive.name() + " inside of the chain that begins at "
                            + open.first().name.position() + " (expected: SecRule)");
        }
        switch (directive) {
            case Directive.SecRule rule -> member(rule.name(), rule.actions(), () -> member(rule));
            case Directive.ActionList list -> {
                if (continues) {
                    member(list.name(), list.actions(), () -> member(list));
                } else {
                    defaultAction(list);
                }
            }
            case Directive.Setting setting -> setting(setting);
        }
    }

    private interface MemberReader {
        RuleDraft.Member read() throws SecLangException;
    }

    /** Reads one rule of a chain. Rules that follow a broken one are read for their errors and left out. */
    private void member(Span name, List<ActionText> actions, MemberReader reader) throws SecLangException {
        boolean chains =
                actions.stream().anyMatch(action -> action.name().text().equalsIgnoreCase("chain"));
        boolean wasBroken = chainIsBroken;
        chainIsBroken = false;
        try {
            RuleDraft.Member member = reader.read();
            member.actions();
            if (wasBroken) {
                chainIsBroken = chains;
                return;
            }
            RuleDraft draft = pending.orElseGet(() -> new RuleDraft(defaults, this.chains));
            draft.add(member);
            pending = chains ? Optional.of(draft) : Optional.empty();
            if (!chains) {
                add(draft);
            }
        } catch (SecLangException e) {
            pending = Optional.empty();
            chainIsBroken = chains;
            throw e;
        }
    }

    private RuleDraft.Member member(Directive.SecRule directive) throws SecLangException {
        List<Target> targets = new ArrayList<>();
        List<Target> exclusions = new ArrayList<>();
        Map<String, Bytes> namespaces = Actions.namespaces(directive.actions());
        for (TargetText text : directive.targets()) {
            (text.exclude() ? exclusions : targets)
                    .add(Targets.compile(text, patterns, prefix -> Optional.ofNullable(namespaces.get(prefix))));
        }
        if (directive
                .operator()
                .name()
                .filter(name -> name.text().equalsIgnoreCase("validateSchema"))
                .isPresent()) {
            targets.replaceAll(Targets::document);
        }
        if (targets.isEmpty()) {
            throw directive.name().error("all variables of the rule are exclusions (expected: one without !)");
        }
        Optional<Span> name = directive.operator().name();
        Span argument = directive.operator().argument();
        Operator operator = Operators.compile(name, argument, operatorFiles());
        Operators.doubt(name, argument).ifPresent(warnings::add);
        String written = (directive.operator().negated() ? "!" : "") + "@"
                + name.map(Span::text).orElse("rx") + " " + argument.text();
        return new RuleDraft.Member(
                directive.name(),
                targets,
                exclusions,
                directive.operator().negated(),
                operator,
                written,
                Operators.macros(name, argument),
                directive.actions());
    }

    private static RuleDraft.Member member(Directive.ActionList directive) {
        return new RuleDraft.Member(
                directive.name(),
                List.of(),
                List.of(),
                false,
                (value, context) -> true,
                "",
                List.of(),
                directive.actions());
    }

    private OperatorFiles operatorFiles() {
        return new OperatorFiles() {
            @Override
            public Bytes read(Span path) throws SecLangException {
                try {
                    return files.data(path.text(), path.sourceName())
                            .orElseThrow(() -> path.error("there is no file \"" + path
                                    + "\" (expected: a file beside the rules, or among those that rules may read)"));
                } catch (IOException e) {
                    throw path.error("the file \"" + path + "\" cannot be read: " + e.getMessage());
                }
            }

            @Override
            public List<String> dataset(Span name) throws SecLangException {
                return settings.dataset(name);
            }

            @Override
            public Patterns patterns() {
                return patterns;
            }
        };
    }

    private void add(RuleDraft draft) throws SecLangException {
        Rule rule = draft.compile();
        Optional<Position> taken = Optional.ofNullable(ids.get(rule.id()));
        if (taken.isPresent()) {
            throw draft.first()
                    .name
                    .error("id:" + rule.id() + " is taken (expected: another; the first is at " + taken.get() + ")");
        }
        ids.put(rule.id(), rule.position());
        entries.add(new Drafted(draft, rule));
    }

    private void defaultAction(Directive.ActionList directive) throws SecLangException {
        Actions actions = Actions.read(directive.actions());
        Span name = directive.name();
        Phase phase = actions.phase()
                .orElseThrow(() -> name.error(
                        "SecDefaultAction without a phase (expected: as in phase:2,log,auditlog,deny,status:403)"));
        Disruption disruption = actions.disruption()
                .orElseThrow(
                        () -> name.error(
                                "SecDefaultAction without a disruptive action (expected: pass, deny, drop, allow or redirect)"));
        if (disruption instanceof Disruption.Block) {
            throw name.error(
                    "SecDefaultAction with block, which stands for the default action (expected: pass, deny, drop, allow or redirect)");
        }
        if (actions.id().isPresent()
                || actions.chain()
                || actions.skip() > 0
                || !actions.skipAfter().isEmpty()) {
            throw name.error(
                    "SecDefaultAction with id, chain, skip or skipAfter (expected: phase, a disruptive action, logging, status and transformations)");
        }
        defaults.put(phase, actions);
    }

    private void setting(Directive.Setting directive) throws SecLangException {
        String name = directive.name().text().toLowerCase(Locale.ROOT);
        switch (name) {
            case "include", "includeoptional" -> include(directive, name.equals("include"));
            case "secmarker" ->
                entries.add(
                        new Marker(SettingDirectives.only(directive, "a name").text()));
            case "secruleremovebyid" -> {
                for (Span argument : SettingDirectives.some(directive, "ids or ranges of ids")) {
                    for (String range : argument.text().strip().split("[ ,]+", -1)) {
                        remove(directive.name(), argument, range, Control.ids(argument, range));
                    }
                }
            }
            case "secruleremovebytag" -> {
                Span tag = SettingDirectives.only(directive, "a tag");
                remove(directive.name(), tag, tag.text(), new RuleFilter.Tag(RuleFilter.Text.read(tag)));
            }
            case "secruleremovebymsg" -> {
                Span message = SettingDirectives.only(directive, "a message");
                remove(
                        directive.name(),
                        message,
                        message.text(),
                        new RuleFilter.Message(RuleFilter.Text.read(message)));
            }
            case "secruleupdatetargetbyid", "secruleupdatetargetbytag", "secruleupdatetargetbymsg" ->
                updateTargets(name, directive);
            case "secruleupdateactionbyid" -> updateActions(directive);
            default -> settings.read(directive, name);
        }
    }

    private void include(Directive.Setting directive, boolean needed) throws SecLangException {
        Span path = SettingDirectives.only(directive, "a file, a pattern of files, or an alias as @owasp_crs/*.conf");
        if (including.size() == DEEPEST_INCLUDE) {
            throw path.error("files include each other more than " + DEEPEST_INCLUDE + " deep");
        }
        List<Source> sources;
        try {
            sources = files.include(path.text(), path.sourceName());
        } catch (IOException e) {
            throw path.error("\"" + path + "\" cannot be read: " + e.getMessage());
        }
        boolean pattern = path.text().chars().anyMatch(c -> c == '*' || c == '?');
        if (sources.isEmpty() && needed) {
            if (!pattern || path.text().startsWith("@")) {
                throw path.error("there is nothing to include under \"" + path
                        + "\" (expected: a file that rules may read, or one of "
                        + String.join(", ", CoreRuleSet.aliases()) + ")");
            }
            warnings.add(path.diagnostic("no file is named as \"" + path
                    + "\", and nothing is included (expected: a file, or IncludeOptional where there need be none)"));
        }
        for (Source source : sources) {
            if (including.contains(source.name())) {
                throw path.error("\"" + path + "\" includes itself: " + String.join(" includes ", including.reversed())
                        + " includes " + source.name());
            }
            if (included++ == MOST_INCLUDED) {
                throw path.error("more than " + MOST_INCLUDED + " files are included");
            }
            including.push(source.name());
            read(source);
            including.pop();
        }
    }

    private void remove(Span directive, Span place, String rules, RuleFilter filter) {
        if (!entries.removeIf(entry -> entry instanceof Drafted drafted && filter.admits(drafted.rule()))) {
            warnOfNone(directive, place, rules);
        }
    }

    /** Warns that no rule matches. This is no error, since rule sets differ and exclusions are shared between them. */
    private void warnOfNone(Span directive, Span place, String rules) {
        warnings.add(place.diagnostic(
                directive + " \"" + rules + "\" names no rule that is written before it, and changes nothing"));
    }

    /** Reads {@code rules "targets"}, in which ids may be several arguments, and ModSecurity 2's {@code rules "targets" replaced}. */
    private void updateTargets(String name, Directive.Setting directive) throws SecLangException {
        boolean byId = name.equals("secruleupdatetargetbyid");
        List<Span> arguments =
                arguments(directive, 2, byId ? MOST_ARGUMENTS : 3, "rules and targets, as in 1001 \"!ARGS:password\"");
        int ids = 1;
        while (byId && ids < arguments.size() - 1 && Character.isDigit(first(arguments.get(ids)))) {
            ids++;
        }
        if (arguments.size() > ids + 2) {
            throw arguments
                    .get(ids + 2)
                    .error("\"" + arguments.get(ids + 2)
                            + "\" after the targets (expected: ids or ranges before them)");
        }
        Span rules = arguments.getFirst();
        List<Target> added = new ArrayList<>();
        List<Target> excluded = new ArrayList<>();
        for (TargetText text : TargetText.list(arguments.get(ids))) {
            (text.exclude() ? excluded : added).add(Targets.compile(text, patterns));
        }
        List<Target> replaced = new ArrayList<>();
        if (arguments.size() == ids + 2) {
            for (TargetText text : TargetText.list(arguments.get(ids + 1))) {
                replaced.add(Targets.compile(text, patterns));
            }
        }
        List<Place> places = byId
                ? places(arguments.subList(0, ids))
                : List.of(new Place(
                        rules,
                        rules.text(),
                        name.equals("secruleupdatetargetbytag")
                                ? new RuleFilter.Tag(RuleFilter.Text.read(rules))
                                : new RuleFilter.Message(RuleFilter.Text.read(rules)),
                        0));
        update(directive.name(), places, member -> {
            if (!replaced.isEmpty() && !member.targets.removeAll(replaced)) {
                warnings.add(arguments
                        .getLast()
                        .diagnostic("the rule at " + member.name.position() + " does not look at "
                                + arguments.getLast() + ", which " + directive.name()
                                + " is to replace, and is not changed"));
                return;
            }
            member.targets.addAll(added);
            member.exclusions.addAll(excluded);
        });
    }

    private void updateActions(Directive.Setting directive) throws SecLangException {
        List<Span> arguments =
                arguments(directive, 2, 2, "the id of a rule and actions, as in 1001 \"deny,status:400\"");
        List<ActionText> more = ActionText.list(arguments.get(1));
        Actions.read(more);
        for (ActionText action : more) {
            if (List.of("id", "phase", "chain").contains(action.name().text().toLowerCase(Locale.ROOT))) {
                throw action.name()
                        .error(
                                "action " + action.name()
                                        + " cannot be changed afterwards (expected: other actions; remove the rule and write another)");
            }
        }
        update(directive.name(), places(arguments.subList(0, 1)), member -> member.act(more));
    }

    private static List<Span> arguments(Directive.Setting directive, int least, int most, String expected)
            throws SecLangException {
        List<Span> arguments = SettingDirectives.some(directive, expected);
        if (arguments.size() < least || arguments.size() > most) {
            throw directive
                    .name()
                    .error(directive.name() + " with " + arguments.size() + " arguments (expected: " + expected + ")");
        }
        return arguments;
    }

    /** Selected rules as written, and the selected member of their chains. */
    private record Place(Span span, String text, RuleFilter filter, int member) {}

    /** Reads {@code 1001}, {@code 1001:1}, {@code 1001-1005} and lists of these, separated by commas. */
    private static List<Place> places(List<Span> arguments) throws SecLangException {
        List<Place> places = new ArrayList<>();
        for (Span rules : arguments) {
            for (String text : rules.text().strip().split("[ ,]+", -1)) {
                int colon = text.indexOf(':');
                int member = colon < 0 ? 0 : (int) Numeric.number(rules.replaced(text.substring(colon + 1)), 0, 1000);
                places.add(new Place(
                        rules, text, Control.ids(rules, colon < 0 ? text : text.substring(0, colon)), member));
            }
        }
        return places;
    }

    private static char first(Span argument) {
        return argument.text().isEmpty() ? 0 : argument.text().charAt(0);
    }

    private interface Update {
        void apply(RuleDraft.Member member);
    }

    private void update(Span directive, List<Place> places, Update update) throws SecLangException {
        Set<Place> found = new HashSet<>();
        for (int i = 0; i < entries.size(); i++) {
            if (!(entries.get(i) instanceof Drafted drafted)) {
                continue;
            }
            boolean changed = false;
            for (Place place : places) {
                if (place.filter().admits(drafted.rule())) {
                    Optional<RuleDraft.Member> member = drafted.draft().member(place.member());
                    member.ifPresent(update::apply);
                    if (member.isPresent()) {
                        changed = true;
                        found.add(place);
                    }
                }
            }
            if (changed) {
                entries.set(i, new Drafted(drafted.draft(), drafted.draft().compile()));
            }
        }
        places.stream()
                .filter(place -> !found.contains(place))
                .forEach(place -> warnOfNone(directive, place.span(), place.text()));
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
                case Drafted drafted -> {
                    if (drafted.rule().phase() == phase) {
                        rules.add(drafted.rule());
                        labels.computeIfAbsent(Long.toString(drafted.rule().id()), id -> new ArrayList<>())
                                .add(rules.size());
                    }
                }
            }
        }
        warnOfLostLabels(rules, labels);
        Map<String, int[]> places = new HashMap<>();
        labels.forEach((label, indices) ->
                places.put(label, indices.stream().mapToInt(Integer::intValue).toArray()));
        return new Program(rules, places);
    }

    /**
     * Warns of a {@code skipAfter} without its marker. Such a rule skips the rest of its phase, which is allowed as in
     * ModSecurity, but is rarely intended.
     */
    private void warnOfLostLabels(List<Rule> rules, Map<String, List<Integer>> labels) {
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            int after = i;
            String label = rule.skipAfter();
            if (!label.isEmpty()
                    && labels.getOrDefault(label, List.of()).stream().noneMatch(index -> index > after)) {
                warnings.add(new Diagnostic(
                        rule.position(),
                        "skipAfter:" + label
                                + " leads to no SecMarker and no rule after it, and skips the rest of phase "
                                + rule.phase().number()));
            }
        }
    }
}
