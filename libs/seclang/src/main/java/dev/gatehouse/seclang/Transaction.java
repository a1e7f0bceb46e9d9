package dev.gatehouse.seclang;

import dev.gatehouse.seclang.audit.AuditPart;
import dev.gatehouse.seclang.audit.AuditRecord;
import dev.gatehouse.seclang.audit.AuditSettings;
import dev.gatehouse.seclang.audit.LogLimits;
import dev.gatehouse.seclang.body.ContentCoding;
import dev.gatehouse.seclang.body.Json;
import dev.gatehouse.seclang.body.Outcome;
import dev.gatehouse.seclang.body.UrlEncoded;
import dev.gatehouse.seclang.body.XmlDocument;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import dev.gatehouse.seclang.operator.Numbers;
import dev.gatehouse.seclang.variable.Variable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response during inspection. The caller feeds it in this order: connection and request, request
 * headers, request body, response headers, response body, logging. Phases without data may be left out, except logging.
 *
 * <p>After a phase has interrupted, later phases return the same interruption and run no rules. Logging always runs.
 * Used by one thread at a time.
 */
public final class Transaction {
    private static final int TOO_LARGE = 413;
    private static final int SERVER_ERROR = 500;
    private static final Bytes COOKIE = Bytes.latin1("cookie");
    private static final Bytes ONE = Bytes.number(1);

    private final RuleSet rules;
    private final Settings settings;
    private final RuleObserver observer;
    private final Values values;
    private final Removals removals;
    private final Sanitation sanitation = new Sanitation();
    private final Evaluation evaluation;
    /** The initial capacity covers the Core Rule Set, which has some sixty rules that always match and set a variable. */
    private final List<Match> matched = new ArrayList<>(80);

    private final BytesBuilder requestBody = new BytesBuilder(0);
    private final BytesBuilder responseBody = new BytesBuilder(0);
    private EngineMode mode;
    private boolean requestBodyAccess;
    private boolean responseBodyAccess;
    private long requestBodyLimit;
    private long responseBodyLimit;
    private boolean requestBodyCut;
    private boolean responseBodyCut;
    private boolean forceRequestBody;
    private boolean forceResponseBody;
    private Optional<BodyProcessor> requestProcessor = Optional.empty();
    private Optional<BodyProcessor> responseProcessor = Optional.empty();
    private Settings.XmlArguments xmlArguments;
    private AuditSettings.Engine audit;
    private Set<AuditPart> auditParts;
    private boolean requestAllowed;
    private boolean allAllowed;
    private boolean logged;
    private Optional<Interruption> interruption = Optional.empty();

    Transaction(RuleSet rules, String uniqueId, Surroundings surroundings) {
        this.rules = rules;
        this.settings = rules.settings();
        this.observer = surroundings.observer();
        this.values = new Values(
                uniqueId,
                settings.webAppId(),
                surroundings.clock(),
                surroundings.environment(),
                new PersistentCollections(
                        surroundings.collections(),
                        surroundings.clock(),
                        settings.webAppId(),
                        Duration.ofSeconds(settings.collectionTimeout())));
        this.removals = new Removals(rules);
        this.evaluation = new Evaluation(values, this::steer, removals, sanitation, settings.steps());
        this.mode = settings.engine();
        this.requestBodyAccess = settings.request().access();
        this.responseBodyAccess = settings.response().access();
        this.requestBodyLimit = settings.request().limit().bytes();
        this.responseBodyLimit = settings.response().limit().bytes();
        this.xmlArguments = settings.xmlArguments();
        this.audit = settings.audit().engine();
        this.auditParts = settings.audit().parts();
    }

    /** Sets the two ends of the connection, with addresses as text without ports. */
    public void connection(String clientAddress, int clientPort, String serverAddress, int serverPort) {
        values.set(Variable.REMOTE_ADDR, Bytes.latin1(clientAddress));
        values.set(Variable.REMOTE_PORT, Bytes.number(clientPort));
        values.set(Variable.SERVER_ADDR, Bytes.latin1(serverAddress));
        values.set(Variable.SERVER_PORT, Bytes.number(serverPort));
    }

