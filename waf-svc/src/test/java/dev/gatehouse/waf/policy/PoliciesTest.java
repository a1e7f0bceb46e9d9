package dev.gatehouse.waf.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.EngineMode;
import dev.gatehouse.seclang.RuleSet;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PoliciesTest {
    private static final String GOOD = "SecAction \"id:1,phase:1,deny\"";
    private static final String BAD = "\n  SecRul ARGS x";

    private final Policies policies = new Policies();

    private static PolicyText text(String name, String directives) {
        return new PolicyText(name, EngineMode.ON, List.of(new Source("directives[0]", directives)));
    }

    private RuleSet rules(String name) {
        return ((Policy.Ready) policies.find(name)).rules("shop.example");
    }

    @Test
    void beforeAnyConfigurationEveryPolicyIsUnusable() {
        assertThat(policies.received()).isFalse();
        assertThat(policies.find("a/b")).isEqualTo(new Policy.Unusable("a/b", "no_configuration_yet"));
    }

    @Test
    void theGoodPoliciesOfAPushAreInForceThoughOthersAreBad() {
        assertThat(policies.update(List.of(text("ns/bad", BAD), text("ns/good", GOOD)), Set.of()))
                .hasEntrySatisfying(
                        "ns/bad",
                        errors -> assertThat(errors)
                                .singleElement()
                                .asString()
                                .startsWith("directives[0]:2:3: unknown directive \"SecRul\""))
                .hasSize(1);
        assertThat(policies.find("ns/good")).isInstanceOf(Policy.Ready.class);
        assertThat(policies.find("ns/bad")).isEqualTo(new Policy.Unusable("ns/bad", "broken_policy"));
        assertThat(policies.broken()).isEqualTo(1);
    }

    @Test
    void aPolicyThatBreaksKeepsItsLastGoodRules() {
        policies.update(List.of(text("ns/p", GOOD)), Set.of());
        RuleSet before = rules("ns/p");
        assertThat(policies.update(List.of(text("ns/p", BAD)), Set.of())).hasSize(1);
        assertThat(rules("ns/p")).isSameAs(before);
        assertThat(policies.update(List.of(text("ns/p", BAD)), Set.of()))
                .as("still told, on each push")
                .hasSize(1);
    }

    @Test
    void anUnchangedPolicyIsNotCompiledAgain() {
        policies.update(List.of(text("ns/p", GOOD)), Set.of());
        RuleSet before = rules("ns/p");
        policies.update(List.of(text("ns/p", GOOD), text("ns/q", GOOD)), Set.of());
        assertThat(rules("ns/p")).isSameAs(before);
        policies.update(List.of(), Set.of("ns/p"));
        assertThat(rules("ns/q").audit())
                .as("what another policy has too stays")
                .isSameAs(before.audit());
        policies.update(List.of(text("ns/r", GOOD)), Set.of());
        assertThat(rules("ns/r").audit()).isSameAs(before.audit());
    }

    @Test
    void aPolicyThatIsGoneIsUnknown() {
        policies.update(List.of(text("ns/p", GOOD)), Set.of());
        policies.update(List.of(), Set.of("ns/p", "ns/never-was"));
        assertThat(policies.find("ns/p")).isEqualTo(new Policy.Unusable("ns/p", "unknown_policy"));
        assertThat(policies.received()).isTrue();
    }

    @Test
    void aPolicyThatIsBeingCompiledIsWaitedFor() throws InterruptedException {
        CompletableFuture<Policy> waited = new CompletableFuture<>();
        Thread waiter = Thread.ofVirtual().start(() -> waited.complete(policies.await("ns/p", Duration.ofSeconds(30))));
        policies.update(List.of(text("ns/other", GOOD)), Set.of());
        policies.update(List.of(text("ns/p", GOOD)), Set.of());
        waiter.join();
        assertThat(waited.join()).isInstanceOf(Policy.Ready.class);
        assertThat(policies.await("ns/none", Duration.ofMillis(1))).isInstanceOf(Policy.Unusable.class);
    }

    @Test
    void equalRulesAreOneRuleSet() {
        policies.update(List.of(text("ns/p", GOOD), text("ns/q", GOOD)), Set.of());
        RuleSet one = ((Policy.Ready) policies.find("ns/p")).usual();
        policies.update(List.of(text("ns/r", GOOD)), Set.of("ns/p"));
        assertThat(((Policy.Ready) policies.find("ns/r")).usual().audit()).isSameAs(one.audit());
    }

    @Test
    void mergedPoliciesReadEachItsOwnFiles() {
        Map<String, Bytes> files = Map.of(
                "wafpolicy/a/all/words.data", Bytes.latin1("one"),
                "wafpolicy/a/all/more.txt",
                        Bytes.latin1("SecRule ARGS \"@pmFromFile words.data\" \"id:3,phase:2,deny\""),
                "wafpolicy/b/own/words.data", Bytes.latin1("two"));
        RuleText text = new RuleText(
                List.of(
                        new Source("wafpolicy/a/all/configmap/a/map/x.conf", "Include more.t*"),
                        new Source(
                                "wafpolicy/b/own/directives[0]",
                                "SecRule ARGS \"@pmFromFile words.data\" \"id:2,phase:2,deny\"")),
                files,
                "");
        assertThat(policies.update(
                        List.of(new PolicyText(
                                "a/all+b/own", new PolicyText.Variant(EngineMode.ON, text), false, List.of(), false)),
                        Set.of()))
                .isEmpty();
        assertThat(policies.update(
                        List.of(new PolicyText(
                                "b/own",
                                new PolicyText.Variant(
                                        EngineMode.ON,
                                        new RuleText(
                                                List.of(new Source(
                                                        "wafpolicy/b/own/directives[0]", "Include more.txt")),
                                                files,
                                                "")),
                                false,
                                List.of(),
                                false)),
                        Set.of()))
                .hasEntrySatisfying(
                        "b/own",
                        errors -> assertThat(errors).singleElement().asString().contains("more.txt"));
    }

    @Test
    void rulesThatNoPolicyHasAnyMoreAreForgotten() {
        policies.update(List.of(text("ns/p", GOOD)), Set.of());
        RuleSet before = rules("ns/p");
        policies.update(List.of(text("ns/p", "SecAction \"id:2,phase:1,deny\"")), Set.of());
        policies.update(List.of(text("ns/p", GOOD)), Set.of());
        assertThat(rules("ns/p")).isNotSameAs(before);
    }

    @Test
    void whatAnUpdateDoesNotNameStays() {
        policies.update(List.of(text("ns/p", GOOD)), Set.of());
        RuleSet before = rules("ns/p");
        policies.update(List.of(text("ns/q", BAD)), Set.of());
        assertThat(rules("ns/p")).isSameAs(before);
        assertThat(policies.size()).isEqualTo(2);
        policies.update(List.of(), Set.of("ns/q"));
        assertThat(policies.broken()).isZero();
    }
}
