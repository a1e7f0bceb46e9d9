package dev.gatehouse.ratelimit.xds;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.ratelimit.descriptor.DomainRules;
import dev.gatehouse.ratelimit.descriptor.InvalidRules;
import dev.gatehouse.ratelimit.descriptor.RuleBook;
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Subscriber;
import dev.gatehouse.xdsclient.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds the rules in use. Of a push, every resource that is right is used; one that is not leaves its last good version in use and
 * is named in the refusal. {@link #book} is safe for any thread.
 */
public final class RuleSubscriber implements Subscriber {
    private Map<String, DomainRules> byName = Map.of();
    private volatile Optional<RuleBook> book = Optional.empty();

    /** Reads a resource's name from its bytes, for servers that send it without a wrapper. */
    public static String name(Any any) {
        try {
            RateLimitConfig config = RateLimitConfig.parseFrom(any.getValue());
            return config.getName().isEmpty() ? config.getDomain() : config.getName();
        } catch (InvalidProtocolBufferException e) {
            return "";
        }
    }

    /** Empty: nothing was received yet. */
    public Optional<RuleBook> book() {
        return book;
    }

    @Override
    public Verdict take(List<Resource> resources) {
        Map<String, DomainRules> next = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        for (Resource resource : resources) {
            try {
                next.put(
                        resource.name(),
                        RuleReader.read(RateLimitConfig.parseFrom(resource.any().getValue())));
            } catch (InvalidProtocolBufferException e) {
                problems.add(resource.name() + ": " + e.getMessage() + " (expected: a RateLimitConfig)");
                keepLastGood(resource.name(), next);
            } catch (InvalidRules e) {
                problems.add(resource.name() + ": " + e.getMessage());
                keepLastGood(resource.name(), next);
            }
        }
        dropRepeatedDomains(next, problems);
        byName = Map.copyOf(next);
        book = Optional.of(RuleBook.of(next.values()));
        return problems.isEmpty() ? new Verdict.Accepted() : new Verdict.Rejected(String.join("; ", problems));
    }

    private void keepLastGood(String name, Map<String, DomainRules> next) {
        DomainRules last = byName.get(name);
        if (last != null) {
            next.put(name, last);
        }
    }

    /** The first resource of a domain keeps it. */
    private static void dropRepeatedDomains(Map<String, DomainRules> next, List<String> problems) {
        Map<String, String> owners = new HashMap<>();
        next.entrySet().removeIf(entry -> {
            String owner = owners.putIfAbsent(entry.getValue().domain(), entry.getKey());
            if (owner != null) {
                problems.add(entry.getKey() + ": domain: \"" + entry.getValue().domain()
                        + "\" (expected: a domain of its own; it is that of \"" + owner + "\")");
            }
            return owner != null;
        });
    }
}