    /**
     * The request line.
     *
     * @param uri the URI as the client sent it
     * @param protocol the protocol, such as {@code HTTP/1.1}
     */
    public void request(Bytes method, Bytes uri, Bytes protocol) {
        Request line = new Request(method, uri, protocol);
        values.request(line);
        Outcome outcome = UrlEncoded.read(
                line.query(),
                settings.argumentSeparator(),
                settings.argumentsLimit(),
                (name, value) -> values.add(Variable.ARGS_GET, name, value));
        if (outcome.truncated()) {
            values.set(Variable.ARGUMENTS_LIMIT_REACHED, ONE);
        }
    }

    public void requestHeader(Bytes name, Bytes value) {
        values.add(Variable.REQUEST_HEADERS, name, value);
        if (name.equalsIgnoringCase(COOKIE)) {
            Cookies.read(
                    value,
                    settings.cookieFormat(),
                    settings.cookieSeparator(),
                    (cookie, content) -> values.add(Variable.REQUEST_COOKIES, cookie, content));
        }
    }

    /** Phase 1. */
    public Optional<Interruption> requestHeaders() {
        BodyProcessor.of(values.requestHeader("content-type").toString())
                .ifPresent(processor -> values.set(Variable.REQBODY_PROCESSOR, Bytes.latin1(processor.name())));
        return run(Phase.REQUEST_HEADERS);
    }

    /** Whether later rules or the audit log need the request's body. Call after phase 1. */
    public boolean inspectsRequestBody() {
        return inspects() && !requestAllowed && requestBodyAccess && readsRequestBodyLater();
    }

    private boolean readsRequestBodyLater() {
        return rules.reads(Phase.REQUEST_BODY, Variable.Origin.REQUEST_BODY)
                || rules.reads(Phase.RESPONSE_HEADERS, Variable.Origin.REQUEST_BODY)
                || rules.reads(Phase.RESPONSE_BODY, Variable.Origin.REQUEST_BODY)
                || rules.reads(Phase.LOGGING, Variable.Origin.REQUEST_BODY)
                || mayAudit(AuditPart.C)
                || mayAudit(AuditPart.I);
    }

    private boolean mayAudit(AuditPart part) {
        return audit != AuditSettings.Engine.OFF && auditParts.contains(part);
    }

    /** True: a request body over the limit ends the transaction; false: only its beginning is inspected. */
    public boolean rejectsLongRequestBody() {
        return settings.request().limit().reject() && mode == EngineMode.ON;
    }

    /** True: a response body over the limit ends the transaction; false: only its beginning is inspected. */
    public boolean rejectsLongResponseBody() {
        return settings.response().limit().reject() && mode == EngineMode.ON;
    }

    /** Announces the length of the request's body in advance. A length over {@code SecRequestBodyLimit} interrupts with 413 at once. */
    public Optional<Interruption> requestBodyLength(long bytes) {
        if (requestBodyAccess && inspects() && bytes > requestBodyLimit) {
            values.set(Variable.INBOUND_DATA_ERROR, ONE);
            reject(settings.request().limit(), Phase.REQUEST_BODY, TOO_LARGE);
        }
        return interruption;
    }

    /** Announces the length of the response's body in advance. A length over {@code SecResponseBodyLimit} interrupts with 500 at once. */
    public Optional<Interruption> responseBodyLength(long bytes) {
        if (inspectsResponseBody() && bytes > responseBodyLimit) {
            values.set(Variable.OUTBOUND_DATA_ERROR, ONE);
            reject(settings.response().limit(), Phase.RESPONSE_BODY, SERVER_ERROR);
        }
        return interruption;
    }

    /** The most bytes of the request's body that are inspected. */
    public long requestBodyLimit() {
        return requestBodyLimit;
    }

    /** The most bytes of the response's body that are inspected. */
    public long responseBodyLimit() {
        return responseBodyLimit;
    }

