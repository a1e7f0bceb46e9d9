package dev.gatehouse.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WafPolicyTest {
    private static final String HEAD = """
            apiVersion: gatehouse.dev/v1alpha1
            kind: WAFPolicy
            metadata: {name: p, namespace: shop}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw}]
            """;

    private static WafPolicy read(String spec) {
        ResourceReader.Result result = ResourceReader.read("f.yaml", HEAD + spec.indent(2));
        assertThat(result.problems()).isEmpty();
        return (WafPolicy) result.found().getFirst().resource().spec();
    }

    private static List<String> problems(String spec) {
        return ResourceReader.read("f.yaml", HEAD + spec.indent(2)).problems().stream()
                .map(Object::toString)
                .toList();
    }

    private static final String PARENT = """
            mode: Enforce
            failureMode: Open
            crs: {blockingParanoiaLevel: 1, inboundThreshold: 10, allowedMethods: [GET]}
            directives: [SecRuleEngine On]
            exclusions: [{ruleIds: ["1"]}]
            hosts: [{hostnames: [a.example]}]
            requestBody: {limit: 100, onLimit: Reject}
            """;

    @Test
    void theIdsOfRulesNeedNoQuotes() {
        assertThat(read("crs: {}\nexclusions: [{ruleIds: [932120, \"942100\", 942000-942999]}]")
                        .exclusions()
                        .getFirst()
                        .ruleIds())
                .containsExactly("932120", "942100", "942000-942999");
        assertThat(problems("crs: {}\nexclusions: [{ruleIds: [1.5, -1, true]}]"))
                .hasSize(3)
                .allSatisfy(problem -> assertThat(problem).contains("a rule's id, 942100, or a range"));
    }

    @Test
    void aStrategicMergeAddsToListsAndReplacesTheRest() {
        WafPolicy merged = read("""
                mergeType: StrategicMerge
                mode: DetectOnly
                crs: {blockingParanoiaLevel: 2, allowedMethods: [PUT]}
                directives: [SecAction "id:1"]
                exclusions: [{tags: [t]}]
                hosts: [{hostnames: [b.example]}]
                requestBody: {limit: 200}
                """).over(read(PARENT));
        assertThat(merged.effectiveMode()).isEqualTo(WafPolicy.Mode.DetectOnly);
        assertThat(merged.effectiveFailureMode()).isEqualTo(WafPolicy.FailureMode.Open);
        assertThat(merged.merge()).isEmpty();
        WafRuleSet crs = merged.crs().orElseThrow();
        assertThat(crs.blockingParanoiaLevel()).isEqualTo(Optional.of(2));
        assertThat(crs.inboundThreshold()).isEqualTo(Optional.of(10));
        assertThat(crs.allowedMethods()).containsExactly("GET", "PUT");
        assertThat(merged.directives())
                .containsExactly(
                        new WafPolicy.Directives("directives[0]", "SecRuleEngine On"),
                        new WafPolicy.Directives("directives[0]", "SecAction \"id:1\""));
        assertThat(merged.exclusions()).hasSize(2);
        assertThat(merged.hosts().getFirst().hostnames())
                .as("its own are looked at first")
                .containsExactly("b.example");
        assertThat(merged.requestBody().orElseThrow().limit()).contains(200L);
        assertThat(merged.bodyBytes()).as("a response's may be longer").isEqualTo(524_288);
        assertThat(merged.requestBody().orElseThrow().onLimit()).contains(WafPolicy.LimitAction.Reject);
    }

    @Test
    void aJsonMergeReplacesListsAsWell() {
        WafPolicy merged = read("""
                mergeType: JSONMerge
                directives: [SecAction "id:1"]
                crs: {allowedMethods: [PUT]}
                """).over(read(PARENT));
        assertThat(merged.directives())
                .containsExactly(new WafPolicy.Directives("directives[0]", "SecAction \"id:1\""));
        assertThat(merged.crs().orElseThrow().allowedMethods()).containsExactly("PUT");
        assertThat(merged.exclusions())
                .as("a list that it does not have is the other's")
                .hasSize(1);
        assertThat(merged.effectiveMode()).isEqualTo(WafPolicy.Mode.Enforce);
    }

    @Test
    void mergedPoliciesKeepWhereEachSaysSomethingAndWhoseConfigMapsItNames() {
        WafPolicy own = read("""
                mergeType: StrategicMerge
                directives: [SecAction "id:1"]
                crs: {before: [SecAction "id:2"]}
                ruleFiles: [{name: words}]
                hosts: [{hostnames: [b.example], directives: [SecAction "id:3"]}]
                """);
        WafPolicy parent = read("""
                directives: [SecRuleEngine On]
                ruleFiles: [{name: words}]
                hosts: [{hostnames: [a.example], directives: [SecAction "id:4"]}]
                """);
        ObjectKey route = new ObjectKey("shop", "cart");
        ObjectKey gateway = new ObjectKey("infra", "all");
        WafPolicy merged = own.of(route).over(parent.of(gateway));
        assertThat(merged.directives())
                .extracting(WafPolicy.Directives::place)
                .containsExactly("wafpolicy/infra/all/directives[0]", "wafpolicy/shop/cart/directives[0]");
        assertThat(merged.crs().orElseThrow().before())
                .extracting(WafPolicy.Directives::place)
                .containsExactly("wafpolicy/shop/cart/crs.before[0]");
        assertThat(merged.hosts())
                .flatExtracting(WafPolicy.Host::directives)
                .extracting(WafPolicy.Directives::place)
                .containsExactly(
                        "wafpolicy/shop/cart/hosts[0].directives[0]", "wafpolicy/infra/all/hosts[0].directives[0]");
        assertThat(merged.ruleFiles())
                .containsExactly(
                        new WafPolicy.RuleFiles(Optional.of(gateway), "words"),
                        new WafPolicy.RuleFiles(Optional.of(route), "words"));
    }

    @Test
    void whatCannotBeMeantIsToldWithItsPlace() {
        assertThat(problems("mode: Enforce"))
                .singleElement()
                .asString()
                .contains("spec.directives", "expected: at least one");
        assertThat(problems("crs: {blockingParanoiaLevel: 3, detectionParanoiaLevel: 2}"))
                .singleElement()
                .asString()
                .contains("detectionParanoiaLevel", "3 to 4");
        assertThat(problems("bodies: Streamed\nfailureMode: Open\ncrs: {}"))
                .singleElement()
                .asString()
                .contains("spec.bodies");
        assertThat(problems("crs: {}\nexclusions: [{paths: [{value: /a}]}]"))
                .singleElement()
                .asString()
                .contains("ruleIds, tags and targets");
        assertThat(problems("crs: {}\nexclusions: [{targets: ['ARGS:x\" \"y']}]"))
                .singleElement()
                .asString()
                .contains("targets[0]", "a variable");
        assertThat(problems("crs: {}\nhosts: [{mode: 'Off'}]"))
                .singleElement()
                .asString()
                .contains("hostnames");
    }
}
