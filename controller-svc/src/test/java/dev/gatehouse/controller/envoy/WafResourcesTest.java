package dev.gatehouse.controller.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.waf.v1.WafPolicy.Mode;
import dev.gatehouse.gatewayapi.ConfigMap;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.WafPolicy;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WafResourcesTest {
    private static final String HEAD = """
            apiVersion: gatehouse.dev/v1alpha1
            kind: WAFPolicy
            metadata: {name: p, namespace: shop}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw}]
            """;

    private static dev.gatehouse.api.waf.v1.WafPolicy made(String spec) {
        ResourceReader.Result result = ResourceReader.read("f.yaml", HEAD + spec.indent(2));
        assertThat(result.problems()).isEmpty();
        ConfigMap rules = new ConfigMap(Map.of("a.conf", "SecRuleEngine DetectionOnly\r\nSecAction \"id:1,pass\"\n"));
        WafResources.Outcome outcome = WafResources.policy(
                "shop/p",
                new ObjectKey("shop", "p"),
                (WafPolicy) result.found().getFirst().resource().spec(),
                _ -> Optional.of(rules));
        return ((WafResources.Outcome.Enforced) outcome).policy();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ENFORCE| directives: ['SecAction \"id:1,pass\"']",
                "DETECT_ONLY| directives: [SecRuleEngine DetectionOnly]",
                "OFF| directives: ['secruleengine \"Off\"']",
                "ENFORCE| directives: [SecRuleEngine Off, SecRuleEngine On]",
                "ENFORCE| directives: ['# SecRuleEngine Off', Include @recommended-conf]",
                "DETECT_ONLY| ruleFiles: [{name: rules}]",
                "ENFORCE| {ruleFiles: [{name: rules}], directives: [SecRuleEngine On]}",
                "DETECT_ONLY| crs: {before: [SecRuleEngine DetectionOnly]}",
                "ENFORCE| {mode: Enforce, directives: [SecRuleEngine Off]}"
            })
    void theModeIsWhatThePolicySaysOrElseTheLastDirectiveInItsTexts(Mode mode, String spec) {
        String block = spec.startsWith("{")
                ? spec.substring(1, spec.length() - 1).replace(", directives", "\ndirectives")
                : spec;
        assertThat(made(block).getMode()).isEqualTo(mode);
    }

    @Test
    void theCoreRuleSetLooksAtResponsesInACodingToo() {
        assertThat(made("crs: {}").getSourcesList())
                .anySatisfy(source -> assertThat(source.getText())
                        .contains("RESPONSE_HEADERS:Content-Encoding", "phase:3", "ctl:ruleRemoveById=951010"));
    }

    @Test
    void aHostsOwnModeGoesBeforeItsDirectivesAndThoseBeforeThePolicys() {
        dev.gatehouse.api.waf.v1.WafPolicy policy = made("""
                mode: DetectOnly
                crs: {}
                hosts:
                - {hostnames: [a.example]}
                - {hostnames: [b.example], directives: [SecRuleEngine On]}
                - {hostnames: [c.example], mode: "Off", directives: [SecRuleEngine On]}
                """);
        assertThat(policy.getHostsList())
                .extracting(dev.gatehouse.api.waf.v1.WafPolicy.HostOverride::getMode)
                .containsExactly(Mode.DETECT_ONLY, Mode.ENFORCE, Mode.OFF);
    }
}
