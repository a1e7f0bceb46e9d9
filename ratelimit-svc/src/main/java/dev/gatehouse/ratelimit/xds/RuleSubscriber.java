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
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Holds the rules in use. Of a push, every resource that is right is used; one that is not leaves its last good version in use and
 * is named in the refusal. {@link #book} is safe for any thread.
 */
public final class RuleSubscriber implements Subscriber {
    private final Map<String, DomainRules> byName = new HashMap<>();
    /** Domain to the name of its resource. */
    private final Map<String, String> owners = new HashMap<>();
    private volatile Optional<RuleBook> book = Optional.empty();

    /** Empty: nothing was received yet. */
    public Optional<RuleBook> book() {
        return book;
    }

    @Override
    public Verdict take(Update update) {
        Map<String, String> problems = new HashMap<>();
        update.removed().forEach(this::remove);
        for (Resource resource : update.changed()) {
            try {
                put(
                        resource.name(),
                        RuleReader.read(RateLimitConfig.parseFrom(resource.any().getValue())));
            } catch (InvalidProtocolBufferException e) {
                problems.put(resource.name(), e.getMessage() + " (expected: a RateLimitConfig)");
            } catch (InvalidRules e) {
                problems.put(resource.name(), String.valueOf(e.getMessage()));
            }
        }
        book = Optional.of(RuleBook.of(byName.values()));
        return Verdict.of(problems);
    }

    /** The first resource of a domain keeps it. */
    private void put(String name, DomainRules rules) throws InvalidRules {
        String owner = owners.getOrDefault(rules.domain(), name);
        if (!owner.equals(name)) {
            throw new InvalidRules("domain", rules.domain(), "a domain of its own; it is that of \"" + owner + "\"");
        }
        remove(name);
        byName.put(name, rules);
        owners.put(rules.domain(), name);
    }

    private void remove(String name) {
        DomainRules before = byName.remove(name);
        if (before != null) {
            owners.remove(before.domain());
        }
    }
}
