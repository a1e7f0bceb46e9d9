package dev.gatehouse.waf.inspection;

import dev.gatehouse.seclang.EngineMode;
import dev.gatehouse.seclang.Interruption;
import dev.gatehouse.seclang.MatchedRule;
import dev.gatehouse.seclang.RuleSet;
import dev.gatehouse.seclang.Surroundings;
import dev.gatehouse.seclang.Transaction;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.Numbers;
import dev.gatehouse.waf.load.BodyBudget;
import dev.gatehouse.waf.policy.Policy;
import io.opentelemetry.context.Scope;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * One request, from its headers to the end of its response. Used by one thread at a time. What cannot be inspected is refused, or goes
 * on, as the policy says.
 */
public final class Inspection {
    private static final Logger LOG = System.getLogger(Inspection.class.getName());
    private static final int UNAVAILABLE = 503;
    private static final int BAD_REQUEST = 400;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int SWITCHING_PROTOCOLS = 101;
    /** In the metadata of a response, for access logs. */
    private static final int MOST_RULES = 100;

    private static final int MOST_TAGS = 100;

    /** What {@code ENV} has on routes of gRPC. */
    private static final Map<String, String> GRPC = Map.of("GATEHOUSE_PROTOCOL", "grpc");

    /** The TX variables of CRS 3 and 4 that have a transaction's scores. */
    private static final List<String> SCORES = List.of(
            "anomaly_score",
            "inbound_anomaly_score",
            "outbound_anomaly_score",
            "blocking_anomaly_score",
            "detection_anomaly_score",
            "blocking_inbound_anomaly_score",
            "detection_inbound_anomaly_score",
            "blocking_outbound_anomaly_score",
            "detection_outbound_anomaly_score");

    /** What all inspections of a process share. */
    public record Shared(
            Surroundings surroundings, BodyBudget bodies, FinishedTransactions finished, InspectionMetrics metrics) {}

    /**
     * The settings of the route in the proxy's configuration.
     *
     * @param streams true for a gRPC route, whose bodies are not inspected, since its streams may never end
     * @param bufferBytes the most bytes of a body that the proxy can buffer; of a longer body it sends a part; 0:
     * unknown
     */
    public record Route(boolean streams, long bufferBytes) {}

    private final Supplier<Policy> lookup;
    private final Shared shared;
    private final BodyBudget.Share body;
    private final InspectionSpan span;
    private final Route served;
    private Optional<Policy> found = Optional.empty();
    private Optional<Transaction> transaction = Optional.empty();
    private Optional<String> skipped = Optional.empty();
    private boolean asked;
    private boolean refused;
    private boolean responseAsked;
    private String route = "";
    private long requestBytes;
    private long responseBytes;
    private long engineNanos;
    private boolean ended;

    /** @param lookup finds the policy and may block; called once, by the inspecting thread */
    public Inspection(Supplier<Policy> lookup, Route route, Shared shared, InspectionSpan span) {
        this.lookup = lookup;
        this.served = route;
        this.shared = shared;
        this.span = span;
        this.body = shared.bodies().share();
    }

    /** Finds the policy. Blocks, as the lookup does: to be called before others wait for this one. */
    public void prepare() {
        policy();
    }

    private Policy policy() {
        if (found.isEmpty()) {
            found = Optional.of(lookup.get());
        }
        return found.get();
    }

    /**
     * The request's headers. Without a body phase 2 runs too.
     *
     * @param uniqueId the request's id in logs
     * @param route Envoy's name of the request's route; empty: the route has no name
     */
    public Decision requestHead(RequestHead head, String uniqueId, String route) {
        this.asked = true;
        this.route = route;
        return switch (policy()) {
            case Policy.Unusable unusable -> {
                refused = true;
                yield new Decision.Respond(UNAVAILABLE, "waf_unavailable{" + unusable.reason() + "}");
            }
            case Policy.Ready ready -> {
                RuleSet rules = ready.rules(head.host());
                Transaction begun = rules.begin(uniqueId, surroundings());
                transaction = Optional.of(begun);
                yield timed("request headers", () -> inspect(begun, rules.mode(), head));
            }
        };
    }

    /**
     * The environment for rules. It tells whether the route is a gRPC route, which only the proxy's configuration
     * knows: a client can claim to speak gRPC.
     */
    private Surroundings surroundings() {
        Surroundings usual = shared.surroundings();
        return served.streams() ? new Surroundings(usual.clock(), GRPC, usual.collections(), usual.observer()) : usual;
    }