    /** Takes a part of the body, in order. Over {@code SecRequestBodyLimit} it interrupts with 413, or the rest is not inspected. */
    public Optional<Interruption> requestBody(Bytes part) {
        if (!requestBodyAccess || !inspects()) {
            return interruption;
        }
        if (!take(part, requestBody, requestBodyLimit)) {
            requestBodyCut = true;
            values.set(Variable.INBOUND_DATA_ERROR, ONE);
            reject(settings.request().limit(), Phase.REQUEST_BODY, TOO_LARGE);
        }
        return interruption;
    }

    /** Phase 2, after the last of the body. */
    public Optional<Interruption> requestBody() {
        if (requestBodyAccess && inspects()) {
            readRequestBody();
        }
        return run(Phase.REQUEST_BODY);
    }

    private void readRequestBody() {
        Bytes body = requestBody.build();
        values.set(Variable.REQUEST_BODY_LENGTH, Bytes.number(body.length()));
        values.set(Variable.STREAM_INPUT_BODY, body);
        Optional<BodyProcessor> processor = requestProcessor.or(
                () -> BodyProcessor.of(values.requestHeader("content-type").toString()));
        if (processor.isPresent() && body.length() > 0) {
            new RequestBodyReader(values, settings, requestBodyCut).read(body, processor.get(), xmlArguments);
        }
        // An unparsed body is one value, even if it looks like a form.
        if (forceRequestBody || processor.isEmpty()) {
            values.set(Variable.REQUEST_BODY, body);
        }
    }

    public void responseHeader(Bytes name, Bytes value) {
        values.add(Variable.RESPONSE_HEADERS, name, value);
    }

    /**
     * Whether the response is needed: by rules of phase 3 or 4, by rules of phase 5 (which run even after {@code
     * allow}), or by the audit log, which may select transactions by status.
     */
    public boolean inspectsResponse() {
        return inspects()
                        && (rules.program(Phase.RESPONSE_HEADERS).size() > 0
                                || rules.program(Phase.RESPONSE_BODY).size() > 0)
                || recordsResponse();
    }

    private boolean recordsResponse() {
        return mode != EngineMode.OFF
                && interruption.isEmpty()
                && (audit != AuditSettings.Engine.OFF
                        || rules.reads(Phase.LOGGING, Variable.Origin.RESPONSE)
                        || rules.reads(Phase.LOGGING, Variable.Origin.RESPONSE_BODY));
    }

    /** Phase 3. */
    public Optional<Interruption> responseHeaders(int status, String protocol) {
        values.set(Variable.RESPONSE_STATUS, Bytes.number(status));
        values.set(Variable.RESPONSE_PROTOCOL, Bytes.latin1(protocol));
        return run(Phase.RESPONSE_HEADERS);
    }

    /**
     * Whether phase 4, phase 5 or the audit log need the body of this response. Call after phase 3. Only bodies with a
     * content type of {@code SecResponseBodyMimeType} are inspected, and bodies without a content type, since browsers
     * guess one.
     */
    public boolean inspectsResponseBody() {
        return inspects()
                && responseBodyAccess
                && (rules.program(Phase.RESPONSE_BODY).size() > 0
                        || rules.reads(Phase.LOGGING, Variable.Origin.RESPONSE_BODY)
                        || mayAudit(AuditPart.E))
                && (forceResponseBody || isInspectedType());
    }

    /** Of several types, browsers take the last that they know: one that is inspected is enough. */
    private boolean isInspectedType() {
        String types = values.responseHeader("content-type").toString().toLowerCase(Locale.ROOT);
        return types.isEmpty()
                || Arrays.stream(types.split(",", -1))
                        .map(type ->
                                type.substring(0, (type + ";").indexOf(';')).strip())
                        .anyMatch(settings.responseTypes()::contains);
    }

    /**
     * Takes a part of the response's body, in order. Over {@code SecResponseBodyLimit} it interrupts with 500, or the
     * rest is not inspected.
     */
    public Optional<Interruption> responseBody(Bytes part) {
        if (!inspectsResponseBody()) {
            return interruption;
        }
        if (!take(part, responseBody, responseBodyLimit)) {
            responseBodyCut = true;
            values.set(Variable.OUTBOUND_DATA_ERROR, ONE);
            reject(settings.response().limit(), Phase.RESPONSE_BODY, SERVER_ERROR);
        }
        return interruption;
    }

