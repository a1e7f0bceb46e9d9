package dev.gatehouse.ratelimit.xds;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.ratelimit.descriptor.DomainRules;
import dev.gatehouse.ratelimit.descriptor.InvalidRules;
import dev.gatehouse.ratelimit.descriptor.RuleBook;
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Subscriber;
import dev.gatehouse.xdsclient.Update;
import dev.gatehouse.xdsclient.Verdict;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Holds the rules in use. Each valid resource of a push is used. An invalid resource keeps its last good version in
 * use, and the refusal names it. Several resources may have rules of one domain. {@link #book} is thread-safe.
 */
public final class RuleSubscriber implements Subscriber {
    private static final Logger LOG = System.getLogger(RuleSubscriber.class.getName());

    private volatile Optional<RuleBook> book = Optional.empty();

    /** Empty: nothing was received yet. */
    public Optional<RuleBook> book() {
        return book;
    }

    @Override
    public Verdict take(Update update) {
        RuleBook before = book.orElse(RuleBook.EMPTY);
        Map<String, String> problems = new HashMap<>();
        Map<String, DomainRules> read = new TreeMap<>();
        for (Resource resource : update.changed()) {
            try {
                read.put(
                        resource.name(),
                        RuleReader.read(RateLimitConfig.parseFrom(resource.any().getValue())));
            } catch (InvalidProtocolBufferException e) {
                problems.put(resource.name(), e.getMessage() + " (expected: a RateLimitConfig)");
            } catch (InvalidRules e) {
                problems.put(resource.name(), String.valueOf(e.getMessage()));
            }
        }
        // Removed rules come first, since another resource may now have the rules that one resource lost.
        RuleBook next = before;
        for (String gone : update.removed()) {
            next = next.minus(gone);
        }
        for (String name : read.keySet()) {
            next = next.minus(name);
        }
        Map<String, DomainRules> lastGood = new TreeMap<>();
        for (Map.Entry<String, DomainRules> each : read.entrySet()) {
            try {
                next = next.plus(each.getKey(), each.getValue());
            } catch (InvalidRules e) {
                problems.put(each.getKey(), String.valueOf(e.getMessage()));
                before.of(each.getKey()).ifPresent(rules -> lastGood.put(each.getKey(), rules));
            }
        }
        for (Map.Entry<String, DomainRules> each : lastGood.entrySet()) {
            next = keep(next, each.getKey(), each.getValue());
        }
        book = Optional.of(next);
        return Verdict.of(problems);
    }

    private static RuleBook keep(RuleBook book, String name, DomainRules rules) {
        try {
            return book.plus(name, rules);
        } catch (InvalidRules e) {
            LOG.log(Level.WARNING, "The last good rules of {0} are not kept either: {1}", name, e.getMessage());
            return book;
        }
    }
}