    private Decision inspect(Transaction begun, EngineMode mode, RequestHead head) {
        Peer client = Peer.parse(head.client());
        Peer server = Peer.parse(head.server());
        begun.connection(client.address(), client.port(), server.address(), server.port());
        begun.request(head.method(), head.uri(), head.protocol());
        head.headers().forEach(header -> begun.requestHeader(header.name(), header.value()));
        Optional<Interruption> interruption = begun.requestHeaders();
        if (interruption.isEmpty() && mode == EngineMode.ON && head.leavesHttp() && head.announcesBody()) {
            // What follows an upgrade is not HTTP and never ends; a server that does not upgrade would read it as the
            // body.
            refused = true;
            return new Decision.Respond(BAD_REQUEST, "waf_refused{upgrade_with_body}");
        }
        BodyNeed need = interruption.isEmpty() ? need(begun, head) : BodyNeed.NONE;
        if (need != BodyNeed.NONE) {
            long length = head.contentLength().orElse(0);
            interruption = begun.requestBodyLength(length);
            if (interruption.isEmpty() && !body.hasRoomFor(Math.min(length, begun.requestBodyLimit()))) {
                return overloaded("bodies");
            }
        } else if (interruption.isEmpty()) {
            interruption = begun.requestBody();
        }
        responseAsked = interruption.isEmpty() && begun.inspectsResponse();
        return decide(interruption, need);
    }

    private BodyNeed need(Transaction begun, RequestHead head) {
        if (served.streams() || !head.hasBody() || head.leavesHttp() || !begun.inspectsRequestBody()) {
            return BodyNeed.NONE;
        }
        return need(begun.rejectsLongRequestBody(), head.contentLength());
    }

    /**
     * Asked for all of a body that it cannot hold, Envoy would wait for ever. So it is asked for all only where that is known to fit; a
     * beginning that is longer than the limit is refused as well as the whole would be.
     */
    private BodyNeed need(boolean rejects, OptionalLong length) {
        boolean fits = length.isPresent() && (served.bufferBytes() == 0 || length.getAsLong() <= served.bufferBytes());
        return rejects && fits ? BodyNeed.WHOLE : BodyNeed.BEGINNING;
    }

    /**
     * Takes a part of the request's body.
     *
     * @param last whether this is the last part
     * @param cut whether the body is longer than the parts that are sent
     */
    public Decision requestBody(Bytes part, boolean last, boolean cut) {
        requestBytes += part.length();
        return in("request body", begun -> {
            if (!body.take(
                    Math.min(part.length(), Math.max(begun.requestBodyLimit() - requestBytes + part.length(), 0)))) {
                return overloaded("bodies");
            }
            Optional<Interruption> interruption =
                    cut ? begun.requestBodyLength(Long.MAX_VALUE) : begun.requestBody(part);
            if (cut && interruption.isEmpty()) {
                interruption = begun.requestBody(part);
            }
            return decide(last && interruption.isEmpty() ? begun.requestBody() : interruption, BodyNeed.NONE);
        });
    }

    /** Whether as much of the request's body has come as is looked at. */
    public boolean requestBodyIsFull() {
        return transaction.map(begun -> requestBytes > begun.requestBodyLimit()).orElse(true);
    }

    /** Whether as much of the response's body has come as is looked at. */
    public boolean responseBodyIsFull() {
        return transaction
                .map(begun -> responseBytes > begun.responseBodyLimit())
                .orElse(true);
    }

    /** @param hasBody whether a body follows */
    public Decision responseHead(int status, List<Header> headers, boolean hasBody) {
        return in("response headers", begun -> {
            headers.forEach(header -> begun.responseHeader(header.name(), header.value()));
            Optional<Interruption> interruption = begun.responseHeaders(status, "HTTP/1.1");
            boolean read = interruption.isEmpty()
                    && !served.streams()
                    && hasBody
                    && status != SWITCHING_PROTOCOLS
                    && begun.inspectsResponseBody();
            OptionalLong length = Header.contentLength(headers);
            if (read) {
                interruption = begun.responseBodyLength(length.orElse(0));
            } else if (interruption.isEmpty()) {
                interruption = begun.responseBody();
            }
            return decide(interruption, read ? need(begun.rejectsLongResponseBody(), length) : BodyNeed.NONE);
        });
    }

    /** As {@link #requestBody}, of the response. */
    public Decision responseBody(Bytes part, boolean last, boolean cut) {
        responseBytes += part.length();
        return in("response body", begun -> {
            if (!body.take(
                    Math.min(part.length(), Math.max(begun.responseBodyLimit() - responseBytes + part.length(), 0)))) {
                return overloaded("bodies");
            }
            Optional<Interruption> interruption =
                    cut ? begun.responseBodyLength(Long.MAX_VALUE) : begun.responseBody(part);
            if (cut && interruption.isEmpty()) {
                interruption = begun.responseBody(part);
            }
            return decide(last && interruption.isEmpty() ? begun.responseBody() : interruption, BodyNeed.NONE);
        });
    }

    /** There is no room or time for it. */
    public Decision overloaded(String reason) {
        return failed("overloaded:" + reason);
    }

    /**
     * It cannot be inspected: it is refused with 503, or goes on without inspection from here on, as its policy says.
     *
     * @param reason the reason, in one word
     */
    public Decision failed(String reason) {
        asked = true;
        boolean open = policy() instanceof Policy.Ready ready && ready.failsOpen();
        shared.metrics().shed(reason, open);
        if (open) {
            skipped = Optional.of(reason);
            return new Decision.Continue(BodyNeed.NONE, false);
        }
        refused = true;
        return new Decision.Respond(UNAVAILABLE, "waf_unavailable{" + reason + "}");
    }

