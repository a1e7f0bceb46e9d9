package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One request and its response as they pass by. The caller feeds it in this order: connection and request, request headers, the
 * request's body, response headers, the response's body, logging; phases that have nothing to see may be left out, but logging.
 *
 * <p>Once a phase has interrupted, those after it answer with the same interruption and run no rule; logging always runs. Used by
 * one thread at a time.
 */
public final class Transaction {
    private static final int TOO_LARGE = 413;
    private static final int SERVER_ERROR = 500;

    private final RuleSet rules;
    private final Values values;
    private final Removals removals = new Removals();
    private final Evaluation evaluation;
    private final List<MatchedRule> matched = new ArrayList<>();
    private final BytesBuilder requestBody = new BytesBuilder(0);
    private final BytesBuilder responseBody = new BytesBuilder(0);
    private EngineMode mode;
    private boolean requestBodyAccess;
    private boolean responseBodyAccess;
    private boolean forcedUrlEncoded;
    private boolean requestAllowed;
    private boolean allAllowed;
    private boolean logged;
    private Optional<Interruption> interruption = Optional.empty();

    Transaction(RuleSet rules, String uniqueId, InstantSource clock, Map<String, String> environment) {
        this.rules = rules;
        this.values = new Values(uniqueId, clock, environment);
        this.evaluation = new Evaluation(values, this::steer, removals);
        this.mode = rules.settings().engine();
        this.requestBodyAccess = rules.settings().requestBodyAccess();
        this.responseBodyAccess = rules.settings().responseBodyAccess();
    }

    /** Who speaks to whom; addresses as text, without ports. */
    public void connection(String clientAddress, int clientPort, String serverAddress, int serverPort) {
        values.connection(clientAddress, clientPort, serverAddress, serverPort);
    }

    /**
     * The request line.
     *
     * @param uri as the client sent it
     * @param protocol as {@code HTTP/1.1}
     */
    public void request(Bytes method, Bytes uri, Bytes protocol) {
        values.request(new Request(method, uri, protocol));
    }

    public void requestHeader(Bytes name, Bytes value) {
        values.requestHeader(name, value);
    }

    /** Phase 1. */
    public Optional<Interruption> requestHeaders() {
        return run(Phase.REQUEST_HEADERS);
    }

    /** Whether the request's body would be looked at by rules that have not run: ask after phase 1. */
    public boolean inspectsRequestBody() {
        return inspects() && !requestAllowed && requestBodyAccess && readsRequestBodyLater();
    }

    private boolean readsRequestBodyLater() {
        return rules.readsRequestBody(Phase.REQUEST_BODY)
                || rules.readsRequestBody(Phase.RESPONSE_HEADERS)
                || rules.readsRequestBody(Phase.RESPONSE_BODY)
                || rules.readsRequestBody(Phase.LOGGING);
    }

    /** Some of the body, in order. Over {@code SecRequestBodyLimit} it interrupts with 413, or the rest is not looked at. */
    public Optional<Interruption> requestBody(Bytes part) {
        if (!requestBodyAccess || !inspects()) {
            return interruption;
        }
        return add(part, requestBody, rules.settings().requestBody(), Phase.REQUEST_BODY, TOO_LARGE);
    }

    /** Phase 2, after the last of the body. */
    public Optional<Interruption> requestBody() {
        if (requestBodyAccess && requestBody.length() > 0) {
            values.requestBody(requestBody.build(), forcedUrlEncoded || values.saysUrlEncoded());
        }
        return run(Phase.REQUEST_BODY);
    }

    public void responseHeader(Bytes name, Bytes value) {
        values.responseHeader(name, value);
    }

    /** Whether phase 3 or what follows has rules to run. */
    public boolean inspectsResponse() {
        return inspects()
                && (rules.program(Phase.RESPONSE_HEADERS).size() > 0
                        || rules.program(Phase.RESPONSE_BODY).size() > 0);
    }

    /** Phase 3. */
    public Optional<Interruption> responseHeaders(int status, String protocol) {
        values.response(status, protocol);
        return run(Phase.RESPONSE_HEADERS);
    }

    /** Whether phase 4 has rules to run that may see a body. */
    public boolean inspectsResponseBody() {
        return inspects()
                && responseBodyAccess
                && rules.program(Phase.RESPONSE_BODY).size() > 0;
    }