    /** Phase 4, after the last of the body. */
    public Optional<Interruption> responseBody() {
        if (inspectsResponseBody()) {
            readResponseBody();
        }
        return run(Phase.RESPONSE_BODY);
    }

    private void readResponseBody() {
        Bytes sent = responseBody.build();
        ContentCoding.Decoded decoded =
                ContentCoding.decode(sent, values.responseHeader("content-encoding"), responseBodyLimit);
        if (decoded.cut()) {
            responseBodyCut = true;
            values.set(Variable.OUTBOUND_DATA_ERROR, ONE);
            reject(settings.response().limit(), Phase.RESPONSE_BODY, SERVER_ERROR);
        }
        decoded.error().filter(message -> !responseBodyCut).ifPresent(this::failResponse);
        Bytes body = decoded.bytes();
        Fields seen = Fields.single(body);
        if (decoded.error().isPresent() && !responseBodyCut && !body.equals(sent)) {
            // A client that does not decode a broken coding sees the body as it was sent.
            seen.add(Bytes.EMPTY, sent);
        }
        values.set(Variable.RESPONSE_BODY, seen);
        values.set(Variable.STREAM_OUTPUT_BODY, seen);
        responseProcessor.ifPresent(processor -> readResponse(processor, body));
    }

    private void readResponse(BodyProcessor processor, Bytes body) {
        values.set(Variable.RES_BODY_PROCESSOR, Bytes.latin1(processor.name()));
        int depth = settings.response().jsonDepth();
        int limit = settings.argumentsLimit();
        switch (processor) {
            case URLENCODED -> finishResponse(UrlEncoded.read(body, '&', limit, this::responseArgument));
            case JSON -> finishResponse(Json.read(body, depth, limit, this::responseArgument));
            case NDJSON -> finishResponse(Json.readStream(body, depth, limit, this::responseArgument));
            case XML -> {
                XmlDocument document = XmlDocument.read(body, responseBodyCut);
                document.error().ifPresent(this::failResponse);
                values.responseXml(document);
            }
            case MULTIPART, RAW -> {}
        }
    }

    private void responseArgument(Bytes name, Bytes value) {
        values.add(Variable.RESPONSE_ARGS, name, value);
    }

    private void finishResponse(Outcome outcome) {
        outcome.error().filter(message -> !responseBodyCut).ifPresent(this::failResponse);
        if (outcome.truncated()) {
            failResponse("the response has more than SecArgumentsLimit, " + settings.argumentsLimit() + " arguments");
        }
    }

    private void failResponse(String message) {
        Bytes text = Bytes.utf8(message);
        values.set(Variable.RES_BODY_ERROR, ONE);
        values.set(Variable.RES_BODY_ERROR_MSG, text);
        values.set(Variable.RES_BODY_PROCESSOR_ERROR, ONE);
        values.set(Variable.RES_BODY_PROCESSOR_ERROR_MSG, text);
    }

    /** Runs phase 5 once. Later calls do nothing. */
    public void logging() {
        if (!logged) {
            logged = true;
            if (mode != EngineMode.OFF) {
                run(rules.program(Phase.LOGGING), Phase.LOGGING);
                values.collections().flush();
            }
        }
    }

    /**
     * The rules that matched so far. The descriptions are made anew in each call, since many matching rules only count
     * something and are never described.
     */
    public List<MatchedRule> matched() {
        return matched.stream().map(Match::matchedRule).toList();
    }

    /** The matched rules with a line in the error log, {@code most} at most. */
    public Excerpt logged(int most) {
        return Excerpt.of(
                matched.stream().filter(match -> match.rule().note().logged()).toList(), most);
    }

    /** Whether a matched rule has a line in the error log. */
    public boolean hasLogged() {
        return matched.stream().anyMatch(match -> match.rule().note().logged());
    }