    /** The rest of the request's body comes too slowly: it is refused, whatever the policy says of failures. */
    public Decision.Respond tooSlow() {
        shared.metrics().shed("slow_body", false);
        refused = true;
        return new Decision.Respond(REQUEST_TIMEOUT, "waf_refused{slow_body}");
    }

    /** Whether nothing is looked at any more. */
    public boolean isSkipped() {
        return skipped.isPresent();
    }

    private interface Step {
        Decision on(Transaction transaction);
    }

    private Decision in(String part, Step step) {
        if (skipped.isPresent()) {
            return new Decision.Continue(BodyNeed.NONE, false);
        }
        if (transaction.isEmpty()) {
            refused = true;
            return new Decision.Respond(UNAVAILABLE, "waf_unavailable{no_request}");
        }
        Transaction begun = transaction.get();
        return timed(part, () -> step.on(begun));
    }

    private Decision timed(String part, Supplier<Decision> step) {
        long start = System.nanoTime();
        try {
            return span.part(part, step);
        } finally {
            engineNanos += System.nanoTime() - start;
        }
    }

    private Decision decide(Optional<Interruption> interruption, BodyNeed need) {
        return interruption
                .<Decision>map(now -> new Decision.Respond(
                        now.status(),
                        "waf_blocked{rule_id=" + now.ruleId() + ",phase="
                                + now.phase().number() + scoreText() + "}",
                        now.location(),
                        now.kind() == Interruption.Kind.DROP))
                .orElseGet(() -> new Decision.Continue(need, responseAsked));
    }

    private String scoreText() {
        OptionalLong score = transaction.map(Inspection::score).orElse(OptionalLong.empty());
        return score.isPresent() ? ",score=" + score.getAsLong() : "";
    }

    /** The findings so far, for access logs; empty: there are none. */
    public Optional<Findings> findings() {
        return transaction.isPresent()
                ? findings(transaction.get())
                : skipped.map(
                        _ -> new Findings(policy().name(), List.of(), List.of(), OptionalLong.empty(), false, skipped));
    }

    private Optional<Findings> findings(Transaction begun) {
        boolean blocked = begun.interruption().isPresent();
        if (!begun.hasLogged() && !blocked && skipped.isEmpty()) {
            return Optional.empty();
        }
        List<MatchedRule> logged = begun.logged(MOST_RULES).rules();
        return Optional.of(new Findings(
                policy().name(),
                logged.stream().map(MatchedRule::id).distinct().toList(),
                logged.stream()
                        .flatMap(rule -> rule.tags().stream())
                        .distinct()
                        .limit(MOST_TAGS)
                        .toList(),
                score(begun),
                blocked,
                skipped));
    }

    /** The greatest of CRS' anomaly scores. */
    private static OptionalLong score(Transaction begun) {
        return SCORES.stream()
                .map(begun::tx)
                .filter(score -> score.length() > 0)
                .mapToLong(Numbers::parse)
                .max();
    }

    /** Ends it: logging and metrics, once. */
    public void end() {
        if (ended) {
            return;
        }
        ended = true;
        body.giveBack();
        if (asked) {
            try (Scope _ = span.enter()) {
                count();
            }
        }
        if (span.isRecording()) {
            span.end(new InspectionSpan.Summary(
                    found.map(Policy::name), route, outcome(), findings(), engineNanos, requestBytes, responseBytes));
        }
    }

    private void count() {
        InspectionMetrics metrics = shared.metrics();
        metrics.read(requestBytes, responseBytes);
        if (transaction.isPresent()) {
            conclude(transaction.get());
        }
        OptionalLong score = transaction.map(Inspection::score).orElse(OptionalLong.empty());
        metrics.finished(outcome(), Duration.ofNanos(engineNanos), score);
    }

    private void conclude(Transaction begun) {
        try {
            begun.logging();
            shared.finished().take(policy().name(), begun, span.context());
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The log of a request could not be written.", e);
        }
        InspectionMetrics metrics = shared.metrics();
        begun.interruption().ifPresent(now -> metrics.blocked(policy().name(), route, now.ruleId(), now.phase()));
        if (begun.hasLogged()) {
            boolean blocked = begun.interruption().isPresent();
            begun.logged(MOST_RULES).rules().stream()
                    .map(MatchedRule::id)
                    .distinct()
                    .forEach(rule -> metrics.matched(policy().name(), rule, blocked));
        }
    }

    private InspectionMetrics.Outcome outcome() {
        if (transaction.flatMap(Transaction::interruption).isPresent()) {
            return InspectionMetrics.Outcome.BLOCKED;
        }
        if (refused || (asked && transaction.isEmpty())) {
            return InspectionMetrics.Outcome.UNAVAILABLE;
        }
        if (skipped.isPresent()) {
            return InspectionMetrics.Outcome.SKIPPED;
        }
        return transaction.map(Transaction::hasLogged).orElse(false)
                ? InspectionMetrics.Outcome.DETECTED
                : InspectionMetrics.Outcome.PASSED;
    }
}
