package dev.gatehouse.ratelimit.xds;

import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.api.ratelimit.v3.RateLimitDescriptor;
import dev.gatehouse.api.ratelimit.v3.RateLimitPolicy;
import dev.gatehouse.api.ratelimit.v3.RateLimitReplace;
import dev.gatehouse.api.ratelimit.v3.RateLimitUnit;
import dev.gatehouse.ratelimit.descriptor.DomainRules;
import dev.gatehouse.ratelimit.descriptor.InvalidRules;
import dev.gatehouse.ratelimit.descriptor.Level;
import dev.gatehouse.ratelimit.descriptor.Rule;
import dev.gatehouse.ratelimit.limit.Limit;
import dev.gatehouse.ratelimit.limit.Unit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the rules of one domain from its resource. */
final class RuleReader {
    private RuleReader() {}

    static DomainRules read(RateLimitConfig config) throws InvalidRules {
        return DomainRules.of(config.getDomain(), levels(config.getDescriptorsList(), "descriptors"));
    }

    private static List<Level> levels(List<RateLimitDescriptor> descriptors, String path) throws InvalidRules {
        List<Level> levels = new ArrayList<>(descriptors.size());
        for (int i = 0; i < descriptors.size(); i++) {
            RateLimitDescriptor descriptor = descriptors.get(i);
            String where = path + "[" + i + "]";
            levels.add(new Level(
                    descriptor.getKey(),
                    descriptor.getValue(),
                    rule(descriptor, where + ".rate_limit"),
                    levels(descriptor.getDescriptorsList(), where + ".descriptors")));
        }
        return levels;
    }

    private static Optional<Rule> rule(RateLimitDescriptor descriptor, String where) throws InvalidRules {
        if (!descriptor.hasRateLimit()) {
            return Optional.empty();
        }
        RateLimitPolicy policy = descriptor.getRateLimit();
        Set<String> replaces = new HashSet<>();
        for (RateLimitReplace replace : policy.getReplacesList()) {
            replaces.add(replace.getName());
        }
        if (policy.getUnlimited()) {
            return Optional.of(new Rule.Unlimited(policy.getName(), replaces));
        }
        Limit limit = new Limit(
                Integer.toUnsignedLong(policy.getRequestsPerUnit()), unit(policy, where + ".unit"), policy.getName());
        return Optional.of(new Rule.Limited(limit, descriptor.getShadowMode(), descriptor.getQuotaMode(), replaces));
    }

    private static Unit unit(RateLimitPolicy policy, String where) throws InvalidRules {
        return switch (policy.getUnit()) {
            case SECOND -> Unit.SECOND;
            case MINUTE -> Unit.MINUTE;
            case HOUR -> Unit.HOUR;
            case DAY -> Unit.DAY;
            case WEEK -> Unit.WEEK;
            case MONTH -> Unit.MONTH;
            case YEAR -> Unit.YEAR;
            case UNKNOWN, UNRECOGNIZED ->
                throw new InvalidRules(
                        where,
                        policy.getUnit() == RateLimitUnit.UNKNOWN ? "UNKNOWN" : Integer.toString(policy.getUnitValue()),
                        "SECOND, MINUTE, HOUR, DAY, WEEK, MONTH or YEAR, or unlimited");
        };
    }
}
