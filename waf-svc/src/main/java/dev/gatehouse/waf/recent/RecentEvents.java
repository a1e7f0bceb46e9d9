package dev.gatehouse.waf.recent;

import dev.gatehouse.seclang.Excerpt;
import dev.gatehouse.seclang.MatchedRule;
import dev.gatehouse.seclang.Transaction;
import io.opentelemetry.api.trace.SpanContext;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps the last {@value #MOST} transactions that rules ended, or in which a rule with logging matched. Older ones are
 * dropped. Thread-safe.
 */
public final class RecentEvents {
    static final int MOST = 1000;

    /** Rules that are kept of a transaction. */
    private static final int MOST_RULES = 20;

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Deque<WafEvent> events = new ArrayDeque<>();
    private long last;

    /** Keeps nothing yet. */
    public RecentEvents(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Called once for each transaction, after its logging phase.
     *
     * @param policy the policy whose rules ran
     * @param span the inspection's span; invalid: the request is not sampled
     */
    public void take(String policy, Transaction transaction, SpanContext span) {
        if (transaction.interruption().isEmpty() && !transaction.hasLogged()) {
            return;
        }
        Excerpt excerpt = transaction.logged(MOST_RULES);
        List<WafEvent.Rule> rules =
                excerpt.rules().stream().map(RecentEvents::rule).toList();
        lock.lock();
        try {
            events.addLast(new WafEvent(
                    ++last,
                    clock.instant(),
                    policy,
                    transaction.exchange(),
                    transaction.interruption(),
                    rules,
                    excerpt.leftOut(),
                    span.isValid() ? span.getTraceId() : ""));
            if (events.size() > MOST) {
                events.removeFirst();
            }
        } finally {
            lock.unlock();
        }
    }

    private static WafEvent.Rule rule(MatchedRule rule) {
        return new WafEvent.Rule(
                rule.id(),
                rule.message(),
                rule.severity().map(Enum::name).orElse(""),
                rule.values().isEmpty() ? "" : rule.values().getFirst().name().toString());
    }

    /** Events, oldest first, and the number of the last event of all. */
    record Page(List<WafEvent> events, long last) {}

    /**
     * The last events.
     *
     * @param after only events with a greater number are returned
     * @param most the most events
     */
    Page after(long after, int most) {
        lock.lock();
        try {
            List<WafEvent> found =
                    events.stream().filter(event -> event.number() > after).toList();
            return new Page(found.subList(Math.max(0, found.size() - most), found.size()), last);
        } finally {
            lock.unlock();
        }
    }
}
