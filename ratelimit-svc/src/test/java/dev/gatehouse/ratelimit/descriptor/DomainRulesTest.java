package dev.gatehouse.ratelimit.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.ratelimit.limit.Limit;
import dev.gatehouse.ratelimit.limit.Unit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DomainRulesTest {
    private static Level level(String key, String value, String rule, Level... children) {
        return new Level(key, value, rule.isEmpty() ? Optional.empty() : Optional.of(rule(rule)), List.of(children));
    }

    private static Rule rule(String name, String... replaces) {
        return new Rule.Limited(new Limit(1, Unit.SECOND, name), false, false, Set.of(replaces));
    }

    private static Optional<String> match(DomainRules rules, String... keysAndValues) {
        List<Entry> entries = Arrays.stream(keysAndValues)
                .map(each -> each.split("=", 2))
                .map(each -> new Entry(each[0], each[1]))
                .toList();
        return rules.match(entries).map(Rule::name);
    }

    @Test
    void anExactValueComesBeforeAWildcardAndBothBeforeTheKeyAlone() throws InvalidRules {
        DomainRules rules = DomainRules.of(
                "d",
                List.of(
                        level("path", "", "any"),
                        level("path", "/api/*", "wildcard"),
                        level("path", "/api/v1*", "narrower, but later"),
                        level("path", "/api/v1", "exact")));
        assertThat(match(rules, "path=/api/v1")).contains("exact");
        assertThat(match(rules, "path=/api/v1/x")).contains("wildcard");
        assertThat(match(rules, "path=/")).contains("any");
        assertThat(match(rules, "path=")).contains("any");
        assertThat(match(rules, "other=/api/v1")).isEmpty();
    }

    @Test
    void aWildcardMatchesAnyRunAnywhere() throws InvalidRules {
        DomainRules rules = DomainRules.of("d", List.of(level("k", "a*b*c", "it")));
        assertThat(match(rules, "k=abc")).contains("it");
        assertThat(match(rules, "k=a-b-b-c")).contains("it");
        assertThat(match(rules, "k=acb")).isEmpty();
        assertThat(match(rules, "k=ac")).isEmpty();
    }

    @Test
    void aDescriptorMustBeAsDeepAsTheRule() throws InvalidRules {
        DomainRules rules = DomainRules.of(
                "d", List.of(level("a", "1", "shallow", level("b", "2", "deep", level("c", "", "deepest")))));
        assertThat(match(rules, "a=1")).contains("shallow");
        assertThat(match(rules, "a=1", "b=2")).contains("deep");
        assertThat(match(rules, "a=1", "b=2", "c=x")).contains("deepest");
        assertThat(match(rules, "a=1", "b=2", "c=x", "d=y")).isEmpty();
        assertThat(match(rules, "a=1", "b=3")).isEmpty();
        assertThat(match(rules, "b=2")).isEmpty();
    }

    @Test
    void aLevelWithoutARuleLimitsNothing() throws InvalidRules {
        DomainRules rules = DomainRules.of("d", List.of(level("a", "1", "", level("b", "", "leaf"))));
        assertThat(match(rules, "a=1")).isEmpty();
        assertThat(match(rules, "a=1", "b=2")).contains("leaf");
    }

    @Test
    void aKeyAndValueTwiceAtALevelIsRefusedWithItsPlace() {
        assertThatThrownBy(() -> DomainRules.of(
                        "d", List.of(level("a", "", "", level("b", "x", "one"), level("b", "x", "two")))))
                .isInstanceOf(InvalidRules.class)
                .hasMessage("descriptors[0].descriptors[1]: \"b=x\" (expected: each key and value once at a level)");
    }

    @Test
    void keysThatOnlyLookAlikeWhenJoinedAreDifferent() throws InvalidRules {
        DomainRules rules = DomainRules.of("d", List.of(level("a", "b_c", "one"), level("a_b", "c", "two")));
        assertThat(match(rules, "a=b_c")).contains("one");
        assertThat(match(rules, "a_b=c")).contains("two");
    }

    @Test
    void emptyDomainsAndKeysAreRefused() {
        assertThatThrownBy(() -> DomainRules.of("", List.of())).hasMessage("domain: \"\" (expected: not empty)");
        assertThatThrownBy(() -> DomainRules.of("d", List.of(level("", "v", "r"))))
                .hasMessage("descriptors[0].key: \"\" (expected: not empty)");
    }

    @Test
    void aRuleThatReplacesItselfIsRefused() {
        Level level = new Level("a", "", Optional.of(rule("self", "self")), List.of());
        assertThatThrownBy(() -> DomainRules.of("d", List.of(level)))
                .hasMessage(
                        "descriptors[0].rate_limit.replaces: \"self\" (expected: names of other rules, not its own)");
    }

    @Test
    void aTreeTooDeepIsRefusedInsteadOfOverflowingTheStack() {
        Level deep = level("k", "", "leaf");
        for (int i = 0; i < 100; i++) {
            deep = level("k", "", "", deep);
        }
        Level root = deep;
        assertThatThrownBy(() -> DomainRules.of("d", List.of(root))).hasMessageContaining("at most 32 levels");
    }
}
