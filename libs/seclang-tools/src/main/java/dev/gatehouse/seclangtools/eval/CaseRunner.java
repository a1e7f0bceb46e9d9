package dev.gatehouse.seclangtools.eval;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.seclang.Interruption;
import dev.gatehouse.seclang.MatchedRule;
import dev.gatehouse.seclang.RuleSet;
import dev.gatehouse.seclang.Surroundings;
import dev.gatehouse.seclang.Transaction;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs cases one after the other. Used by one thread. */
public final class CaseRunner {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** An address and a port. */
    public record Peer(String address, int port) {
        /** {@code IP:PORT}, with brackets around an IPv6 address. */
        public static Peer parse(String text) {
            int colon = text.lastIndexOf(':');
            try {
                int port = Integer.parseInt(text.substring(colon + 1));
                if (colon < 1 || port < 0 || port > 65_535) {
                    throw new IllegalArgumentException("\"" + text + "\" (expected: IP:PORT)");
                }
                return new Peer(text.substring(0, colon).replace("[", "").replace("]", ""), port);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("\"" + text + "\" (expected: IP:PORT)", e);
            }
        }
    }

    /**
     * What became of a case.
     *
     * @param status the status of the interruption; 200 without one
     * @param blockedBy the rule that interrupted; 0: no interruption, or, as the status shows, an interruption by a
     * limit
     * @param rules the matched rules with logging, in order
     * @param median the engine's CPU time in microseconds
     * @param allocated the allocated bytes in the last run; -1 if the JVM does not report them
     */
    public record Outcome(String name, int status, long blockedBy, List<Long> rules, double median, long allocated) {
        public Outcome {
            rules = List.copyOf(rules);
        }

        /** One line of JSON. */
        public String json() {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("engine", "gatehouse");
            line.put("case", name);
            line.put("status", status);
            line.put("blocked_by", blockedBy);
            line.put("rules", rules);
            line.put("us_median", Math.round(median * 10) / 10.0);
            line.put("alloc_bytes", allocated);
            try {
                return JSON.writeValueAsString(line);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("numbers and texts are JSON", e);
            }
        }
    }

    /** A case is warm that has run so long, and for which the JVM has compiled nothing for a while. */
    private static final long WARM_NANOS = 500_000_000L;

    private static final long QUIET_NANOS = 200_000_000L;

    /** A JVM that goes on compiling is waited for so long. */
    private static final long WARM_NANOS_AT_MOST = 3_000_000_000L;

    /** For all cases, so that many do not take for ever: by then the engine is warm. */
    private long warmLeft = 30_000_000_000L;

    private final RuleSet rules;
    private final Surroundings surroundings;
    private final Peer client;
    private final Peer server;

    public CaseRunner(RuleSet rules, Surroundings surroundings, Peer client, Peer server) {
        this.rules = rules;
        this.surroundings = surroundings;
        this.client = client;
        this.server = server;
    }

    /** All phases until one interrupts, then logging. */
    public Transaction run(Case test) {
        Transaction transaction = rules.begin("eval-" + test.name(), surroundings);
        transaction.connection(client.address(), client.port(), server.address(), server.port());
        Case.Request request = test.request();
        transaction.request(request.method(), request.uri(), request.protocol());
        for (Case.Header header : request.headers()) {
            transaction.requestHeader(header.name(), header.value());
        }
        Optional<Interruption> interruption = transaction.requestHeaders();
        if (interruption.isEmpty() && request.body().length() > 0) {
            interruption = transaction.requestBody(request.body());
        }
        if (interruption.isEmpty()) {
            interruption = transaction.requestBody();
        }
        if (interruption.isEmpty() && test.response().isPresent()) {
            respond(transaction, test.response().get());
        }
        transaction.logging();
        return transaction;
    }

    private static void respond(Transaction transaction, Case.Response response) {
        for (Case.Header header : response.headers()) {
            transaction.responseHeader(header.name(), header.value());
        }
        if (transaction.responseHeaders(response.status(), "HTTP/1.1").isEmpty()
                && transaction.responseBody(response.body()).isEmpty()) {
            transaction.responseBody();
        }
    }

    /**
     * Runs a case and measures it in further runs. Several measured runs are preceded by as many warm-up runs, and by
     * waiting until the JVM has compiled the code. The CPU time of the thread is measured if the JVM reports it, so
     * that other work of the machine does not count.
     *
     * @param runs the number of measured runs; at least 1
     */
    public Outcome measure(Case test, int runs) {
        long[] nanos = new long[runs];
        long allocated = -1;
        Transaction transaction = run(test);
        if (runs > 1) {
            warmUp(test, runs);
        }
        for (int i = 0; i < runs; i++) {
            long before = allocatedBytes();
            long start = cpuNanos();
            transaction = run(test);
            nanos[i] = cpuNanos() - start;
            allocated = before < 0 ? -1 : allocatedBytes() - before;
        }
        Arrays.sort(nanos);
        Optional<Interruption> interruption = transaction.interruption();
        return new Outcome(
                test.name(),
                interruption.map(Interruption::status).orElse(200),
                interruption.map(Interruption::ruleId).orElse(0L),
                transaction.matched().stream()
                        .filter(MatchedRule::logged)
                        .map(MatchedRule::id)
                        .toList(),
                nanos[runs / 2] / 1000.0,
                allocated);
    }

    private void warmUp(Case test, int runs) {
        long begin = System.nanoTime();
        long most = Math.min(WARM_NANOS_AT_MOST, warmLeft);
        long compiled = compileMillis();
        long quietSince = begin;
        long now = begin;
        for (int i = 1;
                i < runs || now - begin < most && (now - begin < WARM_NANOS || now - quietSince < QUIET_NANOS);
                i++) {
            run(test);
            now = System.nanoTime();
            long millis = compileMillis();
            if (millis != compiled) {
                compiled = millis;
                quietSince = now;
            }
        }
        warmLeft -= Math.min(warmLeft, now - begin);
    }

    private static long compileMillis() {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        return compiler != null && compiler.isCompilationTimeMonitoringSupported()
                ? compiler.getTotalCompilationTime()
                : 0;
    }

    private static long cpuNanos() {
        return THREADS.isCurrentThreadCpuTimeSupported() ? THREADS.getCurrentThreadCpuTime() : System.nanoTime();
    }

    private static long allocatedBytes() {
        return THREADS instanceof com.sun.management.ThreadMXBean threads
                ? threads.getCurrentThreadAllocatedBytes()
                : -1;
    }
}