    public Optional<Interruption> interruption() {
        return interruption;
    }

    /** The value of a {@code TX} variable; empty if it is not set. */
    public Bytes tx(String name) {
        return values.tx(name.toLowerCase(Locale.ROOT));
    }

    /** A copy of all {@code TX} variables, by their names in lower case. */
    public Map<String, Bytes> tx() {
        return Map.copyOf(values.tx());
    }

    /** The line that ModSecurity writes to the error log for a matched rule. */
    public String errorLine(MatchedRule rule) {
        return ErrorLine.of(rule, values, interruption);
    }

    /** The line after the lines of an incomplete excerpt. */
    public String errorLine(int leftOut) {
        return ErrorLine.of(leftOut, values);
    }

    /** The request of the transaction. */
    public Exchange exchange() {
        return new Exchange(
                values.single(Variable.UNIQUE_ID).toString(),
                values.single(Variable.REMOTE_ADDR).toString(),
                values.single(Variable.SERVER_NAME).toString(),
                values.single(Variable.REQUEST_METHOD).toString(),
                values.single(Variable.REQUEST_FILENAME).toString(),
                mode.name());
    }

    /** The audit log settings of its rules. */
    public AuditSettings auditSettings() {
        return settings.audit();
    }

    /** The audit record, after logging; empty if {@code SecAuditEngine} and the rules do not select the transaction. */
    public Optional<AuditRecord> auditRecord(LogLimits limits) {
        int status = interruption.map(Interruption::status).orElseGet(() ->
                (int) Numbers.parse(values.single(Variable.RESPONSE_STATUS)));
        boolean asked = matched.stream().anyMatch(match -> match.rule().note().audited());
        if (mode == EngineMode.OFF || !settings.audit().records(audit, status, asked)) {
            return Optional.empty();
        }
        return Optional.of(
                AuditRecords.of(values, settings, sanitation, auditParts, matched, interruption, mode, status, limits));
    }

    private boolean inspects() {
        return mode != EngineMode.OFF && interruption.isEmpty() && !allAllowed;
    }

    /** Appends a part of a body; returns whether the whole part was within the limit. */
    private static boolean take(Bytes part, BytesBuilder body, long limit) {
        long room = Math.max(limit - body.length(), 0);
        body.append(part.length() <= room ? part : part.slice(0, (int) room));
        return part.length() <= room;
    }

    private void reject(BodyLimit limit, Phase phase, int status) {
        if (limit.reject() && mode == EngineMode.ON) {
            interruption = Optional.of(new Interruption(Interruption.Kind.DENY, status, 0, phase, Optional.empty()));
        }
    }

    private Optional<Interruption> run(Phase phase) {
        boolean passed = phase.compareTo(Phase.REQUEST_BODY) <= 0 && requestAllowed;
        if (inspects() && !passed) {
            run(rules.program(phase), phase);
            values.collections().flush();
        }
        return interruption;
    }

    private void run(Program program, Phase phase) {
        Screener screener = rules.screeners().take();
        try {
            screener.begin(program.screens(), values);
            run(program, phase, screener);
        } finally {
            rules.screeners().giveBack(screener);
        }
    }

    private void run(Program program, Phase phase, Screener screener) {
        int at = 0;
        // An observer measures each rule alone, so rules are not screened together.
        boolean screens = observer == RuleObserver.NONE;
        while (at < program.size()) {
            if (screens && screener.rulesOut(at, values)) {
                at++;
                continue;
            }
            Rule rule = program.rule(at);
            if (removals.removes(rule) || !matches(rule)) {
                at++;
                continue;
            }
            boolean goesOn = disrupt(rule, evaluation.hits(), phase);
            if (!goesOn || mode == EngineMode.OFF) {
                return;
            }
            at = rule.skipAfter().isEmpty() ? at + 1 + rule.skip() : program.after(rule.skipAfter(), at);
        }
    }

    private boolean matches(Rule rule) {
        if (observer == RuleObserver.NONE) {
            return evaluation.matches(rule);
        }
        long start = System.nanoTime();
        boolean matches = evaluation.matches(rule);
        observer.evaluated(rule.id(), rule.phase(), System.nanoTime() - start, matches);
        return matches;
    }

