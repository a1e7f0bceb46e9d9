package dev.gatehouse.ratelimit.descriptor;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The rules of every domain. Immutable: a new configuration is a new book. */
public final class RuleBook {
    private final Map<String, DomainRules> byDomain;

    private RuleBook(Map<String, DomainRules> byDomain) {
        this.byDomain = Map.copyOf(byDomain);
    }

    public static RuleBook of(Collection<DomainRules> domains) {
        Map<String, DomainRules> byDomain = new HashMap<>();
        for (DomainRules rules : domains) {
            if (byDomain.put(rules.domain(), rules) != null) {
                throw new IllegalArgumentException("domain \"" + rules.domain() + "\" twice (expected: once)");
            }
        }
        return new RuleBook(byDomain);
    }

    /** Empty: nothing is limited in the domain. */
    public Optional<DomainRules> domain(String name) {
        return Optional.ofNullable(byDomain.get(name));
    }

    public int domains() {
        return byDomain.size();
    }
}