    /** Some of the response's body, in order. Over {@code SecResponseBodyLimit} it interrupts with 500, or the rest is not looked at. */
    public Optional<Interruption> responseBody(Bytes part) {
        if (!responseBodyAccess || !inspects()) {
            return interruption;
        }
        return add(part, responseBody, rules.settings().responseBody(), Phase.RESPONSE_BODY, SERVER_ERROR);
    }

    /** Phase 4, after the last of the body. */
    public Optional<Interruption> responseBody() {
        values.responseBody(responseBody.build());
        return run(Phase.RESPONSE_BODY);
    }

    /** Phase 5, once: later calls do nothing. */
    public void logging() {
        if (!logged) {
            logged = true;
            if (mode != EngineMode.OFF) {
                run(rules.program(Phase.LOGGING), Phase.LOGGING);
            }
        }
    }

    /** The rules that matched so far. */
    public List<MatchedRule> matched() {
        return List.copyOf(matched);
    }

    public Optional<Interruption> interruption() {
        return interruption;
    }

    /** The value of a {@code TX} variable; empty without one. */
    public Bytes tx(String name) {
        return values.tx(name);
    }

    /** All {@code TX} variables by their names in small letters: a copy. */
    public Map<String, Bytes> tx() {
        return Map.copyOf(values.tx());
    }

    /** The line that ModSecurity writes to the error log for a matched rule. */
    public String errorLine(MatchedRule rule) {
        return ErrorLine.of(rule, values, interruption);
    }

    private boolean inspects() {
        return mode != EngineMode.OFF && interruption.isEmpty() && !allAllowed;
    }

    private Optional<Interruption> add(Bytes part, BytesBuilder body, BodyLimit limit, Phase phase, int status) {
        long room = limit.bytes() - body.length();
        if (part.length() <= room) {
            body.append(part);
            return interruption;
        }
        body.append(part.slice(0, (int) Math.max(room, 0)));
        if (limit.reject() && mode == EngineMode.ON) {
            interruption = Optional.of(new Interruption(Interruption.Kind.DENY, status, 0, phase, Optional.empty()));
        } else if (limit.reject() && phase == Phase.REQUEST_BODY) {
            values.bodyError("the body is longer than " + limit.bytes() + " bytes");
        }
        return interruption;
    }

    private Optional<Interruption> run(Phase phase) {
        boolean passed = phase.compareTo(Phase.REQUEST_BODY) <= 0 && requestAllowed;
        if (inspects() && !passed) {
            run(rules.program(phase), phase);
        }
        return interruption;
    }

    private void run(Program program, Phase phase) {
        int at = 0;
        while (at < program.size()) {
            Rule rule = program.rule(at);
            Optional<List<MatchedValue>> match = removals.removes(rule) ? Optional.empty() : evaluation.match(rule);
            if (match.isEmpty()) {
                at++;
                continue;
            }
            boolean goesOn = disrupt(rule, match.get(), phase);
            if (!goesOn || mode == EngineMode.OFF) {
                return;
            }
            at = rule.skipAfter().isEmpty() ? at + 1 + rule.skip() : program.after(rule.skipAfter(), at);
        }
    }

    /** Whether the phase goes on. */
    private boolean disrupt(Rule rule, List<MatchedValue> match, Phase phase) {
        boolean acts = mode == EngineMode.ON && phase != Phase.LOGGING;
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
        record(
                rule,
                match,
                phase,
                interruption.filter(now -> now.ruleId() == rule.id()).isPresent() && !goesOn);
        return goesOn;
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

    private void record(Rule rule, List<MatchedValue> match, Phase phase, boolean disruptive) {
        Note note = rule.note();
        matched.add(new MatchedRule(
                rule.id(),
                phase,
                rule.position(),
                note.revision(),
                note.version(),
                note.message().expand(evaluation).toString(),
                note.data().expand(evaluation).toString(),
                note.severity(),
                note.tags().stream()
                        .map(tag -> tag.expand(evaluation).toString())
                        .toList(),
                note.logged(),
                disruptive,
                match));
    }

    private void steer(Effect.Steering effect) {
        switch (effect) {
            case Effect.SwitchEngine to -> mode = to.mode();
            case Effect.SwitchRequestBodyAccess to -> requestBodyAccess = to.on();
            case Effect.SwitchResponseBodyAccess to -> responseBodyAccess = to.on();
            case Effect.ForceUrlEncoded force -> forcedUrlEncoded = true;
        }
    }
}
