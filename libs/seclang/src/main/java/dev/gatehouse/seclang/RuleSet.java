package dev.gatehouse.seclang;

import dev.gatehouse.seclang.audit.AuditSettings;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.seclang.regex.Patterns;
import dev.gatehouse.seclang.variable.Variable;
import java.time.InstantSource;
import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Compiled rules. Immutable: one rule set serves all transactions, on any thread. */
public final class RuleSet {
    /** The id of the engine's own rule, which refuses requests with more arguments than {@code SecArgumentsLimit}. */
    public static final long ARGUMENTS_LIMIT_RULE = 20_189_999;

    private final Settings settings;
    private final Map<Phase, Program> programs;
    private final int size;
    private final boolean loadsCollections;
    private final Screeners screeners = new Screeners();
    /**
     * The selected rules by the filters of {@code ctl}. They are cached, since a request with a filter checks every
     * later rule, and a rule may have a dozen tags.
     */
    private final Map<RuleFilter, Set<Rule>> chosen = new ConcurrentHashMap<>();

    RuleSet(Settings settings, Map<Phase, Program> programs) {
        this.settings = settings;
        this.programs = new EnumMap<>(programs);
        this.size = programs.values().stream().mapToInt(Program::size).sum();
        this.loadsCollections = CollectionUse.of(programs.values());
    }

    /** Compiles sources, in order, as one text that must not read files. Finds all errors, not only the first. */
    public static Compilation compile(List<Source> sources) {
        return compile(sources, RuleFiles.none());
    }

    /** Compiles sources, in order, as one text. Finds all errors, not only the first. */
    public static Compilation compile(List<Source> sources, RuleFiles files) {
        return compile(sources, files, Patterns.ANEW);
    }

    /**
     * Compiles sources, in order, as one text. Finds all errors, not only the first.
     *
     * @param patterns compiles the regular expressions of rules, or supplies precompiled ones
     */
    public static Compilation compile(List<Source> sources, RuleFiles files, Patterns patterns) {
        return new Compiler(files, patterns).compile(sources);
    }

    /** A copy whose mode overrides {@code SecRuleEngine}. */
    public RuleSet inMode(EngineMode mode) {
        return new RuleSet(settings.engine(mode), programs);
    }

    /**
     * Begins a transaction.
     *
     * @param uniqueId the transaction's id, in the variable {@code UNIQUE_ID} and in each log line
     */
    public Transaction begin(String uniqueId, Surroundings surroundings) {
        return new Transaction(this, uniqueId, surroundings);
    }

    /** Begins a transaction with persistent collections of its own. */
    public Transaction begin(String uniqueId, InstantSource clock, Map<String, String> environment) {
        return begin(uniqueId, new Surroundings(clock, environment));
    }

    /**
     * Prepares the parts of patterns that most requests need, so that the first requests do not wait for them. Call it
     * before the rules are used; it takes about a second for the Core Rule Set.
     */
    public void prepare() {
        Transaction transaction = inMode(EngineMode.DETECTION_ONLY).begin("prepare", InstantSource.system(), Map.of());
        transaction.connection("192.0.2.1", 1024, "192.0.2.2", 80);
        transaction.request(Bytes.latin1("POST"), Bytes.latin1("/a/b.html?c=d"), Bytes.latin1("HTTP/1.1"));
        transaction.requestHeader(Bytes.latin1("Host"), Bytes.latin1("www.example.com"));
        transaction.requestHeader(Bytes.latin1("User-Agent"), Bytes.latin1("prepare"));
        transaction.requestHeader(Bytes.latin1("Accept"), Bytes.latin1("*/*"));
        transaction.requestHeader(Bytes.latin1("Cookie"), Bytes.latin1("e=f"));
        transaction.requestHeader(Bytes.latin1("Content-Type"), Bytes.latin1("application/x-www-form-urlencoded"));
        transaction.requestHeaders();
        transaction.requestBody(Bytes.latin1("g=h+i&j=<k>"));
        transaction.requestBody();
        transaction.responseHeader(Bytes.latin1("Content-Type"), Bytes.latin1("text/html"));
        transaction.responseHeaders(200, "HTTP/1.1");
        transaction.responseBody(Bytes.latin1("<html><body>l</body></html>"));
        transaction.responseBody();
        transaction.logging();
    }

    /** The settings of the audit log. */
    public AuditSettings audit() {
        return settings.audit();
    }

    public EngineMode mode() {
        return settings.engine();
    }

    /** Whether a transaction may load a persistent collection, and so wait for the store that keeps it. */
    public boolean loadsCollections() {
        return loadsCollections;
    }

    /** The number of rules. A chain counts as one. */
    public int size() {
        return size;
    }

    /** Whether a rule of the phase may read variables of {@code origin}. */
    boolean reads(Phase phase, Variable.Origin origin) {
        return program(phase).needs(origin);
    }

    Settings settings() {
        return settings;
    }

    /** The rules that the filter selects, by identity; always the same set for one filter. */
    Set<Rule> chosen(RuleFilter filter) {
        return chosen.computeIfAbsent(filter, this::choose);
    }

    private Set<Rule> choose(RuleFilter filter) {
        Set<Rule> rules = Collections.newSetFromMap(new IdentityHashMap<>());
        programs.values().forEach(program -> program.choose(filter, rules));
        return rules;
    }

    Screeners screeners() {
        return screeners;
    }

    Program program(Phase phase) {
        return Optional.ofNullable(programs.get(phase)).orElseThrow();
    }
}
