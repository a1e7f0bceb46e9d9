package dev.gatehouse.ratelimit.descriptor;

import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * The rules of all domains, made from resources. Several resources may have rules for one domain. Immutable: a change
 * makes a new book, which shares the unchanged parts with the old one.
 */
public final class RuleBook {
    public static final RuleBook EMPTY = new RuleBook(HashTreePMap.empty(), HashTreePMap.empty());

    /** By resource. */
    private final PMap<String, DomainRules> parts;

    private final PMap<String, DomainRules> byDomain;

    private RuleBook(PMap<String, DomainRules> parts, PMap<String, DomainRules> byDomain) {
        this.parts = parts;
        this.byDomain = byDomain;
    }

    /**
     * A copy with new rules of a resource in place of the resource's old ones.
     *
     * @throws InvalidRules if another resource of the domain has a key and value of its first level
     */
    public RuleBook plus(String resource, DomainRules rules) throws InvalidRules {
        RuleBook others = minus(resource);
        DomainRules there = others.domain(rules.domain()).orElseGet(() -> DomainRules.none(rules.domain()));
        return new RuleBook(
                others.parts.plus(resource, rules), others.byDomain.plus(rules.domain(), there.plus(resource, rules)));
    }

    /** Without the rules of a resource; the same where it has none. */
    public RuleBook minus(String resource) {
        DomainRules before = parts.get(resource);
        if (before == null) {
            return this;
        }
        DomainRules left = domain(before.domain()).orElseThrow().minus(resource, before);
        return new RuleBook(
                parts.minus(resource),
                left.isEmpty() ? byDomain.minus(before.domain()) : byDomain.plus(before.domain(), left));
    }

    /** The rules of a resource. */
    public Optional<DomainRules> of(String resource) {
        return Optional.ofNullable(parts.get(resource));
    }

    /** Empty: nothing is limited in the domain. */
    public Optional<DomainRules> domain(String name) {
        return Optional.ofNullable(byDomain.get(name));
    }

    public int domains() {
        return byDomain.size();
    }
}