    /** Takes the rule's disruptive action; returns whether the phase continues. */
    private boolean disrupt(Rule rule, @Nullable Hit hits, Phase phase) {
        boolean acts = mode == EngineMode.ON && phase != Phase.LOGGING;
        if (rule.note().severity().isPresent()) {
            values.severity(rule.note().severity().get());
        }
        boolean goesOn = switch (rule.disruption()) {
            case Disruption.Pass pass -> true;
            case Disruption.Block block -> true;
            case Disruption.Deny deny ->
                !acts || interrupt(Interruption.Kind.DENY, rule, rule.status(), Optional.empty());
            case Disruption.Drop drop ->
                !acts || interrupt(Interruption.Kind.DROP, rule, rule.status(), Optional.empty());
            case Disruption.Redirect redirect ->
                !acts
                        || interrupt(
                                Interruption.Kind.REDIRECT,
                                rule,
                                redirection(rule.status()),
                                Optional.of(
                                        redirect.location().expand(evaluation).toString()));
            case Disruption.Allow allow -> !acts || allow(allow.scope());
        };
        boolean interrupted =
                !goesOn && interruption.filter(now -> now.ruleId() == rule.id()).isPresent();
        Note note = rule.note();
        matched.add(new Match(
                rule,
                phase,
                kept(note.message().text(evaluation)),
                kept(note.data().text(evaluation)),
                note.tagTexts(evaluation),
                interrupted,
                hits));
        return goesOn;
    }

    /** Shortens a text that is kept for logs. Without a limit every rule could keep a copy of a large body as {@code %{MATCHED_VAR}}. */
    private static String kept(String text) {
        return text.length() <= LogLimits.LONGEST_VALUE ? text : text.substring(0, LogLimits.LONGEST_VALUE);
    }

    private static int redirection(int status) {
        return status >= 300 && status <= 399 ? status : 302;
    }

    private boolean interrupt(Interruption.Kind kind, Rule rule, int status, Optional<String> location) {
        interruption = Optional.of(new Interruption(kind, status, rule.id(), rule.phase(), location));
        return false;
    }

    private boolean allow(Disruption.Scope scope) {
        switch (scope) {
            case TRANSACTION -> allAllowed = true;
            case REQUEST -> requestAllowed = true;
            case PHASE -> {}
        }
        return false;
    }

    private void steer(Effect.Steering effect) {
        switch (effect) {
            case Effect.SwitchEngine to -> mode = to.mode();
            case Effect.SwitchRequestBodyAccess to -> requestBodyAccess = to.on();
            case Effect.SwitchResponseBodyAccess to -> responseBodyAccess = to.on();
            case Effect.LimitRequestBody to -> requestBodyLimit = to.bytes();
            case Effect.LimitResponseBody to -> responseBodyLimit = to.bytes();
            case Effect.ProcessRequestBody by -> {
                requestProcessor = Optional.of(by.processor());
                values.set(
                        Variable.REQBODY_PROCESSOR, Bytes.latin1(by.processor().name()));
            }
            case Effect.ProcessResponseBody by -> responseProcessor = Optional.of(by.processor());
            case Effect.ForceRequestBody to -> forceRequestBody = to.on();
            case Effect.ForceResponseBody to -> forceResponseBody = to.on();
            case Effect.SwitchXmlArguments to -> xmlArguments = to.to();
            case Effect.SwitchAudit to -> audit = to.engine();
            case Effect.SwitchAuditParts to -> {
                Set<AuditPart> parts = EnumSet.copyOf(auditParts);
                switch (to.assignment()) {
                    case SET -> {
                        parts.clear();
                        parts.addAll(to.parts());
                    }
                    case ADD -> parts.addAll(to.parts());
                    case SUBTRACT -> {
                        parts.removeAll(to.parts());
                        parts.addAll(EnumSet.of(AuditPart.A, AuditPart.Z));
                    }
                }
                auditParts = parts;
            }
        }
    }
}
